package io.edgemint.app;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * Waits for SIGTERM or SIGINT, and ends the process at once when a second one comes. No shutdown
 * hook does that, for once hooks run nobody is told of another signal; the JDK's class for signals
 * is reached by reflection, for the compiler warns of it whatever one says.
 */
final class StopSignals {
  /** What shells add to a signal's number. */
  private static final int SIGNALLED = 128;

  private static final int TERM = 15;

  private final CountDownLatch asked = new CountDownLatch(1);

  private StopSignals() {}

  /** Takes both signals over from the JVM. */
  static StopSignals install() {
    StopSignals signals = new StopSignals();
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object told =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                signals.came();
                return null;
              });
      for (String name : new String[] {"TERM", "INT"}) {
        Object named = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, named, told);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM gives no signals; run it on a JDK", e);
    }
    return signals;
  }

  /** On the JVM's own thread for signals. */
  private void came() {
    if (asked.getCount() == 0) {
      Runtime.getRuntime().halt(SIGNALLED + TERM);
    }
    asked.countDown();
  }

  /** Returns when the first one has come. */
  void await() throws InterruptedException {
    asked.await();
  }
}
