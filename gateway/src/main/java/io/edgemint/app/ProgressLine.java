package io.edgemint.app;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.publisher.Progress;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far something is: a bar that is redrawn in place on a terminal, elsewhere a line now
 * and then. It has no colour.
 */
final class ProgressLine implements Progress {
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final Duration PLAIN = Duration.ofSeconds(5);
  private static final Duration WINDOW = Duration.ofSeconds(8);
  private static final int BAR = 20;
  private static final int PLAIN_STEPS = 10;

  /** Carriage return and "erase to the end of the line" (ECMA-48, EL). */
  static final String CLEAR = "\r\u001B[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final String title;
  private final InstantSource clock;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private Step step = Step.READING;
  private long total;
  private long done;
  private Instant shown = Instant.MIN;
  private long shownStep;
  private boolean drawn;

  private record Sample(Instant at, long done) {}

  ProgressLine(PrintWriter err, boolean terminal, String title, InstantSource clock) {
    this.err = err;
    this.terminal = terminal;
    this.title = Change.printable(title);
    this.clock = clock;
  }

  /** Whether both ends of this process are a terminal that can redraw a line. */
  // Java 25 gives none again where there is no terminal (JDK-8351435).
  @SuppressWarnings("SystemConsoleNull")
  static boolean onTerminal(Map<String, String> environment) {
    Console console = System.console();
    return console != null
        && console.isTerminal()
        && !environment.getOrDefault("TERM", "dumb").equals("dumb");
  }

  @Override
  public synchronized void begin(Step next, long bytes, long before) {
    clear();
    step = next;
    total = bytes;
    done = before;
    samples.clear();
    samples.add(new Sample(clock.instant(), before));
    // A plain line at the beginning would say nothing yet.
    shown = terminal ? Instant.MIN : clock.instant();
    shownStep = plainStep();
    show();
  }

  @Override
  public synchronized void moved(long bytes) {
    done += bytes;
    show();
  }

  @Override
  public synchronized void note(String text) {
    clear();
    err.println(title + ": " + Change.printable(text));
    err.flush();
  }

  /** Leaves the line empty for what comes next. */
  synchronized void clear() {
    if (drawn) {
      err.print(CLEAR);
      err.flush();
      drawn = false;
    }
  }

  private void show() {
    Instant now = clock.instant();
    boolean complete = done >= total;
    if (terminal ? !due(now, REDRAW) && !complete : !due(now, PLAIN) && plainStep() <= shownStep) {
      return;
    }
    shown = now;
    shownStep = Math.max(shownStep, plainStep());
    if (terminal) {
      err.print(CLEAR + bar(now));
      drawn = true;
    } else {
      err.println(title + ": " + words(now));
    }
    err.flush();
  }

  private boolean due(Instant now, Duration pause) {
    return !now.isBefore(shown.equals(Instant.MIN) ? now : shown.plus(pause));
  }

  private long plainStep() {
    return total == 0 ? PLAIN_STEPS : done * PLAIN_STEPS / total;
  }

  private String bar(Instant now) {
    int full = total == 0 ? BAR : Math.clamp(done * BAR / total, 0, BAR);
    String name = title.length() > 24 ? "…" + title.substring(title.length() - 23) : title;
    return "%s [%s%s] %s".formatted(name, "#".repeat(full), ".".repeat(BAR - full), words(now));
  }

  private String words(Instant now) {
    long percent = total == 0 ? 100 : done * 100 / total;
    long rate = rate(now);
    String doing = step == Step.READING ? "reading" : "sending";
    String left = rate == 0 || done >= total ? "" : ", " + left((total - done) / rate) + " left";
    return "%s %d%%, %s of %s%s%s"
        .formatted(
            doing,
            percent,
            bytes(done),
            bytes(total),
            rate == 0 ? "" : ", " + bytes(rate) + "/s",
            left);
  }

  /** Bytes in a second, over the last few. */
  private long rate(Instant now) {
    samples.addLast(new Sample(now, done));
    Sample oldest = samples.getFirst();
    while (samples.size() > 2 && oldest.at.isBefore(now.minus(WINDOW))) {
      samples.removeFirst();
      oldest = samples.getFirst();
    }
    return rate(done - oldest.done, Duration.between(oldest.at, now));
  }

  static long rate(long bytes, Duration time) {
    return bytes <= 0 || time.toMillis() == 0 ? 0 : bytes * 1000 / time.toMillis();
  }

  /** As in {@code 1:02:03} or {@code 2:03}. */
  static String left(long seconds) {
    return seconds >= 3600
        ? "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
        : "%d:%02d".formatted(seconds / 60, seconds % 60);
  }

  /** As in {@code 73.4 MB}, in powers of ten. */
  static String bytes(long bytes) {
    double scaled = bytes;
    String unit = null;
    for (String next : new String[] {"kB", "MB", "GB", "TB"}) {
      if (scaled < 999.95) {
        break;
      }
      scaled /= 1000;
      unit = next;
    }
    return number(bytes, scaled, unit);
  }

  private static String number(long bytes, double scaled, @Nullable String unit) {
    return unit == null ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", scaled, unit);
  }
}
