package io.edgemint.backend;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Gives work that must not be done twice at once to one process. Waits for a disk or network. */
public interface Leases {
  /**
   * The right to do some work.
   *
   * @param work what is done
   * @param holder whose it is
   * @param number rises each time that the work goes to another process, so that what an earlier
   *     one still writes is told from what the present one does
   */
  record Lease(String work, String holder, long number) {}

  /**
   * Takes the work, or keeps it, for a time from now; null if another process has it.
   *
   * @param holder names this process
   */
  @Nullable Lease take(String work, String holder, Duration time);
}
