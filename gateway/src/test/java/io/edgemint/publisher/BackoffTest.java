package io.edgemint.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final List<Duration> waits = new ArrayList<>();
  private final Told told = new Told();

  @Test
  void wait_moreFailures_isAnywhereBelowABoundThatDoubles() {
    Seeded.run(
        200,
        random -> {
          Backoff backoff = new Backoff(random, waits::add);
          for (int failures = 1; failures < 40; failures++) {
            long bound = failures > 6 ? 20_000 : Math.min(20_000, 400L << (failures - 1));
            assertThat(backoff.wait(failures, null).toMillis()).isBetween(0L, bound);
          }
        });
  }

  @Test
  void wait_manyClients_areSpread() {
    Backoff backoff = new Backoff(new SplittableRandom(7), waits::add);
    List<Long> drawn = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      drawn.add(backoff.wait(3, null).toMillis());
    }
    assertThat(drawn).anyMatch(wait -> wait < 200).anyMatch(wait -> wait > 1_400);
  }

  @Test
  void afterFailure_askedToWaitForever_givesUp() {
    Backoff backoff = new Backoff(new SplittableRandom(7), waits::add);

    assertThatThrownBy(() -> backoff.afterFailure(1, Duration.ofDays(1), "busy", told))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("86400 seconds");
    assertThat(waits).isEmpty();
  }
}
