package io.edgemint.app;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.transfer.Tally;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a copy has come: on a terminal one line that is written over, elsewhere a line now
 * and then. Other lines stand above it. Safe on all threads.
 */
final class CopyScreen {
  private static final Duration ON_TERMINAL = Duration.ofMillis(500);
  private static final Duration ELSEWHERE = Duration.ofSeconds(15);

  /** Carriage return and "erase to the end of the line" (ECMA-48, EL). */
  private static final String OVER = "\r\u001b[K";

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

  /** Whether somebody looks on. */
  static boolean isTerminal() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  /** Writes a line, in which keys show themselves as what they are. */
  synchronized void say(String line) {
    String printable = Change.printable(line);
    out.println(terminal ? OVER + printable : printable);
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
      out.print(OVER);
      out.flush();
    }
  }

  private synchronized void show(Tally tally) {
    String line = line(tally);
    if (terminal) {
      out.print(OVER + line);
      out.flush();
    } else {
      out.println(line);
    }
  }

  /** Objects, bytes, rate and time left. */
  String line(Tally tally) {
    long millis = Math.max(1, Duration.between(begun, clock.instant()).toMillis());
    long rate = tally.bytes() * 1000 / millis;
    String left =
        rate == 0
            ? ""
            : ", " + time(Math.max(0, tally.bytesToCopy() - tally.bytes()) / rate) + " left";
    return "%d of %d objects, %s of %s, %s/s%s"
        .formatted(
            tally.copied(),
            tally.objectsToCopy(),
            size(tally.bytes()),
            size(tally.bytesToCopy()),
            size(rate),
            left);
  }

  private static String time(long seconds) {
    return seconds >= 3600
        ? "%d h %02d min".formatted(seconds / 3600, seconds / 60 % 60)
        : seconds >= 60 ? "%d min".formatted(seconds / 60) : seconds + " s";
  }

  /** Bytes as people read them. */
  static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " bytes";
    }
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    double value = bytes / 1024.0;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
