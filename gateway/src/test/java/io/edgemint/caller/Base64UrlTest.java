package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class Base64UrlTest {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  @Test
  void decode_anyText_givesBytesOnlyIfTheyEncodeToIt() {
    Seeded.run(
        20_000,
        random -> {
          String text = Seeded.string(random, ALPHABET, 0, 9);
          byte[] decoded = Base64Url.decode(text);
          byte[] lenient = text.length() % 4 == 1 ? null : Base64.getUrlDecoder().decode(text);
          boolean canonical =
              lenient != null
                  && Base64.getUrlEncoder().withoutPadding().encodeToString(lenient).equals(text);
          assertThat(decoded).isEqualTo(canonical ? lenient : null);
        });
  }

  @Test
  void decode_everyOtherCharacter_isRefused() {
    for (char c = 0; c < 0x300; c++) {
      boolean known = ALPHABET.indexOf(c) >= 0;

      assertThat(Base64Url.decode("AAA" + c) != null).as("character %d", (int) c).isEqualTo(known);
    }
  }

  @Test
  void encode_anyBytes_comeBack() {
    Seeded.run(
        1_000,
        random -> {
          byte[] bytes = Seeded.bytes(random, 0, 40);
          assertThat(Base64Url.decode(Base64Url.encode(bytes))).isEqualTo(bytes);
        });
  }
}
