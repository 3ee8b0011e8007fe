package io.edgemint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  private static final Map<String, Duration> DURATIONS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));
  private static final Map<String, Long> SIZES =
      Map.of("B", 1L, "KiB", 1024L, "MiB", 1024L * 1024, "GiB", 1024L * 1024 * 1024);

  @Test
  void duration_numberAndUnit_isTheirProduct() {
    Seeded.run(
        2_000,
        random -> {
          long number = random.nextLong(100_000_000);
          String unit = Seeded.pick(random, List.copyOf(DURATIONS.keySet()));

          assertThat(Units.duration(number + unit))
              .isEqualTo(DURATIONS.getOrDefault(unit, Duration.ZERO).multipliedBy(number));
        });
  }

  @Test
  void bytes_numberAndUnit_isTheirProduct() {
    Seeded.run(
        2_000,
        random -> {
          long number = random.nextLong(1_000_000_000);
          String unit = Seeded.pick(random, List.copyOf(SIZES.keySet()));

          assertThat(Units.bytes(number + unit)).isEqualTo(number * SIZES.getOrDefault(unit, 0L));
        });
  }

  @Test
  void format_anyValue_isReadBackAsTheSame() {
    Seeded.run(
        2_000,
        random -> {
          long value = random.nextLong(Long.MAX_VALUE >> random.nextInt(4, 63));
          long round = Seeded.pick(random, List.of(1L, 1_000L, 60_000L, 86_400_000L, 1L << 20));
          long number = value - value % round;
          Duration duration = Duration.ofMillis(number);

          assertThat(Units.duration(Units.format(duration))).isEqualTo(duration);
          assertThat(Units.bytes(Units.format(number))).isEqualTo(number);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s, 0B",
    "1, 1ms, 1B",
    "1000, 1s, 1000B",
    "1024, 1024ms, 1KiB",
    "60000, 1m, 60000B",
    "90000, 90s, 90000B",
    "604800000, 7d, 590625KiB",
    "10485760, 10485760ms, 10MiB"
  })
  void format_value_usesTheLargestUnitThatFits(long value, String duration, String bytes) {
    assertThat(Units.format(Duration.ofMillis(value))).isEqualTo(duration);
    assertThat(Units.format(value)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "30", "s", "30 s", " 30s", "30s ", "30S", "-1s", "+1s", "1.5h", "1h30m", "PT30S",
        "30sec", "٣s", "30s\n", "1_000s", "0x1s", "10KiB"
      })
  void duration_anythingElse_isRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> Units.duration(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("for example 30s or 15m");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "64", "KiB", "64 KiB", "64KB", "64kb", "64k", "64kib", "-1B", "1.5MiB", "1TiB", "10s"
      })
  void bytes_anythingElse_isRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> Units.bytes(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("for example 64KiB or 10MiB");
  }

  @Test
  void product_beyondALong_isRefused() {
    assertThat(Units.duration("106751991167d").toMillis()).isEqualTo(9223372036828800000L);
    assertThatThrownBy(() -> Units.duration("106751991168d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too large");
    assertThat(Units.bytes("8589934591GiB")).isPositive();
    assertThatThrownBy(() -> Units.bytes("8589934592GiB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too large");
  }
}
