package io.edgemint.traffic;

import io.edgemint.backend.Refused;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A bucket that fills evenly, in one number: the moment at which it will be full again (the virtual
 * scheduling form of the generic cell rate algorithm, ITU-T I.371, annex A). Safe on all threads,
 * without locks and without garbage.
 */
final class TokenBucket {
  private static final AtomicLongFieldUpdater<TokenBucket> FULL_AT =
      AtomicLongFieldUpdater.newUpdater(TokenBucket.class, "fullAt");

  private final long period;
  private final long interval;
  private final Refused refused;
  private final Counter turnedAway;
  private volatile long fullAt;

  /**
   * A full one.
   *
   * @param refused what whoever finds it empty is told
   * @param turnedAway counts them
   */
  TokenBucket(Rate rate, Refused refused, Counter turnedAway) {
    this.refused = refused;
    this.turnedAway = turnedAway;
    this.period = rate.period().toNanos();
    this.interval = Math.max(1, period / rate.amount());
  }

  /**
   * Takes one out; null, or the refusal if there is none.
   *
   * @param now nanoseconds of a clock that began at zero
   */
  @Nullable Refused take(long now) {
    while (true) {
      long seen = fullAt;
      long next = Math.max(seen, now) + interval;
      if (next - now > period) {
        turnedAway.increment();
        return refused;
      }
      if (FULL_AT.compareAndSet(this, seen, next)) {
        return null;
      }
    }
  }

  /** Takes nothing out; the refusal if there is nothing. */
  @Nullable Refused look(long now) {
    if (Math.max(fullAt, now) + interval - now <= period) {
      return null;
    }
    turnedAway.increment();
    return refused;
  }
}
