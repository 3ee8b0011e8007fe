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
 * speed.C} is how many times as fast ours must be in contest C.
 */
final class Limits {
  private static final String BYTES = "bytes.";
  private static final String SPEED = "speed.";

  private final Map<String, Double> byName = new TreeMap<>();

  /**
   * Takes the limits over.
   *
   * @throws IllegalArgumentException if a name or a number is none
   */
  Limits(Properties properties) {
    for (String name : properties.stringPropertyNames()) {
      if (!name.startsWith(BYTES) && !name.startsWith(SPEED)) {
        throw new IllegalArgumentException(name + ": limits begin with " + BYTES + " or " + SPEED);
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
   * @param speeds how many times as fast ours is, by contest
   */
  List<Verdict> judge(Map<String, Double> bytes, Map<String, Double> speeds) {
    return byName.entrySet().stream()
        .map(limit -> judge(limit.getKey(), limit.getValue(), bytes, speeds))
        .toList();
  }

  private static Verdict judge(
      String name, double limit, Map<String, Double> bytes, Map<String, Double> speeds) {
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
      String seen = measured.map("%12.2f"::formatted).orElse("           -");
      String word = name.startsWith(SPEED) ? "at least" : "at most ";
      return "%-64s %s  %s %8.2f  %s".formatted(name, seen, word, limit, kept ? "" : "<-- BROKEN");
    }
  }
}
