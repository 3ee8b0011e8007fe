package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PercentEncodingTest {
  @ParameterizedTest
  @CsvSource({
    "/a/B9-._~,  /a/B9-._~",
    "/a'b,       /a%27b",
    "/%61%2fb,   /a/b",
    "/a+b%2Bc,   /a%20b%2Bc",
    "/%c3%a4,    /%C3%A4",
    "/100%,      /100%25",
    "/%zz,       /%25zz",
  })
  void canonicalPath_anyPath_isWhatS3Signs(String path, String canonical) {
    assertThat(PercentEncoding.canonicalPath(path)).isEqualTo(canonical);
  }

  @Test
  void path_anyKey_isCanonicalAndDecodesToTheKey() {
    Seeded.run(
        500,
        random -> {
          String key = Seeded.string(random, 1, 40);

          String path = PercentEncoding.path(key);

          assertThat(PercentEncoding.canonicalPath(path)).isEqualTo(path);
          assertThat(new String(PercentEncoding.decode(path), StandardCharsets.UTF_8))
              .isEqualTo(key);
        });
  }
}
