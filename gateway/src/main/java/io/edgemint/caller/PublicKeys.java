package io.edgemint.caller;

import io.edgemint.backend.Issuer.Algorithm;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Reads public keys, and refuses those that are no good: RSA, NIST P-256 and Ed25519 only. */
final class PublicKeys {
  private static final int MIN_RSA_BITS = 2048;

  /** Above this a single signature check costs more than a thousandth of a second. */
  private static final int MAX_RSA_BITS = 8192;

  /** The SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410, section 4). */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final ECParameterSpec P256 = p256();

  private static final int[] ROCA_PRIMES = {
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167
  };

  private PublicKeys() {}

  /**
   * The one key in a text of the form {@code -----BEGIN PUBLIC KEY-----} (RFC 7468, section 13).
   *
   * @throws IllegalArgumentException if the text is anything else; the message says how to get it
   */
  static PublicKey pem(String text) {
    byte[] encoded =
        Pem.decode(
            text,
            "PUBLIC KEY",
            "openssl pkey -pubout takes it from a private key, openssl x509 -pubkey -noout from a"
                + " certificate");
    X509EncodedKeySpec spec = new X509EncodedKeySpec(encoded);
    return Pem.keyOfAnyKind(factory -> factory.generatePublic(spec));
  }

  static PublicKey rsa(BigInteger modulus, BigInteger exponent) {
    return generate("RSA", new RSAPublicKeySpec(modulus, exponent));
  }

  static PublicKey p256(BigInteger x, BigInteger y) {
    return generate("EC", new ECPublicKeySpec(new ECPoint(x, y), P256));
  }

  static PublicKey ed25519(byte[] key) {
    if (key.length != 32) {
      throw new IllegalArgumentException("an Ed25519 key has 32 bytes, not " + key.length);
    }
    byte[] spki = new byte[ED25519_PREFIX.length + 32];
    System.arraycopy(ED25519_PREFIX, 0, spki, 0, ED25519_PREFIX.length);
    System.arraycopy(key, 0, spki, ED25519_PREFIX.length, 32);
    return generate("Ed25519", new X509EncodedKeySpec(spki));
  }

  private static PublicKey generate(String kind, KeySpec spec) {
    try {
      return KeyFactory.getInstance(kind).generatePublic(spec);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException("the numbers make no " + kind + " public key", e);
    }
  }

  /** Tells whether an algorithm verifies with keys of this kind. */
  static boolean isFor(PublicKey key, Algorithm algorithm) {
    return switch (algorithm) {
      case RS256, PS256 -> key instanceof RSAPublicKey;
      case ES256 -> key instanceof ECPublicKey;
      case EDDSA -> key instanceof EdECPublicKey;
      case HS256 -> false;
    };
  }

  /**
   * Holds a key against what an algorithm asks of it.
   *
   * @throws IllegalArgumentException if it is of another kind, or too weak
   */
  static void requireFit(PublicKey key, Algorithm algorithm) {
    if (!isFor(key, algorithm)) {
      throw new IllegalArgumentException(
          "a key of kind " + key.getAlgorithm() + " cannot verify " + VerifyingKey.name(algorithm));
    }
    switch (key) {
      case RSAPublicKey rsa -> requireStrong(rsa);
      case ECPublicKey ec -> requireP256(ec);
      case EdECPublicKey ed -> requireEd25519(ed);
      default -> throw new IllegalArgumentException("a key of an unknown kind");
    }
  }

  private static void requireStrong(RSAPublicKey key) {
    int bits = key.getModulus().bitLength();
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new IllegalArgumentException(
          "the RSA key has " + bits + " bits, and 2,048 to 8,192 are accepted");
    }
    BigInteger exponent = key.getPublicExponent();
    if (exponent.bitLength() < 2 || exponent.bitLength() > 64 || !exponent.testBit(0)) {
      throw new IllegalArgumentException("the RSA key's exponent is not an odd number from 3 on");
    }
    if (isRoca(key.getModulus())) {
      throw new IllegalArgumentException(
          "the RSA key was made by a broken generator (ROCA, CVE-2017-15361): make a new one");
    }
  }

  private static void requireP256(ECPublicKey key) {
    if (!isP256(key.getParams())) {
      throw new IllegalArgumentException("the EC key is on another curve than P-256");
    }
    BigInteger prime = ((ECFieldFp) P256.getCurve().getField()).getP();
    BigInteger x = key.getW().getAffineX();
    BigInteger y = key.getW().getAffineY();
    BigInteger right =
        x.pow(3).add(P256.getCurve().getA().multiply(x)).add(P256.getCurve().getB()).mod(prime);
    boolean reduced = x.compareTo(prime) < 0 && y.compareTo(prime) < 0;
    if (!reduced || !y.multiply(y).mod(prime).equals(right)) {
      throw new IllegalArgumentException("the EC key is no point of the curve P-256");
    }
  }

  static boolean isP256(ECParameterSpec curve) {
    return curve.getCurve().equals(P256.getCurve())
        && curve.getGenerator().equals(P256.getGenerator());
  }

  private static void requireEd25519(EdECPublicKey key) {
    if (!key.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
      throw new IllegalArgumentException("the EdDSA key is not of Ed25519");
    }
  }

  /** Such a modulus is a power of 65537 modulo every small prime; others practically never are. */
  static boolean isRoca(BigInteger modulus) {
    for (int prime : ROCA_PRIMES) {
      int remainder = modulus.mod(BigInteger.valueOf(prime)).intValue();
      int power = 1;
      do {
        power = power * (65537 % prime) % prime;
      } while (power != remainder && power != 1);
      if (power != remainder) {
        return false;
      }
    }
    return true;
  }

  private static ECParameterSpec p256() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java does not know the curve P-256", e);
    }
  }
}
