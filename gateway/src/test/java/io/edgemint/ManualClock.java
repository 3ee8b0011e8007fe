package io.edgemint;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands until a test moves it. */
public final class ManualClock implements InstantSource {
  private volatile Instant now;

  /** Stands at an epoch second. */
  public ManualClock(long epochSecond) {
    now = Instant.ofEpochSecond(epochSecond);
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** The epoch second at which it stands. */
  public long second() {
    return now.getEpochSecond();
  }

  /** Moves forward, or back. */
  public void pass(Duration duration) {
    now = now.plus(duration);
  }

  /** Moves to an epoch second. */
  public void set(long epochSecond) {
    now = Instant.ofEpochSecond(epochSecond);
  }
}
