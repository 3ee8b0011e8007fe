package io.edgemint.canary;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeaksTest {
  /** Every way in which a careless line could write bytes. */
  private static List<String> forms(byte[] secret, RandomGenerator random) {
    String hex = HexFormat.of().formatHex(secret);
    byte[] between = join(Seeded.bytes(random, 0, 9), secret, Seeded.bytes(random, 0, 9));
    String percent =
        HexFormat.of().formatHex(secret).replaceAll("..", "%$0").toUpperCase(Locale.ROOT);
    return Stream.of(
            new String(secret, ISO_8859_1),
            Base64.getEncoder().encodeToString(between),
            Base64.getUrlEncoder().withoutPadding().encodeToString(between),
            Base64.getMimeEncoder(19, "\n".getBytes(UTF_8)).encodeToString(between),
            Base64.getMimeEncoder(64, "\n".getBytes(UTF_8))
                .encodeToString(between)
                .replace("\n", "\\n"),
            hex,
            hex.toUpperCase(Locale.ROOT),
            percent,
            percent.toLowerCase(Locale.ROOT))
        .toList();
  }

  private static byte[] join(byte[]... parts) {
    return HexFormat.of()
        .parseHex(Stream.of(parts).map(HexFormat.of()::formatHex).collect(Collectors.joining()));
  }

  @Test
  void in_everyForm_isFoundWhereverItStands() {
    Seeded.run(
        300,
        random -> {
          byte[] secret = Seeded.bytes(random, 12, 60);
          Leaks leaks = new Leaks(Map.of("it", secret));
          for (String form : forms(secret, random)) {
            byte[] content =
                join(
                    Seeded.bytes(random, 0, 40),
                    form.getBytes(ISO_8859_1),
                    Seeded.bytes(random, 0, 40));
            assertThat(leaks.in("a log", content)).as(form).isNotEmpty();
          }
        });
  }

  @Test
  void in_textInAQuery_isFound() {
    String secret = "wJalr/XUtnFEMI+K7MDENG=bPx";
    Leaks leaks = new Leaks(Map.of("it", secret.getBytes(UTF_8)));

    String query = "a=1&key=" + URLEncoder.encode(secret, UTF_8) + "&b=2";
    assertThat(leaks.in("a log", query.getBytes(UTF_8))).containsExactly("a log holds it (url)");
    assertThat(leaks.in("a log", query.toLowerCase(Locale.ROOT).getBytes(UTF_8)))
        .as("another secret")
        .isEmpty();
  }

  @Test
  void in_otherBytes_findsNothing() {
    Seeded.run(
        200,
        random -> {
          Leaks leaks = new Leaks(Map.of("it", Seeded.bytes(random, 16, 60)));
          for (String form : forms(Seeded.bytes(random, 16, 60), random)) {
            assertThat(leaks.in("a log", form.getBytes(ISO_8859_1))).isEmpty();
          }
        });
  }

  @Test
  void in_anyFinding_doesNotRepeatTheSecret() {
    String secret = "canary-of-the-mine-0123";
    Leaks leaks = new Leaks(Map.of("it", secret.getBytes(UTF_8)));

    assertThat(leaks.in("a log", ("x" + secret).getBytes(UTF_8)))
        .containsExactly(
            "a log holds it (plain)", "a log holds it (url)", "a log holds it (url, lower case)");
  }
}
