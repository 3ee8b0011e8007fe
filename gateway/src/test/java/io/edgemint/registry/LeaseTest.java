package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.ManualClock;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Leases.Lease;
import io.edgemint.backend.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
  private static final Duration TIME = Duration.ofMinutes(1);

  private final ManualClock clock = new ManualClock(1_800_000_000);
  @TempDir private Path folder;
  private SqlRegistry registry;

  @BeforeEach
  void open() {
    registry = SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), clock);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void take_heldByAnother_isNullUntilItsTimeIsOver() {
    assertThat(registry.take("work", "one", TIME)).isEqualTo(new Lease("work", 1));
    assertThat(registry.take("work", "two", TIME)).isNull();
    assertThat(registry.take("other", "two", TIME)).isEqualTo(new Lease("other", 1));
    clock.pass(TIME.minusSeconds(1));
    assertThat(registry.take("work", "two", TIME)).isNull();
    clock.pass(Duration.ofSeconds(1));
    assertThat(registry.take("work", "two", TIME)).isEqualTo(new Lease("work", 2));
    assertThat(registry.take("work", "one", TIME)).isNull();
  }

  @Test
  void take_clockTurnedBack_isNotHeldUntilItHasCaughtUp() {
    clock.pass(Duration.ofDays(1));
    assertThat(registry.take("work", "one", TIME)).isNotNull();
    clock.pass(Duration.ofDays(-1));

    assertThat(registry.take("work", "two", TIME)).isNotNull();
  }

  @Test
  void take_ownLease_isKeptUnderItsNumber() {
    registry.take("work", "one", TIME);
    clock.pass(TIME.minusSeconds(1));
    assertThat(registry.take("work", "one", TIME)).isEqualTo(new Lease("work", 1));
    clock.pass(TIME.minusSeconds(1));
    assertThat(registry.take("work", "two", TIME)).isNull();
  }

  @Test
  void take_byManyAtOnce_goesToOne() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> taken =
          threads.invokeAll(
              IntStream.range(0, 8)
                  .mapToObj(
                      i ->
                          (Callable<Boolean>)
                              () -> registry.take("work", "holder-" + i, TIME) != null)
                  .toList());
      int count = 0;
      for (Future<Boolean> each : taken) {
        count += each.get() ? 1 : 0;
      }
      assertThat(count).isOne();
    }
  }

  @Test
  void write_afterTheLeaseWentToAnother_isRefusedWhole() {
    Lease lease = Objects.requireNonNull(registry.take("work", "one", TIME));
    var org = registry.write(List.of(Samples.org("acme").withVersion(0)), with(lease)).get(0);
    clock.pass(TIME);
    registry.take("work", "two", TIME);
    assertThatThrownBy(() -> registry.write(List.of(org), with(lease)))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("'work' has gone to another process");
    assertThat(registry.load().version()).isEqualTo(org.version());
  }

  private static Change with(Lease lease) {
    return new Change("somebody", "something", lease);
  }
}
