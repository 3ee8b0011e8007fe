package io.edgemint.publisher;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before something is tried again: at random up to a bound that doubles (full
 * jitter), but never shorter than the other side asks.
 */
final class Backoff {
  /** With the bounds below about two minutes, so that a gateway may restart meanwhile. */
  static final int MOST_FAILURES = 12;

  private static final long FIRST_MILLIS = 400;
  private static final long LONGEST_MILLIS = 20_000;
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

  private final RandomGenerator random;
  private final Sleep sleep;

  /** Waits. */
  @FunctionalInterface
  interface Sleep {
    void sleep(Duration time) throws InterruptedException;
  }

  Backoff(RandomGenerator random, Sleep sleep) {
    this.random = random;
    this.sleep = sleep;
  }

  /**
   * Waits after a failure.
   *
   * @param failures how many there were in a row, from 1
   * @param asked what {@code Retry-After} says, null when it says nothing
   * @param why for people
   * @throws PublishingFailed when there were too many, or the wait asked for is too long
   */
  void afterFailure(int failures, @Nullable Duration asked, String why, Progress progress)
      throws InterruptedException {
    if (failures >= MOST_FAILURES) {
      throw new PublishingFailed(why + ", " + failures + " times in a row");
    }
    if (asked != null && asked.compareTo(LONGEST_ASKED) > 0) {
      throw new PublishingFailed(
          why + ", and asks to be left alone for " + asked.toSeconds() + " seconds");
    }
    Duration wait = wait(failures, asked);
    if (failures > 1 || wait.toSeconds() > 1) {
      progress.note(why + "; trying again in " + Math.max(1, wait.toSeconds()) + " s");
    }
    sleep.sleep(wait);
  }

  Duration wait(int failures, @Nullable Duration asked) {
    long bound = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures - 1, 10));
    long millis = random.nextLong(bound + 1);
    return Duration.ofMillis(millis).plus(asked == null ? Duration.ZERO : asked);
  }
}
