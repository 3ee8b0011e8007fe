package io.edgemint.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as settings write them: a whole number and its unit. */
final class Units {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,18})(ms|s|m|h|d)");
  private static final Pattern BYTES = Pattern.compile("([0-9]{1,18})(B|KiB|MiB|GiB)");

  private Units() {}

  /**
   * Reads a duration: {@code 250ms}, {@code 30s}, {@code 15m}, {@code 2h}, {@code 7d}.
   *
   * @throws IllegalArgumentException if it is anything else, or more than a {@code long} of
   *     milliseconds
   */
  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a duration is a whole number and its unit (ms, s, m, h or d), for example 30s or 15m");
    }
    return Duration.ofMillis(product(matcher, millisPer(matcher.group(2))));
  }

  /**
   * Reads a size in bytes: {@code 512B}, {@code 64KiB}, {@code 10MiB}, {@code 2GiB}.
   *
   * @throws IllegalArgumentException if it is anything else, or more than a {@code long} of bytes
   */
  static long bytes(String text) {
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a size is a whole number and its unit (B, KiB, MiB or GiB), for example 64KiB or 10MiB");
    }
    return product(matcher, bytesPer(matcher.group(2)));
  }

  /** The duration as {@link #duration} reads it, in the largest unit that holds it exactly. */
  static String format(Duration duration) {
    long millis = duration.toMillis();
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      if (millis != 0 && millis % millisPer(unit) == 0) {
        return millis / millisPer(unit) + unit;
      }
    }
    return millis == 0 ? "0s" : millis + "ms";
  }

  /** The size as {@link #bytes} reads it, in the largest unit that holds it exactly. */
  static String format(long bytes) {
    for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
      if (bytes != 0 && bytes % bytesPer(unit) == 0) {
        return bytes / bytesPer(unit) + unit;
      }
    }
    return bytes + "B";
  }

  private static long millisPer(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      default -> 86_400_000;
    };
  }

  private static long bytesPer(String unit) {
    return switch (unit) {
      case "B" -> 1;
      case "KiB" -> 1 << 10;
      case "MiB" -> 1 << 20;
      default -> 1 << 30;
    };
  }

  private static long product(Matcher matcher, long factor) {
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("the number is too large for any use; lower it", e);
    }
  }
}
