package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.Refusal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The attacks of {@link JwtCatalogueTest} that go for the keys and the bytes of signatures,
 * numbered in the same way.
 */
class SignatureCatalogueTest {
  private final World world = new World();
  private final CallerVerifier verifier = world.verifier(World.issuer(Algorithm.ES256));

  private Flaw flaw(String token) {
    return World.flaw(verifier, token);
  }

  private static String text(String json) {
    return SigningKey.encode(json);
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
          new SigningKey(Algorithm.HS256, new SecretKeySpec(secret, "HMAC"), rsa.publicKey());

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
  void row08_rightSignatureInDerOfExactly64Bytes_isRefused() {
    // Only who chooses the key can make one: s is short, and the key follows from it.
    String input = input();
    BigInteger order = P256.ORDER;
    BigInteger k = BigInteger.TEN;
    BigInteger r = P256.timesGenerator(k).getAffineX().mod(order);
    while (r.bitLength() > 255 || r.bitLength() <= 247) {
      k = k.add(BigInteger.ONE);
      r = P256.timesGenerator(k).getAffineX().mod(order);
    }
    BigInteger s = BigInteger.ONE.shiftLeft(26 * 8 - 2);
    BigInteger secret =
        s.multiply(k).subtract(sha256(input)).multiply(r.modInverse(order)).mod(order);
    ECPoint point = P256.timesGenerator(secret);
    SigningKey made =
        new SigningKey(
            Algorithm.ES256,
            SigningKey.of(Algorithm.ES256).secret(),
            PublicKeys.p256(point.getAffineX(), point.getAffineY()));
    CallerVerifier ofIt = world.verifier(World.pem(World.ISS, null, made));
    byte[] der = der(r.toByteArray(), s.toByteArray());
    byte[] raw = new byte[64];
    put(r, raw, 0);
    put(s, raw, 32);

    assertThat(der).hasSize(64);
    assertThat(World.flaw(ofIt, input + "." + SigningKey.encode(der))).isEqualTo(Flaw.SIGNATURE);
    assertThat(ofIt.verify(input + "." + SigningKey.encode(raw)).succeeded()).isTrue();
  }

  /** The first three bytes alone would refuse one honest signature in 2^24. */
  @Test
  void row08_64BytesThatOnlyBeginLikeDer_areTakenForNumbers() {
    VerifyingKey key = SigningKey.of(Algorithm.ES256).verifying(World.KID);
    byte[] other = der(new byte[32], new byte[26]);
    other[36] = 3;
    assertThat(other).hasSize(64).startsWith(0x30, 62, 2, 32);

    for (byte[] signature :
        new byte[][] {other, der(new byte[0], new byte[58]), der(new byte[58], new byte[0])}) {
      assertThat(key.canHaveMade(Token.parse(withSignature(signature)))).isTrue();
    }
    for (int length : new int[] {1, 32, 57}) {
      byte[] whole = der(new byte[length], new byte[58 - length]);
      assertThat(key.canHaveMade(Token.parse(withSignature(whole)))).isFalse();
    }
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
    byte[] signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
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

  private static BigInteger sha256(String input) {
    try {
      byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
      return new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
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
