package io.edgemint.loadtest;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run has measured, beside what was asked for; printed as one table. */
final class Figures {
  private final String title;
  private final List<Figure> figures = new ArrayList<>();

  /**
   * One row.
   *
   * @param spread what the figure lay between, or how it came about
   * @param asked the limit in words
   */
  private record Figure(String what, String measured, String spread, String asked, boolean holds) {}

  Figures(String title) {
    this.title = title;
  }

  /** Adds a figure with a limit. */
  void judged(String what, String measured, String spread, String asked, boolean holds) {
    figures.add(new Figure(what, measured, spread, asked, holds));
  }

  /** Adds a figure that is told and not judged. */
  void told(String what, String measured, String spread) {
    figures.add(new Figure(what, measured, spread, "-", true));
  }

  /** Prints the table with the machine; the exit code, 1 if a figure is missed. */
  int print() throws IOException {
    System.out.printf("%n%s%n%s, %s%n", title, Machine.describe(), time());
    int what = width(figures.stream().map(Figure::what).toList());
    int measured = width(figures.stream().map(Figure::measured).toList());
    int asked = width(figures.stream().map(Figure::asked).toList());
    String row = "%-" + what + "s  %" + measured + "s  %-" + asked + "s  %-6s  %s%n";
    System.out.printf(row, "what", "measured", "asked", "", "spread");
    for (Figure figure : figures) {
      String holds = figure.asked().equals("-") ? "" : figure.holds() ? "holds" : "MISSED";
      System.out.printf(
          row, figure.what(), figure.measured(), figure.asked(), holds, figure.spread());
    }
    return figures.stream().allMatch(Figure::holds) ? 0 : 1;
  }

  /** How far measurements that were taken in pairs lie apart. */
  static String spread(Pairs pairs) {
    Pairs.Interval interval = pairs.interval();
    return String.format(
        Locale.ROOT,
        "%d pairs from %.3f to %.3f; 95 %% interval of the median %.3f to %.3f",
        pairs.count(),
        pairs.least(),
        pairs.most(),
        interval.low(),
        interval.high());
  }

  private static int width(List<String> texts) {
    return Math.max(8, texts.stream().mapToInt(String::length).max().orElse(0));
  }

  private static Instant time() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
