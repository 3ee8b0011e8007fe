package io.edgemint.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
  @ParameterizedTest
  @CsvSource({"60/m,60,60", "2000/s,2000,1", "10/15m,10,900", "1/24h,1,86400", "1/h,1,3600"})
  void parse_wellFormed_saysHowManyInHowLong(String text, long amount, long seconds) {
    assertThat(Rate.parse(text)).isEqualTo(new Rate(amount, Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "60", "60/", "/m", "0/m", "60/0m", "60/d", "-1/m", "60 / m", "1/25h", "1.5/m"})
  void parse_anythingElse_isRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Rate.parse(text));
  }
}
