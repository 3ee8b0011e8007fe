package io.edgemint.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Parsers for the plain kinds of values; they throw what is required instead. */
final class Scalars {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,9}");

  private Scalars() {}

  static int integer(String text, int min, int max) {
    if (INTEGER.matcher(text).matches()) {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    }
    throw new IllegalArgumentException("must be a whole number from " + min + " to " + max);
  }

  static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }

  static Duration duration(String text, Duration min, Duration max) {
    Duration value = Units.duration(text);
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "must be from %s to %s, but is %s"
              .formatted(Units.format(min), Units.format(max), Units.format(value)));
    }
    return value;
  }

  static long bytes(String text, long min, long max) {
    long value = Units.bytes(text);
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "must be from %s to %s, but is %s"
              .formatted(Units.format(min), Units.format(max), Units.format(value)));
    }
    return value;
  }

  /** Reads {@code lower-case-words} as the constant {@code LOWER_CASE_WORDS}. */
  static <E extends Enum<E>> Function<String, E> word(Class<E> type) {
    Map<String, E> words = new LinkedHashMap<>();
    Arrays.stream(type.getEnumConstants())
        .forEach(constant -> words.put(wordOf(constant), constant));
    return text -> {
      E constant = words.get(text);
      if (constant == null) {
        throw new IllegalArgumentException(
            "must be one of "
                + String.join(", ", words.keySet())
                + Suggestion.nearest(text, words.keySet())
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse(""));
      }
      return constant;
    };
  }

  private static String wordOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
