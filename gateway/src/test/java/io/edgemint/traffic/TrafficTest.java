package io.edgemint.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrafficTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId ZETA = new OrgId("zeta");
  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private Traffic traffic(Map<Limit, Rate> rates) {
    return new Traffic(
        new TrafficSettings(rates, Duration.ofMillis(50), 10, 1000), nanos::get, meters);
  }

  private static @Nullable Refused request(Traffic traffic, OrgId org, String subject) {
    return traffic.requestsOf(org, subject).get();
  }

  private double turnedAway(String reason) {
    return meters.counter("gateway.shed", "reason", reason).count();
  }

  @Test
  void request_deviceOverItsRate_isRefusedUntilItsBucketFills() {
    Traffic traffic = traffic(Map.of(Limit.DEVICE_REQUESTS, Rate.parse("3/m")));
    for (int i = 0; i < 3; i++) {
      assertThat(request(traffic, ACME, "dev-1")).isNull();
    }
    assertThat(request(traffic, ACME, "dev-1")).isSameAs(Limit.DEVICE_REQUESTS.refused());
    assertThat(turnedAway("device_requests")).isEqualTo(1);
    assertThat(request(traffic, ACME, "dev-2")).isNull();
    assertThat(request(traffic, ZETA, "dev-1")).isNull();
    nanos.addAndGet(Duration.ofSeconds(20).toNanos() - 1);
    assertThat(request(traffic, ACME, "dev-1")).isNotNull();
    nanos.addAndGet(1);
    assertThat(request(traffic, ACME, "dev-1")).isNull();
    assertThat(request(traffic, ACME, "dev-1")).isNotNull();
  }

  @Test
  void request_refusedDevice_takesNothingFromItsOrg() {
    Traffic traffic =
        traffic(
            Map.of(
                Limit.DEVICE_REQUESTS, Rate.parse("1/m"), Limit.ORG_REQUESTS, Rate.parse("2/m")));
    assertThat(request(traffic, ACME, "greedy")).isNull();
    for (int i = 0; i < 10; i++) {
      assertThat(request(traffic, ACME, "greedy")).isSameAs(Limit.DEVICE_REQUESTS.refused());
    }
    assertThat(request(traffic, ACME, "modest")).isNull();
    assertThat(request(traffic, ACME, "third")).isSameAs(Limit.ORG_REQUESTS.refused());
    assertThat(request(traffic, ZETA, "third")).isNull();
  }

  @Test
  void signature_haveABudgetOfTheirOwn() {
    Traffic traffic =
        traffic(
            Map.of(
                Limit.DEVICE_REQUESTS, Rate.parse("1/m"),
                Limit.DEVICE_SIGNATURES, Rate.parse("2/m"),
                Limit.ORG_SIGNATURES, Rate.parse("3/m")));
    assertThat(traffic.signature(ACME, "dev-1")).isNull();
    assertThat(traffic.signature(ACME, "dev-1")).isNull();
    assertThat(traffic.signature(ACME, "dev-1")).isSameAs(Limit.DEVICE_SIGNATURES.refused());
    assertThat(request(traffic, ACME, "dev-1")).isNull();
    assertThat(traffic.signature(ACME, "dev-2")).isNull();
    assertThat(traffic.signature(ACME, "dev-3")).isSameAs(Limit.ORG_SIGNATURES.refused());
  }

  @Test
  void unknownToken_tooManyBadOnes_closesThatAddressAlone() {
    Traffic traffic = traffic(Map.of(Limit.ADDRESS_TOKENS, Rate.parse("2/m")));
    for (int i = 0; i < 100; i++) {
      assertThat(traffic.unknownToken(HERE)).isNull(); // Good ones are not counted.
    }
    traffic.badToken(HERE);
    assertThat(traffic.unknownToken(HERE)).isNull();
    traffic.badToken(HERE);
    assertThat(traffic.unknownToken(HERE)).isSameAs(Limit.ADDRESS_TOKENS.refused());
    assertThat(traffic.unknownToken(THERE)).isNull();
    nanos.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(traffic.unknownToken(HERE)).isNull();
  }

  @Test
  void unknownToken_fromOneIpv6Network_isOfOneClient() {
    Traffic traffic = traffic(Map.of(Limit.ADDRESS_TOKENS, Rate.parse("2/m")));
    traffic.badToken(InetAddress.ofLiteral("2001:db8::1"));
    traffic.badToken(InetAddress.ofLiteral("2001:db8::2"));
    assertThat(traffic.unknownToken(InetAddress.ofLiteral("2001:db8::3")))
        .isSameAs(Limit.ADDRESS_TOKENS.refused());
    assertThat(traffic.unknownToken(InetAddress.ofLiteral("2001:db8:0:1::3"))).isNull();
  }

  @Test
  void anything_withoutRates_isNotLimited() {
    Traffic traffic = traffic(Map.of());
    for (int i = 0; i < 1000; i++) {
      traffic.badToken(HERE);
      assertThat(request(traffic, ACME, "dev-1")).isNull();
      assertThat(traffic.signature(ACME, "dev-1")).isNull();
      assertThat(traffic.unknownToken(HERE)).isNull();
    }
  }

  @Test
  void request_manyThreads_giveOutExactlyTheBucket() throws InterruptedException {
    Traffic traffic = traffic(Map.of(Limit.ORG_REQUESTS, Rate.parse("1000/h")));
    LongAdder admitted = new LongAdder();
    Thread[] threads =
        IntStream.range(0, 4)
            .mapToObj(
                number ->
                    Thread.ofPlatform()
                        .start(
                            () -> {
                              for (int i = 0; i < 1000; i++) {
                                Refused refused = request(traffic, ACME, "dev-" + number);
                                admitted.add(refused == null ? 1 : 0);
                              }
                            }))
            .toArray(Thread[]::new);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(admitted.sum()).isEqualTo(1000);
  }
}
