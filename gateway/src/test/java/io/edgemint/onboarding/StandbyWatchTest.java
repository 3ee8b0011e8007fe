package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.backend.Backend;
import io.edgemint.probe.FakeStorage.Stored;
import io.edgemint.registry.SqlRegistry;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandbyWatchTest {
  private static final Duration ROUND = Duration.ofSeconds(12);

  private final ManualClock clock = new ManualClock(Bench.NOW.getEpochSecond());
  @TempDir private Path folder;
  private ProbeWorld world;
  private SqlRegistry leases;
  private StandbyWatch watch;
  private boolean well = true;
  private int pulses;
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void serve() {
    world = new ProbeWorld(folder);
    leases = SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), clock);
    serveWith("automatic: true");
    world.storage.objects.put(
        "/second-bucket/fw/a", new Stored(Buffer.buffer("x"), null, Bench.NOW));
    watch = of("one");
  }

  private void serveWith(String automatic) {
    world.applied(standing(automatic));
    world.bench.activate("acme", "prod");
  }

  private String standing(String automatic) {
    return Yaml.backend(world.bucket(""))
        .replace(
            "upload:",
            "standby: {bucket: second-bucket, region: eu-west-1, " + automatic + "}, upload:");
  }

  private StandbyWatch of(String holder) {
    return new StandbyWatch(
        () -> world.bench.registry.load().orgs(),
        leases,
        world.onboarding(),
        (org, backend, storage) -> {
          pulses++;
          meanwhile.run();
          return well;
        },
        clock,
        holder);
  }

  @AfterEach
  void close() {
    leases.close();
    world.close();
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      watch.run();
      clock.pass(ROUND);
    }
  }

  private boolean failedOver() {
    return world.bench.active("acme").service().failedOver();
  }

  @Test
  void run_failuresForAMinute_leadToTheStandby() {
    rounds(3);
    well = false;
    rounds(5);
    assertThat(failedOver()).as("48 s").isFalse();
    rounds(1);
    assertThat(failedOver()).as("60 s").isTrue();
  }

  @Test
  void run_standbyThatCannotBeRead_isNotLedTo() {
    world.storage.objects.clear();
    well = false;
    rounds(10);
    assertThat(failedOver()).isFalse();
  }

  @Test
  void run_newRevisionActivatedDuringTheLastLook_isNotLedToItsStandby() {
    well = false;
    rounds(5);
    meanwhile =
        () -> {
          world.applied(standing("automatic: true").replace("fw/", "fw/new/"));
          world.bench.activate("acme", "prod");
          meanwhile = () -> {};
        };

    rounds(1);

    assertThat(world.bench.active("acme").revision()).isEqualTo(2);
    assertThat(failedOver()).isFalse();
  }

  @Test
  void run_fewFailuresOverALongTime_leadNowhere() {
    well = false;
    watch.run();
    clock.pass(Duration.ofMinutes(5));
    rounds(3);
    assertThat(failedOver()).isFalse();
  }

  @Test
  void run_oneSuccessInBetween_beginsAnew() {
    well = false;
    rounds(5);
    well = true;
    rounds(1);
    well = false;
    rounds(5);
    assertThat(failedOver()).isFalse();
  }

  @Test
  void run_wellForAQuarterOfAnHour_leadsBack() {
    well = false;
    rounds(6);
    well = true;
    rounds(75);
    assertThat(failedOver()).as("14 min 48 s").isTrue();
    well = false;
    rounds(1);
    well = true;
    rounds(75);
    assertThat(failedOver()).as("well again, but not for long").isTrue();
    rounds(1);
    assertThat(failedOver()).isFalse();
  }

  @Test
  void run_notAskedFor_looksAtNothing() {
    serveWith("automatic: false");
    well = false;
    rounds(20);
    assertThat(pulses).isZero();
    assertThat(failedOver()).isFalse();
  }

  @Test
  void run_onTwoGateways_oneLooks() {
    StandbyWatch other = of("two");
    well = false;
    for (int i = 0; i < 6; i++) {
      watch.run();
      other.run();
      clock.pass(ROUND);
    }
    assertThat(pulses).isEqualTo(6);
    assertThat(failedOver()).isTrue();
  }

  @Test
  void run_newRevision_forgetsTheFailuresOfTheOld() {
    well = false;
    rounds(5);
    world.applied(
        Yaml.backend(world.bucket(", encryption: sse-s3"))
            .replace(
                "upload:",
                "standby: {bucket: second-bucket, region: eu-west-1, automatic: true}, upload:"));
    world.bench.activate("acme", "prod");
    rounds(1);
    Backend active = world.bench.active("acme");
    assertThat(active.revision()).isEqualTo(2);
    assertThat(failedOver()).isFalse();
  }
}
