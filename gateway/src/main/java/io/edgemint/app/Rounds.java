package io.edgemint.app;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Runs what is to be done again and again beside the serving, each on a thread of its own. */
final class Rounds implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Rounds.class.getName());

  private final BooleanSupplier possible;
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          3, Thread.ofPlatform().name("rounds-", 0).daemon().factory());

  /**
   * Runs nothing yet.
   *
   * @param possible whether rounds can do anything at the moment; if not, they are left out
   */
  Rounds(BooleanSupplier possible) {
    this.possible = possible;
  }

  /** Begins after one pause; a round that fails is logged and does not end the next. */
  void add(String name, Duration pause, Runnable round) {
    Runnable guarded =
        () -> {
          try {
            if (possible.getAsBoolean()) {
              round.run();
            }
          } catch (RuntimeException | Error e) {
            // Also errors: the executor would never run it again.
            LOG.log(Level.WARNING, "{0}: {1}", name, e.toString());
          }
        };
    var _ =
        threads.scheduleWithFixedDelay(
            guarded, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
