package io.edgemint.transfer;

import java.time.Duration;

/** Waits on the calling thread; the outside world in tests. */
@FunctionalInterface
interface Pause {
  /** Waits so long. */
  void of(Duration duration) throws InterruptedException;
}
