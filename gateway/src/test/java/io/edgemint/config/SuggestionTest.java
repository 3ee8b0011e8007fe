package io.edgemint.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> KNOWN =
      List.of("port", "host", "trusted_proxies", "max_staleness", "issuers", "telemetry");

  @ParameterizedTest
  @CsvSource({
    "prot, port",
    "PORT, port",
    "por, port",
    "hosts, host",
    "trusted-proxies, trusted_proxies",
    "trustedproxies, trusted_proxies",
    "max_stalenes, max_staleness",
    "issuer, issuers"
  })
  void nearest_misspeltWord_isTheOneMeant(String misspelt, String meant) {
    assertThat(Suggestion.nearest(misspelt, KNOWN)).contains(meant);
  }

  @Test
  void nearest_wordFarFromAll_isNone() {
    assertThat(Suggestion.nearest("backend", KNOWN)).isEmpty();
    assertThat(Suggestion.nearest("", KNOWN)).isEmpty();
    assertThat(Suggestion.nearest("port", List.of())).isEmpty();
  }

  @Test
  void nearest_oneSlipOfTheHand_findsTheWordAgain() {
    Seeded.run(
        2_000,
        random -> {
          String word = Seeded.pick(random, KNOWN);

          assertThat(Suggestion.nearest(slip(random, word), KNOWN)).contains(word);
        });
  }

  @Test
  void distance_ofRandomWords_isAMetricNearTheSlips() {
    Seeded.run(
        2_000,
        random -> {
          String a = Seeded.string(random, "abc", 0, 8);
          String b = Seeded.string(random, "abc", 0, 8);
          int distance = Suggestion.distance(a, b);

          assertThat(distance).isEqualTo(Suggestion.distance(b, a));
          assertThat(distance == 0).isEqualTo(a.equals(b));
          assertThat(distance).isBetween(Math.abs(a.length() - b.length()), longer(a, b));
          assertThat(Suggestion.distance(a, slip(random, a + "d"))).isLessThanOrEqualTo(2);
        });
  }

  @ParameterizedTest
  @CsvSource({"'', '', 0", "a, '', 1", "kitten, sitting, 3", "ab, ba, 1", "abcd, badc, 2"})
  void distance_knownPairs_isAsCounted(String a, String b, int distance) {
    assertThat(Suggestion.distance(a, b)).isEqualTo(distance);
  }

  @Test
  void forUnknown_wordFarFromAll_listsWhatIsKnown() {
    assertThat(Suggestion.forUnknown("backend", List.of("port", "host")))
        .isEqualTo("is not a known setting; delete it or use one of: host, port");
    assertThat(Suggestion.forUnknown("backend", List.of()))
        .isEqualTo("is not a known setting; delete it");
  }

  private static int longer(String a, String b) {
    return Math.max(a.length(), b.length());
  }

  /** Leaves one character out, types one twice, replaces one, or swaps two neighbours. */
  private static String slip(RandomGenerator random, String word) {
    int at = random.nextInt(word.length());
    String before = word.substring(0, at);
    String after = word.substring(at + 1);
    return switch (random.nextInt(4)) {
      case 0 -> before + after;
      case 1 -> before + word.charAt(at) + word.charAt(at) + after;
      case 2 -> before + 'q' + after;
      default ->
          at == 0
              ? word
              : word.substring(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + after;
    };
  }
}
