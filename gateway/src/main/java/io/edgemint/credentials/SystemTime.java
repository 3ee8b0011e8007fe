package io.edgemint.credentials;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The time of this machine since it was made, whatever is done to its clock. */
final class SystemTime implements StsQueue.Time {
  private final long start = System.nanoTime();
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("sts-timer-", 0).daemon().factory());

  @Override
  public long nanos() {
    return System.nanoTime() - start;
  }

  @Override
  public void in(long delay, Runnable task) {
    try {
      ScheduledFuture<?> _ = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // Closed: nobody waits any longer.
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
