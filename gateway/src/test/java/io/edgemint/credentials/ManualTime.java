package io.edgemint.credentials;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that stands until a test moves it; what is due then runs on the test's thread. */
final class ManualTime implements StsQueue.Time {
  private final PriorityQueue<Due> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
  private long now;
  private long scheduled;

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void in(long delay, Runnable task) {
    tasks.add(new Due(now + delay, scheduled++, task));
  }

  /** Moves forward, from one task to the next. */
  void pass(Duration duration) {
    long end = now + duration.toNanos();
    while (!tasks.isEmpty() && tasks.peek().at <= end) {
      Due next = tasks.remove();
      now = Math.max(now, next.at);
      next.task.run();
    }
    now = end;
  }

  @Override
  public void close() {
    tasks.clear();
  }

  private record Due(long at, long number, Runnable task) {}
}
