package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.KeySource;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The known attacks on JSON Web Tokens (RFC 8725, and what public libraries fell for), numbered in
 * the names of the tests; those on signatures stand in {@link SignatureCatalogueTest}, on key sets
 * (13, 29) in {@link JwksTest}, on the clock (20) in {@link ClaimsTest}, on fetching (28) in {@link
 * KeyFeedTest}. Nearly all tokens here are signed with the right key, so that nothing but the rule
 * under test refuses them.
 */
class JwtCatalogueTest {
  private final World world = new World();
  private final CallerVerifier verifier = world.verifier(World.issuer(Algorithm.ES256));

  private Flaw flaw(String token) {
    return World.flaw(verifier, token);
  }

  private Flaw flawOfHeader(Consumer<ObjectNode> change) {
    return flaw(world.tokenWithHeader(Algorithm.ES256, change));
  }

  private Flaw flawOfClaims(Consumer<ObjectNode> change) {
    return flaw(world.token(Algorithm.ES256, change));
  }

  private static String text(String json) {
    return SigningKey.encode(json);
  }

  @Test
  void row00_rightToken_isAccepted() {
    assertThat(verifier.verify(world.token(Algorithm.ES256)).result().subject())
        .isEqualTo("device-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NoNe", "NONE", "", "es256", "ES256 ", "HS512", "ES256K"})
  void row01_otherAlgorithm_isRefused(String algorithm) {
    assertThat(flawOfHeader(header -> header.put("alg", algorithm))).isEqualTo(Flaw.ALGORITHM);
  }

  @Test
  void row01_missingOrWrongTypedAlgorithm_isRefused() {
    assertThat(flawOfHeader(header -> header.remove("alg"))).isEqualTo(Flaw.ALGORITHM);
    assertThat(flawOfHeader(header -> header.putNull("alg"))).isEqualTo(Flaw.ALGORITHM);
    assertThat(flawOfHeader(header -> header.putArray("alg").add("ES256")))
        .isEqualTo(Flaw.ALGORITHM);
  }

  @Test
  void row01_unsignedForms_areRefused() {
    String header = text("{\"alg\":\"none\"}");
    String payload = text(world.claims().toString());

    assertThat(flaw(header + "." + payload)).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(header + "." + payload + ".")).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(header + "." + payload + ".AAAA")).isEqualTo(Flaw.ALGORITHM);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../../dev/null", "' OR 1=1 --", "key-1\0", "", "key 1", "kéy", "{}", "a\nb"})
  void row04_kidThatInjects_isRefused(String kid) {
    assertThat(flawOfHeader(header -> header.put("kid", kid)))
        .isIn(Flaw.HEADER_MALFORMED, Flaw.KEY_UNKNOWN);
  }

  @Test
  void row04_longWrongTypedOrUnknownKid_isRefused() {
    assertThat(flawOfHeader(header -> header.put("kid", "k".repeat(129))))
        .isEqualTo(Flaw.HEADER_MALFORMED);
    assertThat(flawOfHeader(header -> header.put("kid", 1))).isEqualTo(Flaw.HEADER_MALFORMED);
    assertThat(flawOfHeader(header -> header.putNull("kid"))).isEqualTo(Flaw.HEADER_MALFORMED);
    assertThat(flawOfHeader(header -> header.put("kid", "k".repeat(128))))
        .isEqualTo(Flaw.KEY_UNKNOWN);
    assertThat(flawOfHeader(header -> header.put("kid", "KEY-1"))).isEqualTo(Flaw.KEY_UNKNOWN);
  }

  @Test
  void row04_noKid_isAcceptedOnlyIfOneKeyCanBeMeant() {
    SigningKey other = SigningKey.make(Algorithm.ES256);
    CallerVerifier ofTwo =
        world.verifier(
            World.issuer(
                World.ISS,
                Set.of(Algorithm.ES256),
                new KeySource.Jwks(
                    World.jwks(SigningKey.of(Algorithm.ES256).jwk("a"), other.jwk("b"))),
                null));
    String token = world.tokenWithHeader(Algorithm.ES256, header -> header.remove("kid"));

    assertThat(verifier.verify(token).succeeded()).isTrue();
    assertThat(World.flaw(ofTwo, token)).isEqualTo(Flaw.KEY_UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jku", "x5u", "jwk", "x5c", "zip", "crit", "b64"})
  void row05And06_forbiddenParameter_isRefusedWhateverItHolds(String name) {
    assertThat(flawOfHeader(header -> header.put(name, "https://evil.example")))
        .isEqualTo(Flaw.HEADER_FORBIDDEN);
    assertThat(flawOfHeader(header -> header.putArray(name))).isEqualTo(Flaw.HEADER_FORBIDDEN);
    assertThat(flawOfHeader(header -> header.putArray(name).add("exp")))
        .isEqualTo(Flaw.HEADER_FORBIDDEN);
    assertThat(flawOfHeader(header -> header.put(name, false))).isEqualTo(Flaw.HEADER_FORBIDDEN);
    assertThat(flawOfHeader(header -> header.putNull(name))).isEqualTo(Flaw.HEADER_FORBIDDEN);
    assertThat(flawOfHeader(header -> header.set(name, SigningKey.of(Algorithm.ES256).jwk("x"))))
        .isEqualTo(Flaw.HEADER_FORBIDDEN);
    assertThat(world.count(Flaw.HEADER_FORBIDDEN)).isEqualTo(6);
  }

  @Test
  void row14_tokenOver4096Bytes_isRefusedAndUpToThereRead() {
    // With this header a payload exists that fills the last character.
    String header = "{\"alg\":\"ES256\"}";
    String longest = "";
    for (int filler = 2500; longest.length() < 4096; filler++) {
      String payload = world.claims().put("x", "x".repeat(filler)).toString();
      longest = SigningKey.of(Algorithm.ES256).token(header, payload);
    }

    assertThat(longest).hasSize(4096);
    assertThat(verifier.verify(longest).succeeded()).isTrue();
    assertThat(flaw(longest + "A")).isEqualTo(Flaw.TOO_LONG);
    assertThat(flaw("A".repeat(10_000_000))).isEqualTo(Flaw.TOO_LONG);
  }

  @Test
  void token_printed_showsNothing() {
    assertThat(Token.parse(world.token(Algorithm.ES256))).hasToString("[token]");
  }

  @ParameterizedTest
  @MethodSource("sloppyJson")
  void row15And16_sloppyJson_isRefused(String json) {
    String header = World.header(Algorithm.ES256).toString();
    String claims = world.claims().toString();
    SigningKey key = SigningKey.of(Algorithm.ES256);
    String inHeader = json.replace("HERE", header.substring(1, header.length() - 1));
    String inClaims = json.replace("HERE", claims.substring(1, claims.length() - 1));

    assertThat(flaw(key.token(inHeader, claims))).isEqualTo(Flaw.NOT_JSON);
    assertThat(flaw(key.token(header, inClaims))).isEqualTo(Flaw.NOT_JSON);
  }

  static Stream<String> sloppyJson() {
    String many = members(64);
    return Stream.of(
        "[{HERE}]",
        "{HERE} {}",
        "{HERE}}",
        "{HERE},",
        "{HERE",
        "{HERE,}",
        "/* note */{HERE}",
        "{HERE}//",
        "{HERE,'a':1}",
        "{HERE,a:1}",
        "{HERE,\"a\":01}",
        "{HERE,\"a\":+1}",
        "{HERE,\"a\":NaN}",
        "{HERE,\"a\":.5}",
        "{HERE,\"a\":" + "1".repeat(21) + "}",
        "{HERE,\"a\":" + "[".repeat(8) + "]".repeat(8) + "}",
        "{HERE,\"a\":\"\t\"}",
        "{HERE,\"a\":\"\\x\"}",
        "\uFEFF{HERE}",
        "{HERE,\"a\":1,\"a\":1}",
        "{HERE,\"a\":{\"b\":1,\"b\":2}}",
        "{HERE,\"\\u0061\":1,\"a\":2}",
        "{HERE,\"iss\":\"https://issuer.example\",\"iss\":\"https://issuer.example\",\"alg\":1,"
            + "\"alg\":2}",
        "{HERE,\"org\":\"bolt\",\"org\":\"bolt\"}",
        "null",
        "\"{HERE}\"",
        " ",
        "{HERE," + many + "}",
        "{HERE,\"a\":{" + many + "}}");
  }

  private static String members(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"" + i + "\":" + i)
        .collect(Collectors.joining(","));
  }

  @Test
  void row15_sixtyFourMembersOnAllLevels_areRead() {
    // Five claims, "a", and 58 inside it.
    String claims = world.claims().toString().replace("{", "{\"a\":{" + members(58) + "},");
    String header = World.header(Algorithm.ES256).toString();
    String token = SigningKey.of(Algorithm.ES256).token(header, claims);

    assertThat(verifier.verify(token).succeeded()).isTrue();
  }

  @Test
  void row15_textInOtherEncodings_isRefused() {
    SigningKey key = SigningKey.of(Algorithm.ES256);
    String header = text(World.header(Algorithm.ES256).toString());
    for (byte[] payload :
        new byte[][] {
          world.claims().toString().getBytes(StandardCharsets.UTF_16BE),
          world.claims().toString().getBytes(StandardCharsets.UTF_16LE),
          world.claims().put("a", "é").toString().getBytes(StandardCharsets.ISO_8859_1)
        }) {
      String input = header + "." + SigningKey.encode(payload);

      assertThat(flaw(input + "." + SigningKey.encode(key.sign(input)))).isEqualTo(Flaw.NOT_JSON);
    }
  }

  @Test
  void row17To19_expiryMissingOrWrongTyped_isRefused() {
    long soon = world.timers.seconds() + 60;

    assertThat(flawOfClaims(claims -> claims.remove("exp"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.put("exp", soon + 0.5)))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.put("exp", 1e308))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.put("exp", soon * 1000)))
        .isEqualTo(Flaw.LIFE_TOO_LONG);
    assertThat(flawOfClaims(claims -> claims.put("exp", new BigInteger("99999999999999999999"))))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.put("exp", Long.MAX_VALUE)))
        .isEqualTo(Flaw.LIFE_TOO_LONG);
    assertThat(flawOfClaims(claims -> claims.put("exp", -1))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.put("exp", 0))).isEqualTo(Flaw.EXPIRED);
  }

  @Test
  void row21_issuerMissingDifferentOrWrongTyped_isRefused() {
    assertThat(flawOfClaims(claims -> claims.remove("iss"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.putArray("iss").add(World.ISS)))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
    for (String iss :
        new String[] {"", World.ISS + "/", "HTTPS://issuer.example", World.ISS + "\0", "null"}) {
      assertThat(flawOfClaims(claims -> claims.put("iss", iss))).isEqualTo(Flaw.ISSUER_UNKNOWN);
    }
  }

  @Test
  void row22_audience_mustHoldOneOfOurs() {
    assertThat(flawOfClaims(claims -> claims.remove("aud"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.putArray("aud"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.put("aud", 1))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.putArray("aud").add(World.AUDIENCE).add(1)))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flawOfClaims(claims -> claims.put("aud", "Edgemint"))).isEqualTo(Flaw.AUDIENCE);
    assertThat(flawOfClaims(claims -> claims.put("aud", "edgemint other-audience")))
        .isEqualTo(Flaw.AUDIENCE);
    assertThat(
            verifier
                .verify(
                    world.token(
                        Algorithm.ES256,
                        claims -> claims.putArray("aud").add("x").add(World.AUDIENCE)))
                .succeeded())
        .isTrue();
  }

  @Test
  void row23_type_isThatOfATokenOrAbsent() {
    for (String type : new String[] {"JWT", "at+jwt"}) {
      String token = world.tokenWithHeader(Algorithm.ES256, header -> header.put("typ", type));

      assertThat(verifier.verify(token).succeeded()).isTrue();
    }
    for (String type : new String[] {"", "jwt", "dpop+jwt", "logout+jwt", "JOSE", "id_token"}) {
      assertThat(flawOfHeader(header -> header.put("typ", type))).isEqualTo(Flaw.HEADER_MALFORMED);
    }
    assertThat(flawOfHeader(header -> header.put("typ", 1))).isEqualTo(Flaw.HEADER_MALFORMED);
    assertThat(flawOfHeader(header -> header.putNull("typ"))).isEqualTo(Flaw.HEADER_MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Acme", "acme\0", "аcme", "ａｃｍｅ", "acme ", " acme", "a", "acme/", "-acme", "", "ac_me"
      })
  void row24_orgThatOnlyLooksLikeOne_isRefused(String org) {
    assertThat(flawOfClaims(claims -> claims.put("org", org))).isEqualTo(Flaw.CLAIM_MALFORMED);
  }
}
