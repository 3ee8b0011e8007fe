package io.edgemint.caller;

import io.vertx.core.Vertx;
import java.time.Duration;

/** Runs things later. */
@FunctionalInterface
public interface Timers {
  /** Runs a task once after a delay; what it gives cancels that. */
  Runnable after(Duration delay, Runnable task);

  /** Timers on the event loops of a Vertx. */
  static Timers of(Vertx vertx) {
    return (delay, task) -> {
      long id = vertx.setTimer(delay.toMillis(), _ -> task.run());
      return () -> vertx.cancelTimer(id);
    };
  }
}
