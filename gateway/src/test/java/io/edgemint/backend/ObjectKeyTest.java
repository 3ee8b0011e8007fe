package io.edgemint.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fw/1.2.3.bin|fw/1.2.3.bin|fw/1.2.3.bin",
        "a%20b|a b|a%20b",
        "a+b|a+b|a%2Bb",
        "a%2bb|a+b|a%2Bb",
        "100%25|100%|100%25",
        "50%25-off|50%-off|50%25-off",
        "~user|~user|~user",
        "%7Euser|~user|~user",
        "it's|it's|it%27s",
        "%22q%22|\"q\"|%22q%22",
        "%C3%BCber|über|%C3%BCber",
        "%F0%9F%9A%80|🚀|%F0%9F%9A%80",
        "a*b%3Fc|a*b?c|a%2Ab%3Fc",
        "a;v=1|a;v=1|a%3Bv%3D1",
        "a!b|a!b|a%21b",
        "...|...|...",
        ".hidden/..x|.hidden/..x|.hidden/..x",
        "%EF%BC%8E%EF%BC%8E|．．|%EF%BC%8E%EF%BC%8E",
      })
  void parse_legalPath_givesKeyAndItsOneEncoding(String path, String value, String encoded) {
    ObjectKey key = key(ObjectKey.parse(path));
    assertThat(key.value()).isEqualTo(value);
    assertThat(key.encoded()).isEqualTo(encoded);
    assertThat(key).isEqualTo(ObjectKey.of(value)).hasSameHashCodeAs(ObjectKey.of(value));
    assertThat(key).hasToString(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|EMPTY",
        "/fw|LEADING_SLASH",
        "fw//x|EMPTY_SEGMENT",
        "fw/|EMPTY_SEGMENT",
        ".|DOT_SEGMENT",
        "..|DOT_SEGMENT",
        "fw/../x|DOT_SEGMENT",
        "fw/./x|DOT_SEGMENT",
        "fw/..|DOT_SEGMENT",
        "%2e%2e/x|DOT_SEGMENT",
        "fw/%2E/x|DOT_SEGMENT",
        "a%2Fb|ENCODED_SLASH",
        "a%2fb|ENCODED_SLASH",
        "..%2fb|ENCODED_SLASH",
        "a%5Cb|BACKSLASH",
        "a\\b|BACKSLASH",
        "a%00|CONTROL_CHARACTER",
        "a%0d%0aSet-Cookie|CONTROL_CHARACTER",
        "a%7F|CONTROL_CHARACTER",
        "a%C2%85|CONTROL_CHARACTER",
        "a%|MALFORMED_ESCAPE",
        "a%2|MALFORMED_ESCAPE",
        "a%zz|MALFORMED_ESCAPE",
        "a%+1|MALFORMED_ESCAPE",
        "a%c0%ae|NOT_UTF8",
        "a%ED%A0%80|NOT_UTF8",
        "a%FF|NOT_UTF8",
        "a%C3|NOT_UTF8",
        "a%252e|DOUBLE_ENCODING",
        "a%2500|DOUBLE_ENCODING",
        "%252e%252e%252f|DOUBLE_ENCODING",
        "100%2541|DOUBLE_ENCODING",
        "a b|RAW_CHARACTER",
        "a\"b|RAW_CHARACTER",
        "a#b|RAW_CHARACTER",
        "a?b|RAW_CHARACTER",
        "a[b]|RAW_CHARACTER",
        "ü|RAW_CHARACTER",
        "a%٣٣|MALFORMED_ESCAPE",
      })
  void parse_illegalPath_namesTheProblem(String path, KeyProblem problem) {
    assertThat(ObjectKey.parse(path)).isEqualTo(problem);
    assertThat(problem.detail()).isNotBlank().doesNotContain("\"");
  }

  @Test
  void equals_otherKey_isAnother() {
    assertThat(key(ObjectKey.of("a/b"))).isNotEqualTo(ObjectKey.of("a/c")).isNotEqualTo("a/b");
  }

  @Test
  void parse_keysOfTheGreatestLength_areAcceptedAndLongerOnesNot() {
    assertThat(key(ObjectKey.parse("a".repeat(1024))).value()).hasSize(1024);
    assertThat(ObjectKey.parse("a".repeat(1025))).isEqualTo(KeyProblem.TOO_LONG);
    assertThat(key(ObjectKey.of("ü".repeat(512))).encoded()).hasSize(3072);
    assertThat(ObjectKey.of("ü".repeat(512) + "a")).isEqualTo(KeyProblem.TOO_LONG);
    assertThat(ObjectKey.of("🚀".repeat(257))).isEqualTo(KeyProblem.TOO_LONG);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uD800", "a\uDC00b", "\uDE80\uD83D"})
  void of_loneSurrogates_areRefused(String value) {
    assertThat(ObjectKey.of(value)).isEqualTo(KeyProblem.NOT_UTF8);
  }

  @Test
  void of_textWithEscape_isRefusedAsInAPath() {
    assertThat(ObjectKey.of("a%2eb")).isEqualTo(KeyProblem.DOUBLE_ENCODING);
    assertThat(key(ObjectKey.of("a%")).encoded()).isEqualTo("a%25");
    assertThat(key(ObjectKey.of("a%2")).encoded()).isEqualTo("a%252");
    assertThat(key(ObjectKey.of("a%zz")).encoded()).isEqualTo("a%25zz");
  }

  /** What is accepted reads the same by the JDK's decoder, and its encoding parses to itself. */
  @Test
  void parse_anyBytes_agreesWithTheJdkAndRoundTrips() {
    Seeded.run(
        50_000,
        random -> {
          String path = randomPath(random);
          if (ObjectKey.parse(path) instanceof ObjectKey key) {
            String plain = path.replace("+", "%2B");
            assertThat(key.value()).isEqualTo(URLDecoder.decode(plain, StandardCharsets.UTF_8));
            assertThat(ObjectKey.parse(key.encoded())).isEqualTo(key);
            assertThat(key.encoded()).matches("([A-Za-z0-9._~/-]|%[0-9A-F]{2})+");
            assertThat(("/" + key.value() + "/")).doesNotContain("//", "/./", "/../", "\\");
            assertThat(key.value().getBytes(StandardCharsets.UTF_8).length).isLessThan(1025);
          }
        });
  }

  private static String randomPath(RandomGenerator random) {
    StringBuilder path = new StringBuilder();
    int length = random.nextInt(1, 12);
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(5)) {
        case 0 -> path.append(String.format("%%%02x", random.nextInt(256)));
        case 1 -> path.append("./%+;~*'".charAt(random.nextInt(8)));
        case 2 -> path.append("%C3%A4");
        default -> path.append((char) random.nextInt('!', 0x7F));
      }
    }
    return path.toString();
  }

  private static ObjectKey key(KeyResult result) {
    assertThat(result).isInstanceOf(ObjectKey.class);
    return (ObjectKey) result;
  }
}
