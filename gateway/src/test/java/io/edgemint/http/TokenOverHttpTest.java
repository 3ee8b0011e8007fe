package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.Samples;
import io.edgemint.http.RawClient.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A bad token is 401, or 400 where its bytes are no legal header; never a link and never a fault.
 */
class TokenOverHttpTest {
  private final EdgeWorld world = new EdgeWorld(Samples.org("acme"));
  private final byte[] token = world.token("acme", "dev").getBytes(StandardCharsets.US_ASCII);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void token_eachByteFlipped_isRefused() {
    for (int i = 0; i < token.length; i++) {
      for (int bit : new int[] {0, 1, 5, 7}) {
        byte[] flipped = token.clone();
        flipped[i] ^= (byte) (1 << bit);
        assertThat(status(flipped)).as("byte %d, bit %d", i, bit).isIn(400, 401);
      }
    }
  }

  @Test
  void token_eachPrefixOfIt_isRefused() {
    for (int length = 0; length < token.length; length++) {
      assertThat(status(Arrays.copyOf(token, length))).as("%d bytes", length).isEqualTo(401);
    }
    assertThat(status(token)).isEqualTo(200);
  }

  @Test
  void token_tooLong_isRefusedByTheVerifierAndThenByTheHeaderLimit() {
    assertThat(status("a".repeat(5_000).getBytes(StandardCharsets.US_ASCII))).isEqualTo(401);
    assertThat(status("a".repeat(9_000).getBytes(StandardCharsets.US_ASCII))).isEqualTo(431);
  }

  @Test
  void token_anyText_isRefused() {
    Seeded.run(500, random -> assertThat(status(text(random))).isIn(400, 401));
  }

  private static byte[] text(RandomGenerator random) {
    String alphabet = "eyJhbGciOiJ.._-=/+{}\":,0 \t\u00ff";
    return Seeded.string(random, alphabet, 0, 200).getBytes(StandardCharsets.ISO_8859_1);
  }

  private int status(byte[] candidate) {
    try (RawClient client = world.client()) {
      client.write("GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ");
      client.write(candidate);
      client.write("\r\n\r\n");
      Answer answer = client.read();
      return answer.status();
    }
  }
}
