package io.edgemint.caller;

import io.edgemint.backend.Issuer.Algorithm;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.RSAKey;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One key of one issuer, for one algorithm, which verifies signatures until it is retired.
 *
 * <p>The key is the only one that the library holds: it cannot try another, nor fall back to
 * unsigned tokens, as it does without any. Claims and times are none of its business here.
 */
final class VerifyingKey {
  private static final int MIN_SECRET = 32;

  private final @Nullable String kid;
  private final Algorithm algorithm;
  private final byte[] material;
  private final int signatureLength;

  /** One per thread, for the library locks its signature object while it verifies. */
  private final ThreadLocal<JWTAuth> library;

  private volatile boolean retired;

  private VerifyingKey(
      @Nullable String kid,
      Algorithm algorithm,
      byte[] material,
      int signatureLength,
      Buffer forLibrary) {
    this.kid = kid;
    this.algorithm = algorithm;
    this.material = material;
    this.signatureLength = signatureLength;
    JWTAuthOptions options =
        new JWTAuthOptions()
            .addPubSecKey(
                new PubSecKeyOptions().setAlgorithm(name(algorithm)).setBuffer(forLibrary))
            .setJWTOptions(new JWTOptions().setIgnoreExpiration(true));
    // The library needs a Vertx only to read key stores from files.
    this.library = ThreadLocal.withInitial(() -> JWTAuth.create(null, options));
    // A key that the library cannot use shows when it is loaded, not when a token comes.
    library.get();
  }

  /**
   * A public key.
   *
   * @throws IllegalArgumentException if it is none for the algorithm, or is too weak
   */
  static VerifyingKey of(@Nullable String kid, Algorithm algorithm, PublicKey key) {
    PublicKeys.requireFit(key, algorithm);
    int length = key instanceof RSAKey rsa ? (rsa.getModulus().bitLength() + 7) / 8 : 64;
    byte[] encoded = key.getEncoded();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
            + "\n-----END PUBLIC KEY-----\n";
    Buffer forLibrary = Buffer.buffer(pem.getBytes(StandardCharsets.US_ASCII));
    return new VerifyingKey(kid, algorithm, encoded, length, forLibrary);
  }

  /**
   * A secret shared with the issuer, for HMAC with SHA-256.
   *
   * @throws IllegalArgumentException if it has fewer than 32 bytes
   */
  static VerifyingKey shared(@Nullable String kid, byte[] secret) {
    requireLongEnough(secret);
    return new VerifyingKey(kid, Algorithm.HS256, secret.clone(), 32, Buffer.buffer(secret));
  }

  /** A key for HMAC is at least as long as the hash (RFC 7518, section 3.2). */
  static void requireLongEnough(byte[] secret) {
    if (secret.length < MIN_SECRET) {
      throw new IllegalArgumentException(
          "the shared secret has "
              + secret.length
              + " bytes, and HS256 needs at least 32; make one with openssl rand -hex 32");
    }
  }

  @Nullable String kid() {
    return kid;
  }

  Algorithm algorithm() {
    return algorithm;
  }

  /** Tells whether this key made the token's signature. */
  boolean verifies(Token token) {
    return canHaveMade(token)
        && library.get().authenticate(new TokenCredentials(token.text())).succeeded();
  }

  /** Tells whether the signature has the one form that this key's signatures have. */
  boolean canHaveMade(Token token) {
    byte[] signature = token.signature();
    return token.algorithm() == algorithm
        && signature.length == signatureLength
        && !(algorithm == Algorithm.ES256 && isDer(signature));
  }

  /** Tells whether both are the same key under the same id, so that one may stand for the other. */
  boolean isSameAs(VerifyingKey other) {
    return algorithm == other.algorithm
        && Objects.equals(kid, other.kid)
        && MessageDigest.isEqual(material, other.material);
  }

  /** Ends every token that this key has verified. */
  void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  /** What RFC 7518 and RFC 8037 call the algorithm. */
  static String name(Algorithm algorithm) {
    return algorithm == Algorithm.EDDSA ? "EdDSA" : algorithm.name();
  }

  /**
   * Tells whether 64 bytes are also a whole ECDSA signature in DER, which the library would take
   * for one (SEQUENCE of two INTEGERs). Of honest signatures one in 2^42 looks so.
   */
  private static boolean isDer(byte[] signature) {
    if (signature[0] != 0x30 || signature[1] != 62 || signature[2] != 2) {
      return false;
    }
    int r = signature[3];
    return r > 0 && r < 58 && signature[4 + r] == 2 && signature[5 + r] == 58 - r;
  }
}
