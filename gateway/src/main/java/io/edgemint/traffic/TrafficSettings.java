package io.edgemint.traffic;

import io.edgemint.config.Field;
import io.edgemint.config.Section;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who may ask how often, and when everybody has to come back later.
 *
 * @param rates by what they limit; what is absent is not limited
 * @param lag how late an event loop may be before it refuses what costs more than an answer
 * @param waiting how many requests of one event loop may wait for something that is not at hand
 * @param remembered how many devices, and as many organisations and addresses, are kept apart
 */
public record TrafficSettings(Map<Limit, Rate> rates, Duration lag, int waiting, long remembered) {
  /** Without a word from the operator. */
  public static final TrafficSettings DEFAULT =
      new TrafficSettings(
          Map.of(
              Limit.DEVICE_REQUESTS, Rate.parse("60/m"),
              Limit.DEVICE_SIGNATURES, Rate.parse("128/m"),
              Limit.ORG_REQUESTS, Rate.parse("20000/s"),
              Limit.ORG_SIGNATURES, Rate.parse("2000/s"),
              Limit.ADDRESS_TOKENS, Rate.parse("100/m")),
          Duration.ofMillis(50),
          10_000,
          200_000);

  /** Copies the map. */
  public TrafficSettings {
    rates = Map.copyOf(rates);
  }

  /** Reads the section {@code traffic}; {@code none} takes a limit away. */
  public static Field<TrafficSettings> read(Section section) {
    Map<Limit, Field<Optional<Optional<Rate>>>> read = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      String name = limit.name().toLowerCase(Locale.ROOT);
      read.put(
          limit,
          section.optional(
              name,
              text -> text.equals("none") ? Optional.empty() : Optional.of(Rate.parse(text))));
    }
    Duration lag =
        section.duration("lag", DEFAULT.lag, Duration.ofMillis(10), Duration.ofSeconds(10));
    int waiting = section.integer("waiting", DEFAULT.waiting, 1, 10_000_000);
    int remembered = section.integer("remembered", (int) DEFAULT.remembered, 100, 100_000_000);
    return section.build(
        () -> {
          Map<Limit, Rate> rates = new EnumMap<>(Limit.class);
          read.forEach(
              (limit, field) ->
                  field
                      .get()
                      .orElse(Optional.ofNullable(DEFAULT.rates.get(limit)))
                      .ifPresent(rate -> rates.put(limit, rate)));
          return new TrafficSettings(rates, lag, waiting, remembered);
        });
  }
}
