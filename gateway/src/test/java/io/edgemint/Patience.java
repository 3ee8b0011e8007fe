package io.edgemint;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How tests and the sandbox wait for what is on its way: not for ever. */
public final class Patience {
  private static final long SECONDS = 30;
  private static final long POLL_MILLIS = 20;

  private Patience() {}

  /**
   * The result, once it is there; a failure comes out as itself. Never called on an event loop.
   *
   * @throws IllegalStateException if nothing has come within half a minute
   */
  public static <T extends @Nullable Object> T await(Future<T> future) {
    try {
      return future.await(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no answer within " + SECONDS + " s", e);
    }
  }

  /**
   * Returns once a condition holds.
   *
   * @throws IllegalStateException if it does not within half a minute
   */
  public static void until(BooleanSupplier condition) throws InterruptedException {
    long begun = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(SECONDS)) {
        throw new IllegalStateException("still not so after " + SECONDS + " s");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
