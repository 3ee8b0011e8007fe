package io.edgemint.traffic;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many in so much time: as many may come at once, and come back evenly over the period.
 *
 * @param amount at least 1
 * @param period from one second to one day
 */
public record Rate(long amount, Duration period) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,12})/([0-9]{0,5})(s|m|h)");

  /**
   * Reads {@code 60/m}, {@code 2000/s} or {@code 10/15m}.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static Rate parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "a rate is a number, a slash and a time: 60/m, 2000/s, 10/15m");
    }
    long units = form.group(2).isEmpty() ? 1 : Long.parseLong(form.group(2));
    Duration period =
        switch (form.group(3)) {
          case "s" -> Duration.ofSeconds(units);
          case "m" -> Duration.ofMinutes(units);
          default -> Duration.ofHours(units);
        };
    long amount = Long.parseLong(form.group(1));
    if (amount == 0 || period.isZero() || period.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("a rate is at least one in a time of at most a day");
    }
    return new Rate(amount, period);
  }
}
