package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.backend.Backend;
import io.edgemint.backend.Verification;
import io.edgemint.probe.FakeStorage.Fault;
import io.edgemint.registry.SqlRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevalidationTest {
  private static final Duration PERIOD = Duration.ofHours(6);

  private final ManualClock clock = new ManualClock(Bench.NOW.getEpochSecond());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  @TempDir private Path folder;
  private ProbeWorld world;
  private SqlRegistry leases;
  private Revalidation revalidation;

  @BeforeEach
  void serve() {
    world = new ProbeWorld(folder);
    // On the same file, by the clock of this test.
    leases = SqlRegistry.sqlite(folder.resolve("registry.db"), java.util.Set.of(), clock);
    world.applied(Yaml.backend(world.bucket("")));
    world.bench.activate("acme", "prod");
    revalidation = of("one");
    world.storage.requests.clear();
  }

  private Revalidation of(String holder) {
    return new Revalidation(
        () -> world.bench.registry.load().orgs(),
        leases,
        world.onboarding(),
        PERIOD,
        clock,
        new SplittableRandom(1),
        holder,
        meters);
  }

  @AfterEach
  void close() {
    leases.close();
    world.close();
  }

  private int probes() {
    int puts = (int) world.storage.methods().stream().filter("PUT"::equals).count();
    world.storage.requests.clear();
    return puts > 0 ? 1 : 0;
  }

  @Test
  void run_once_aPeriodProbesEachBackendOnce() {
    int probes = 0;
    for (int i = 0; i < 12 * 60 / 5; i++) {
      revalidation.run();
      probes += probes();
      clock.pass(Duration.ofMinutes(5));
    }
    assertThat(probes).isEqualTo(2);
  }

  @Test
  void run_drift_isShownAndSwitchesNothingUntilItIsMended() {
    long version = world.bench.org("acme").version();
    world.storage.faults.add(Fault.READ_REFUSED);
    revalidation.run();
    clock.pass(PERIOD);
    revalidation.run();

    Backend active = world.bench.active("acme");
    assertThat(active.downloadSide()).isEqualTo(Verification.failed("read_denied"));
    assertThat(active.state()).isEqualTo(Backend.State.ACTIVE);
    System.gc(); // What counts is held by nobody else.
    assertThat(meters.get("gateway.backends.failing").gauge().value()).isOne();
    assertThat(world.bench.org("acme").version()).isEqualTo(version + 1);

    clock.pass(PERIOD);
    revalidation.run();
    assertThat(world.bench.org("acme").version()).as("the same again").isEqualTo(version + 1);

    world.storage.faults.clear();
    clock.pass(PERIOD);
    revalidation.run();
    assertThat(world.bench.active("acme").verified()).isTrue();
    assertThat(meters.get("gateway.backends.failing").gauge().value()).isZero();
  }

  @Test
  void run_afterAFailure_looksAgainWithinMinutes() {
    world.storage.faults.add(Fault.READ_REFUSED);
    revalidation.run();
    clock.pass(PERIOD);
    revalidation.run();
    assertThat(world.bench.active("acme").verified()).isFalse();
    world.storage.faults.clear();
    clock.pass(Duration.ofMinutes(4));
    revalidation.run();
    assertThat(world.bench.active("acme").verified()).isFalse();
    clock.pass(Duration.ofMinutes(1));
    revalidation.run();
    assertThat(world.bench.active("acme").verified()).isTrue();
  }

  @Test
  void run_whileAnotherGatewayDoes_probesNothingUntilThatIsGone() {
    Revalidation other = of("two");
    other.run();
    revalidation.run();
    clock.pass(PERIOD);
    other.run();
    assertThat(probes()).isOne();
    revalidation.run();
    assertThat(probes()).isZero();

    clock.pass(Duration.ofMinutes(10));
    revalidation.run();
    clock.pass(PERIOD);
    revalidation.run();
    assertThat(probes()).isOne();
  }

  @Test
  void run_clockSetBack_doesNotWaitForever() {
    revalidation.run();
    clock.pass(PERIOD);
    revalidation.run();
    assertThat(probes()).isOne();
    clock.pass(PERIOD.multipliedBy(-100));
    revalidation.run();
    assertThat(probes()).isOne();
  }
}
