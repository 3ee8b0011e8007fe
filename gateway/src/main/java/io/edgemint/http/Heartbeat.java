package io.edgemint.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells whether the event loops turn: each one leaves a mark every second, and how late it came is
 * the loop's lag.
 */
public final class Heartbeat {
  private static final long PERIOD_MILLIS = 1000;
  private static final long DEAD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final LongSupplier nanoTime;
  private final List<Loop> loops = new CopyOnWriteArrayList<>();

  /**
   * Watches by a monotonic clock.
   *
   * @param nanoTime such as {@link System#nanoTime()}
   */
  public Heartbeat(LongSupplier nanoTime, MeterRegistry meters) {
    this.nanoTime = nanoTime;
    meters.gauge("gateway.eventloop.lag.seconds", this, Heartbeat::lagSeconds);
  }

  /** Begins to watch the event loop that calls. */
  void start(Vertx vertx) {
    Loop loop = new Loop(nanoTime.getAsLong());
    loops.add(loop);
    vertx.setPeriodic(PERIOD_MILLIS, id -> loop.beat(nanoTime.getAsLong()));
  }

  /** Whether every loop has turned within the last five seconds. */
  public boolean alive() {
    long now = nanoTime.getAsLong();
    return loops.stream().allMatch(loop -> now - loop.last < DEAD_NANOS);
  }

  private double lagSeconds() {
    return loops.stream().mapToLong(loop -> loop.lag).max().orElse(0) / 1e9;
  }

  private static final class Loop {
    private volatile long last;
    private volatile long lag;

    private Loop(long now) {
      last = now;
    }

    private void beat(long now) {
      lag = Math.max(0, now - last - TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS));
      last = now;
    }
  }
}
