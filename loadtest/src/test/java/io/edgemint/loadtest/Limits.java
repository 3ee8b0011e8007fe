package io.edgemint.loadtest;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What may not be exceeded, from a properties file. {@code bytes.A} bounds the bytes that benchmark
 * A allocates per operation, {@code bytes.A-B} the bytes that it allocates more than B; {@code
 * count.D} bounds a number of {@link Counts}; {@code speed.C} is how many times as fast ours must
 * be in contest C, and {@code ratio.R} how many times as fast in the alternation R, which is judged
 * where it is run.
 */
final class Limits {
  private static final String BYTES = "bytes.";
  private static final String COUNT = "count.";
  private static final String SPEED = "speed.";
  private static final String RATIO = "ratio.";
  private static final List<String> KINDS = List.of(BYTES, COUNT, SPEED, RATIO);

  private final Map<String, Double> byName = new TreeMap<>();

  /**
   * Takes the limits over.
   *
   * @throws IllegalArgumentException if a name or a number is none
   */
  Limits(Properties properties) {
    for (String name : properties.stringPropertyNames()) {
      if (KINDS.stream().noneMatch(name::startsWith)) {
        throw new IllegalArgumentException(
            name + ": limits begin with one of " + String.join(" ", KINDS));
      }
      try {
        byName.put(name, Double.valueOf(properties.getProperty(name)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(name + ": the limit is no number", e);
      }
    }
  }

  static Limits read(Path file) throws IOException {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return new Limits(properties);
  }

  /** The benchmark methods that are named, without their parameters. */
  Set<String> benchmarks() {
    Set<String> methods = new TreeSet<>();
    for (String name : byName.keySet()) {
      if (name.startsWith(BYTES)) {
        for (String benchmark : name.substring(BYTES.length()).split("-", -1)) {
          methods.add(benchmark.replaceFirst("\\[.*", ""));
        }
      }
    }
    return methods;
  }

  /** Whether there is a limit for a contest. */
  boolean hasContest(String contest) {
    return byName.containsKey(SPEED + contest);
  }

  /**
   * Holds measurements against all limits.
   *
   * @param bytes bytes per operation, by benchmark
   * @param counts what was counted, by name
   * @param speeds how many times as fast ours is, by contest
   */
  List<Verdict> judge(
      Map<String, Double> bytes, Map<String, Double> counts, Map<String, Double> speeds) {
    return byName.entrySet().stream()
        .filter(limit -> !limit.getKey().startsWith(RATIO))
        .map(limit -> judge(limit.getKey(), limit.getValue(), bytes, counts, speeds))
        .toList();
  }

  /**
   * What is asked of an alternation.
   *
   * @throws IllegalArgumentException if nothing is
   */
  double ratio(String alternation) {
    Double limit = byName.get(RATIO + alternation);
    if (limit == null) {
      throw new IllegalArgumentException(RATIO + alternation + " has no limit");
    }
    return limit;
  }

  private static Verdict judge(
      String name,
      double limit,
      Map<String, Double> bytes,
      Map<String, Double> counts,
      Map<String, Double> speeds) {
    if (name.startsWith(COUNT)) {
      Optional<Double> count = Optional.ofNullable(counts.get(name.substring(COUNT.length())));
      return new Verdict(name, count, limit, count.isPresent() && count.get() <= limit);
    }
    if (name.startsWith(SPEED)) {
      Optional<Double> speed = Optional.ofNullable(speeds.get(name.substring(SPEED.length())));
      return new Verdict(name, speed, limit, speed.isPresent() && speed.get() >= limit);
    }
    String[] both = name.substring(BYTES.length()).split("-", -1);
    Optional<Double> measured = Optional.ofNullable(bytes.get(both[0]));
    if (both.length == 2) {
      Optional<Double> less = Optional.ofNullable(bytes.get(both[1]));
      measured = measured.flatMap(more -> less.map(base -> more - base));
    }
    return new Verdict(name, measured, limit, measured.isPresent() && measured.get() <= limit);
  }

  /**
   * A limit and what was measured; a limit for which nothing was measured is not kept.
   *
   * @param name as it stands in the file
   */
  record Verdict(String name, Optional<Double> measured, double limit, boolean kept) {
    @Override
    public String toString() {
      String seen = measured.map("%14.2f"::formatted).orElse("             -");
      String word = name.startsWith(SPEED) ? "at least" : "at most ";
      return "%-64s %s  %s %12.2f  %s".formatted(name, seen, word, limit, kept ? "" : "<-- BROKEN");
    }
  }
}
