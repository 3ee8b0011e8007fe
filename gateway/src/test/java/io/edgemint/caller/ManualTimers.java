package io.edgemint.caller;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A clock and its timers, which move when a test says so. */
public final class ManualTimers implements Timers, InstantSource {
  private final List<Timer> pending = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-20T12:00:00Z");

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized Runnable after(Duration delay, Runnable task) {
    Timer timer = new Timer(now.plus(delay), task);
    pending.add(timer);
    return () -> cancel(timer);
  }

  private synchronized void cancel(Timer timer) {
    pending.remove(timer);
  }

  /** Moves the clock on and runs what becomes due, each at its own time. */
  public void advance(Duration by) {
    Instant until = instant().plus(by);
    for (Timer next = due(until); next != null; next = due(until)) {
      next.task.run();
    }
    set(until);
  }

  public synchronized void set(Instant instant) {
    now = instant;
  }

  public long seconds() {
    return instant().getEpochSecond();
  }

  public synchronized int pending() {
    return pending.size();
  }

  private synchronized @Nullable Timer due(Instant until) {
    Timer next = pending.stream().min(Comparator.comparing(Timer::at)).orElse(null);
    if (next == null || next.at.isAfter(until)) {
      return null;
    }
    pending.remove(next);
    now = next.at.isAfter(now) ? next.at : now;
    return next;
  }

  private record Timer(Instant at, Runnable task) {}
}
