package io.edgemint.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells whether the event loops turn: each one leaves a mark twenty times a second, and how late it
 * came is the loop's lag.
 */
public final class Heartbeat {
  private static final long PERIOD_MILLIS = 50;
  private static final long DEAD_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** One late mark, however late, may be a collection of garbage; several are too much work. */
  private static final int LATE_MARKS = 3;

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

  /**
   * Begins to watch the event loop that calls.
   *
   * @param lag how late a mark may come
   */
  Loop start(Vertx vertx, Duration lag) {
    Loop loop = new Loop(nanoTime.getAsLong(), lag.toNanos());
    loops.add(loop);
    vertx.setPeriodic(PERIOD_MILLIS, id -> loop.beat(nanoTime.getAsLong()));
    return loop;
  }

  /** Whether every loop has turned within the last five seconds. */
  public boolean alive() {
    long now = nanoTime.getAsLong();
    return loops.stream().allMatch(loop -> now - loop.last < DEAD_NANOS);
  }

  private double lagSeconds() {
    return loops.stream().mapToLong(loop -> loop.lag).max().orElse(0) / 1e9;
  }

  /** One event loop. */
  static final class Loop {
    private final long most;
    private volatile long last;
    private volatile long lag;
    private volatile int lateMarks;

    Loop(long now, long most) {
      this.most = most;
      this.last = now;
    }

    void beat(long now) {
      lag = Math.max(0, now - last - TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS));
      last = now;
      lateMarks = lag <= most ? 0 : lateMarks + 1;
    }

    /** Whether the last marks all came too late. */
    boolean isLate() {
      return lateMarks >= LATE_MARKS;
    }
  }
}
