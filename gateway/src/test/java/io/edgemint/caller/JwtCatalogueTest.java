package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.Refusal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The known attacks on JSON Web Tokens (RFC 8725 and what public libraries fell for), numbered as
 * in the names of the tests. Nearly all tokens here are signed with the right key, so that nothing
 * but the rule under test refuses them.
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
  @MethodSource("uselessSets")
  void row02_noUsableKey_refusesEverythingAndSaysSo(String jwks) {
    Issuer issuer =
        World.issuer(World.ISS, Set.of(Algorithm.ES256), new KeySource.Jwks(jwks), null);
    CallerVerifier closed = world.verifier(issuer);
    String payload = text(world.claims().toString());

    assertThat(World.flaw(closed, text("{\"alg\":\"ES256\"}") + "." + payload))
        .isEqualTo(Flaw.MALFORMED);
    assertThat(World.flaw(closed, text("{\"alg\":\"ES256\"}") + "." + payload + ".AAAA"))
        .isEqualTo(Flaw.KEY_UNKNOWN);
    assertThat(World.flaw(closed, world.token(Algorithm.ES256))).isEqualTo(Flaw.KEY_UNKNOWN);
    assertThat(closed.problems())
        .contains("no issuer has a usable key: nobody gets in")
        .anyMatch(problem -> problem.startsWith("issuer " + World.ISS + ": no usable key"));
  }

  static Stream<String> uselessSets() {
    SigningKey key = SigningKey.of(Algorithm.ES256);
    return Stream.of(
        "",
        "garbage",
        "[]",
        "{\"keys\":[]}",
        "{\"keys\":{}}",
        World.jwks(key.jwk(World.KID).put("use", "enc")),
        World.jwks(SigningKey.of(Algorithm.EDDSA).jwk(World.KID)));
  }

  @Test
  void row03_publicKeyUsedAsHmacSecret_isRefused() {
    SigningKey rsa = SigningKey.of(Algorithm.RS256);
    CallerVerifier ofRsa = world.verifier(World.issuer(Algorithm.RS256));
    for (byte[] secret :
        new byte[][] {
          rsa.publicPem().getBytes(StandardCharsets.US_ASCII),
          rsa.publicPem().strip().getBytes(StandardCharsets.US_ASCII),
          rsa.publicKey().getEncoded()
        }) {
      SigningKey forger =
          new SigningKey(
              Algorithm.HS256,
              new javax.crypto.spec.SecretKeySpec(secret, "HMAC"),
              rsa.publicKey());

      assertThat(World.flaw(ofRsa, world.token(forger, World.KID, claims -> {})))
          .isEqualTo(Flaw.ALGORITHM);
    }
  }

  @Test
  void row03_secretKeyInPublicSet_isNotUsed() {
    SigningKey secret = SigningKey.of(Algorithm.HS256);
    Issuer issuer =
        World.issuer(
            World.ISS,
            Set.of(Algorithm.HS256, Algorithm.ES256),
            new KeySource.Jwks(World.jwks(secret.jwk(World.KID))),
            null);

    assertThat(World.flaw(world.verifier(issuer), world.token(Algorithm.HS256)))
        .isEqualTo(Flaw.KEY_UNKNOWN);
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

  @ParameterizedTest
  @MethodSource("wrongEcdsaNumbers")
  void row07_ecdsaNumbersOutOfRange_areRefused(BigInteger r, BigInteger s) {
    byte[] signature = new byte[64];
    put(r, signature, 0);
    put(s, signature, 32);

    assertThat(flaw(withSignature(signature))).isEqualTo(Flaw.SIGNATURE);
  }

  static Stream<Arguments> wrongEcdsaNumbers() {
    BigInteger order =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    BigInteger prime =
        new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
    BigInteger one = BigInteger.ONE;
    BigInteger zero = BigInteger.ZERO;
    BigInteger most = one.shiftLeft(256).subtract(one);
    return Stream.of(zero, one, order.subtract(one), order, order.add(one), prime, most)
        .flatMap(
            r ->
                Stream.of(zero, one, order.subtract(one), order, order.add(one), prime, most)
                    .map(s -> argumentSet(r.toString(16) + "," + s.toString(16), r, s)));
  }

  @Test
  void row08_ecdsaInDer_isRefused() {
    String input = input();
    byte[] raw = SigningKey.of(Algorithm.ES256).sign(input);
    byte[] r = new BigInteger(1, Arrays.copyOf(raw, 32)).toByteArray();
    byte[] s = new BigInteger(1, Arrays.copyOfRange(raw, 32, 64)).toByteArray();
    byte[] der = der(r, s);

    assertThat(flaw(input + "." + SigningKey.encode(der))).isEqualTo(Flaw.SIGNATURE);
    assertThat(flaw(input + "." + SigningKey.encode(Arrays.copyOf(der, 64))))
        .isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void row08_derOfExactly64Bytes_isRefused() {
    assertThat(flaw(withSignature(der(new byte[29], new byte[29])))).isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void row09_ecdsaOfOtherLength_isRefused() {
    String input = input();
    byte[] raw = SigningKey.of(Algorithm.ES256).sign(input);
    byte[] padded = new byte[66];
    System.arraycopy(raw, 0, padded, 1, 32);
    System.arraycopy(raw, 32, padded, 34, 32);
    for (byte[] signature :
        new byte[][] {
          padded, Arrays.copyOf(raw, 63), Arrays.copyOf(raw, 65), Arrays.copyOf(raw, 96), {1}
        }) {
      assertThat(flaw(input + "." + SigningKey.encode(signature))).isEqualTo(Flaw.SIGNATURE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void row10_truncatedSignature_isRefused(Algorithm algorithm) {
    CallerVerifier ofIt = world.verifier(World.issuer(algorithm));
    SigningKey key = SigningKey.of(algorithm);
    // One that ends in a zero byte, which a verifier that pads would take without it.
    String input = "";
    byte[] signature = {1};
    for (int i = 0; signature[signature.length - 1] != 0; i++) {
      String payload = world.claims().put("n", i).toString();
      input = text(World.header(algorithm).toString()) + "." + text(payload);
      signature = key.sign(input);
    }
    byte[] cut = Arrays.copyOf(signature, signature.length - 1);

    assertThat(ofIt.verify(input + "." + SigningKey.encode(signature)).succeeded()).isTrue();
    assertThat(World.flaw(ofIt, input + "." + SigningKey.encode(cut))).isEqualTo(Flaw.SIGNATURE);
    assertThat(
            World.flaw(
                ofIt,
                input + "." + SigningKey.encode(Arrays.copyOf(signature, signature.length + 1))))
        .isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void row11_otherSpellingsOfTheSameBytes_areRefused() {
    String token = world.token(Algorithm.ES256);
    int first = token.indexOf('.');
    String signature = token.substring(token.lastIndexOf('.') + 1);
    // The last of 86 characters holds two bits of the signature and four that are zero.
    String dirty = token.substring(0, token.length() - 1);
    char last = token.charAt(token.length() - 1);

    assertThat(flaw(dirty + (char) (last + 1))).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token + "=")).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token + "==")).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token.substring(0, first) + "=" + token.substring(first)))
        .isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token + ".")).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token + "...")).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw("." + token)).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(" " + token)).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token + "\n")).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token + "." + signature)).isEqualTo(Flaw.MALFORMED);
    assertThat(flaw(token.replace('-', '+').replace('_', '/') + "+")).isEqualTo(Flaw.MALFORMED);
  }

  @Test
  void row12_ed25519NumberAboveTheOrder_isRefused() {
    CallerVerifier ofIt = world.verifier(World.issuer(Algorithm.EDDSA));
    String token = world.token(Algorithm.EDDSA);
    int dot = token.lastIndexOf('.');
    byte[] signature = java.util.Base64.getUrlDecoder().decode(token.substring(dot + 1));
    BigInteger order =
        BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] big = new byte[32];
    put(littleEndian(Arrays.copyOfRange(signature, 32, 64)).add(order), big, 0);
    for (int i = 0; i < 32; i++) {
      signature[32 + i] = big[31 - i];
    }

    assertThat(World.flaw(ofIt, token.substring(0, dot + 1) + SigningKey.encode(signature)))
        .isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void row12_ed25519SmallOrderPoint_isRefused() {
    CallerVerifier ofIt = world.verifier(World.issuer(Algorithm.EDDSA));
    byte[] signature = new byte[64];
    signature[0] = 1;
    String token = world.token(Algorithm.EDDSA);
    String input = token.substring(0, token.lastIndexOf('.') + 1);

    assertThat(World.flaw(ofIt, input + SigningKey.encode(signature))).isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void row14_tokenOver4096Bytes_isRefusedAndUpToThereRead() {
    String token = world.token(Algorithm.ES256);
    int room = 4096 - token.length();
    String longest =
        world.token(Algorithm.ES256, claims -> claims.put("x", "x".repeat(room * 3 / 4 - 10)));

    assertThat(longest.length()).isBetween(4080, 4096);
    assertThat(verifier.verify(longest).succeeded()).isTrue();
    assertThat(flaw(longest + "A".repeat(4097 - longest.length()))).isEqualTo(Flaw.TOO_LONG);
    assertThat(flaw("A".repeat(10_000_000))).isEqualTo(Flaw.TOO_LONG);
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
    StringBuilder many = new StringBuilder("{HERE");
    for (int i = 0; i < 64; i++) {
      many.append(",\"").append(i).append("\":").append(i);
    }
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
        many + "}");
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

  @ParameterizedTest
  @EnumSource
  void everyFlippedBit_isATypedRefusal(Algorithm algorithm) {
    CallerVerifier ofIt = world.verifier(World.issuer(algorithm));
    byte[] token = world.token(algorithm).getBytes(StandardCharsets.ISO_8859_1);
    assertThat(ofIt.verify(new String(token, StandardCharsets.ISO_8859_1)).succeeded()).isTrue();

    for (int i = 0; i < token.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = token.clone();
        flipped[i] ^= (byte) (1 << bit);

        Flaw flaw = World.flaw(ofIt, new String(flipped, StandardCharsets.ISO_8859_1));

        assertThat(flaw.refused().refusal()).isEqualTo(Refusal.TOKEN_INVALID);
      }
    }
  }

  private String input() {
    return text(World.header(Algorithm.ES256).toString()) + "." + text(world.claims().toString());
  }

  private String withSignature(byte[] signature) {
    return input() + "." + SigningKey.encode(signature);
  }

  private static byte[] der(byte[] r, byte[] s) {
    byte[] der = new byte[6 + r.length + s.length];
    der[0] = 0x30;
    der[1] = (byte) (der.length - 2);
    der[2] = 2;
    der[3] = (byte) r.length;
    System.arraycopy(r, 0, der, 4, r.length);
    der[4 + r.length] = 2;
    der[5 + r.length] = (byte) s.length;
    System.arraycopy(s, 0, der, 6 + r.length, s.length);
    return der;
  }

  private static void put(BigInteger number, byte[] target, int offset) {
    for (int i = 0; i < 32; i++) {
      target[offset + 31 - i] = number.shiftRight(8 * i).byteValue();
    }
  }

  private static BigInteger littleEndian(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(1, reversed);
  }
}
