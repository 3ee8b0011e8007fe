package io.edgemint.signing;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import java.math.BigInteger;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the bytes of a private key say, whatever form they come in. Keys that CloudFront does not
 * take ("Create key pairs for your signers" in its developer guide) are refused here.
 */
final class KeyMaterial {
  static final String MAKE_P256 = "'openssl ecparam -name prime256v1 -genkey -noout -out key.pem'";
  static final String MAKE_RSA = "'openssl genrsa -out key.pem 2048'";

  private static final int SCALAR = 32;
  private static final byte[] NULL = {0x05, 0x00};
  private static final byte[] RSA = HexFormat.of().parseHex("2a864886f70d010101");
  private static final byte[] RSA_PSS = HexFormat.of().parseHex("2a864886f70d01010a");
  private static final byte[] EC = HexFormat.of().parseHex("2a8648ce3d0201");
  private static final byte[] PRIME256V1 = HexFormat.of().parseHex("2a8648ce3d030107");

  private final KeyAlgorithm algorithm;
  private final byte[] pkcs8;
  private final @Nullable KeySpec publicSpec;

  private KeyMaterial(KeyAlgorithm algorithm, byte[] pkcs8, @Nullable KeySpec publicSpec) {
    this.algorithm = algorithm;
    this.pkcs8 = pkcs8;
    this.publicSpec = publicSpec;
  }

  /**
   * Reads a private key.
   *
   * @throws IllegalArgumentException if it is damaged or of a kind that CloudFront does not take;
   *     the message names the kind and the fix
   */
  static KeyMaterial read(Form form, byte[] der) {
    try {
      Der outer = new Der(der);
      Der key = outer.enter(Der.SEQUENCE);
      return switch (form) {
        case PKCS1 -> rsa(key, der);
        case SEC1 -> ec(key, null);
        case PKCS8 -> pkcs8(key);
      };
    } catch (Der.Malformed e) {
      throw PemFile.refused("a damaged private key; copy the whole file again");
    }
  }

  private static KeyMaterial pkcs8(Der key) {
    key.read(Der.INTEGER);
    Der kind = key.enter(Der.SEQUENCE);
    byte[] name = kind.read(Der.OBJECT_IDENTIFIER);
    byte[] inside = key.read(Der.OCTET_STRING);
    try {
      if (Arrays.equals(name, RSA)) {
        return rsa(new Der(inside).enter(Der.SEQUENCE), inside);
      }
      if (Arrays.equals(name, EC)) {
        return ec(new Der(inside).enter(Der.SEQUENCE), kind);
      }
    } finally {
      Arrays.fill(inside, (byte) 0);
    }
    String what = Arrays.equals(name, RSA_PSS) ? "for RSASSA-PSS alone" : "of another kind";
    throw PemFile.refused(
        "a private key %s; CloudFront takes RSA (%s) and ECDSA on P-256 (%s)"
            .formatted(what, MAKE_RSA, MAKE_P256));
  }

  /** RFC 8017, appendix A.1.2. */
  private static KeyMaterial rsa(Der key, byte[] pkcs1) {
    if (key.number().signum() != 0) {
      throw PemFile.refused("an RSA key of more than two primes; make one by " + MAKE_RSA);
    }
    BigInteger modulus = key.number();
    BigInteger exponent = key.number();
    if (modulus.bitLength() != 2048) {
      throw PemFile.refused(
          "an RSA key of %d bits; CloudFront takes 2048: %s"
              .formatted(modulus.bitLength(), MAKE_RSA));
    }
    return new KeyMaterial(
        KeyAlgorithm.RSA_2048,
        wrap(pkcs1, Der.write(Der.OBJECT_IDENTIFIER, RSA), NULL),
        new RSAPublicKeySpec(modulus, exponent));
  }

  /** RFC 5915, section 3; inside PKCS#8 the curve may stand outside. */
  private static KeyMaterial ec(Der key, @Nullable Der outerCurve) {
    key.read(Der.INTEGER);
    byte[] scalar = key.read(Der.OCTET_STRING);
    Der innerCurve = key.isNext(Der.CONTEXT_0) ? key.enter(Der.CONTEXT_0) : null;
    requireP256(outerCurve == null ? innerCurve : outerCurve);
    byte[] sec1 =
        Der.write(
            Der.SEQUENCE,
            Der.write(Der.INTEGER, new byte[] {1}),
            Der.write(Der.OCTET_STRING, exactly32(scalar)));
    byte[] pkcs8 =
        wrap(
            sec1,
            Der.write(Der.OBJECT_IDENTIFIER, EC),
            Der.write(Der.OBJECT_IDENTIFIER, PRIME256V1));
    Arrays.fill(scalar, (byte) 0);
    Arrays.fill(sec1, (byte) 0);
    ECPublicKeySpec point = key.isNext(Der.CONTEXT_1) ? point(key.enter(Der.CONTEXT_1)) : null;
    return new KeyMaterial(KeyAlgorithm.ECDSA_P256, pkcs8, point);
  }

  private static void requireP256(@Nullable Der curve) {
    if (curve == null) {
      throw PemFile.refused("an elliptic-curve key that names no curve; make one by " + MAKE_P256);
    }
    if (curve.isNext(Der.SEQUENCE)) {
      throw PemFile.refused(
          "an elliptic-curve key that spells its curve out; name it by"
              + " 'openssl ec -in key.pem -param_enc named_curve -out named.pem'");
    }
    if (!Arrays.equals(curve.read(Der.OBJECT_IDENTIFIER), PRIME256V1)) {
      throw PemFile.refused(
          "an elliptic-curve key on another curve; CloudFront takes P-256: " + MAKE_P256);
    }
  }

  /** Some writers leave leading zeros out, and some add one. */
  private static byte[] exactly32(byte[] scalar) {
    BigInteger value = new BigInteger(1, scalar);
    if (value.signum() == 0 || value.compareTo(P256.CURVE.getOrder()) >= 0) {
      throw new Der.Malformed();
    }
    byte[] exact = new byte[SCALAR];
    int length = Math.min(scalar.length, SCALAR);
    System.arraycopy(scalar, scalar.length - length, exact, SCALAR - length, length);
    return exact;
  }

  private static ECPublicKeySpec point(Der field) {
    byte[] bits = field.read(Der.BIT_STRING);
    ECPublicKeySpec point =
        bits.length == 0 || bits[0] != 0
            ? null
            : P256.decode(Arrays.copyOfRange(bits, 1, bits.length));
    if (point == null) {
      throw PemFile.refused(
          "an elliptic-curve key whose public half is not a point of P-256; make one by "
              + MAKE_P256);
    }
    return point;
  }

  /** RFC 5958, section 2. */
  private static byte[] wrap(byte[] key, byte[] kind, byte[] parameters) {
    return Der.write(
        Der.SEQUENCE,
        Der.write(Der.INTEGER, new byte[] {0}),
        Der.write(Der.SEQUENCE, kind, parameters),
        Der.write(Der.OCTET_STRING, key));
  }

  KeyAlgorithm algorithm() {
    return algorithm;
  }

  /** The private half in the one form that key factories read; the reader wipes it. */
  byte[] pkcs8() {
    return pkcs8;
  }

  /** The public half; null if an elliptic-curve key came without it. */
  @Nullable KeySpec publicSpec() {
    return publicSpec;
  }

  /** The forms of a private key. */
  enum Form {
    /** RFC 8017, for RSA alone. */
    PKCS1,
    /** RFC 5915, for elliptic curves alone. */
    SEC1,
    /** RFC 5958, for every kind of key. */
    PKCS8
  }
}
