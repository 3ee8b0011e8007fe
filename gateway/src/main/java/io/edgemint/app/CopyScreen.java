package io.edgemint.app;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.transfer.Tally;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a copy has come: on a terminal one line that is written over, elsewhere a line now
 * and then. Other lines stand above it. Safe on all threads.
 */
final class CopyScreen {
  private static final Duration ON_TERMINAL = Duration.ofMillis(500);
  private static final Duration ELSEWHERE = Duration.ofSeconds(15);

  private final PrintWriter out;
  private final boolean terminal;
  private final InstantSource clock;
  private final Instant begun;
  private @Nullable Thread ticks;

  CopyScreen(PrintWriter out, boolean terminal, InstantSource clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** Writes a line, in which keys show themselves as what they are. */
  synchronized void say(String line) {
    String printable = Change.printable(line);
    out.println(terminal ? ProgressLine.CLEAR + printable : printable);
  }

  /** Shows a copy until the end. */
  void watch(Tally tally) {
    ticks =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (true) {
                      Thread.sleep(terminal ? ON_TERMINAL : ELSEWHERE);
                      show(tally);
                    }
                  } catch (InterruptedException e) {
                    // The end.
                  }
                });
  }

  /** Shows nothing more. */
  void end() {
    if (ticks != null) {
      ticks.interrupt();
      try {
        ticks.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (terminal) {
      out.print(ProgressLine.CLEAR);
      out.flush();
    }
  }

  private synchronized void show(Tally tally) {
    String line = line(tally);
    if (terminal) {
      out.print(ProgressLine.CLEAR + line);
      out.flush();
    } else {
      out.println(line);
    }
  }

  /** Objects, bytes, rate and time left. */
  String line(Tally tally) {
    long rate = ProgressLine.rate(tally.bytes(), Duration.between(begun, clock.instant()));
    String left =
        rate == 0
            ? ""
            : ", "
                + ProgressLine.left(Math.max(0, tally.bytesToCopy() - tally.bytes()) / rate)
                + " left";
    return "%d of %d objects, %s of %s, %s/s%s"
        .formatted(
            tally.copied(),
            tally.objectsToCopy(),
            ProgressLine.bytes(tally.bytes()),
            ProgressLine.bytes(tally.bytesToCopy()),
            ProgressLine.bytes(rate),
            left);
  }
}
