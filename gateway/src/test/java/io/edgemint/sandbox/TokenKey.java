package io.edgemint.sandbox;

import io.edgemint.KeyPairs;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A key that signs tokens, with the JDK's own providers.
 *
 * @param algorithm how it signs
 * @param pair both halves
 * @param kid its thumbprint (RFC 7638), by which tokens and the key set name it
 */
record TokenKey(IssuerServer.Algorithm algorithm, KeyPair pair, String kid) {

  /** Makes a new one. */
  static TokenKey generate(IssuerServer.Algorithm algorithm) {
    KeyPair pair =
        switch (algorithm) {
          case RS256 -> KeyPairs.rsa(2048);
          case ES256 -> KeyPairs.ec("secp256r1");
          case EDDSA -> KeyPairs.of("Ed25519");
        };
    return new TokenKey(algorithm, pair, thumbprint(publicMembers(pair)));
  }

  /** The public half as a member of a key set (RFC 7517). */
  JsonObject jwk() {
    return publicMembers(pair)
        .put("kid", kid)
        .put("alg", algorithm.headerValue())
        .put("use", "sig");
  }

  /** Signs what stands before the second dot of a token (RFC 7515, section 5.1). */
  String sign(String input) {
    try {
      Signature signer = signer();
      signer.initSign(pair.getPrivate());
      signer.update(input.getBytes(StandardCharsets.US_ASCII));
      return base64(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Signature signer() throws GeneralSecurityException {
    return switch (algorithm) {
      case RS256 -> Signature.getInstance("SHA256withRSA", "SunRsaSign");
      case ES256 -> Signature.getInstance("SHA256withECDSAinP1363Format", "SunEC");
      case EDDSA -> Signature.getInstance("Ed25519", "SunEC");
    };
  }

  /** In the order of their names, as the thumbprint wants them. */
  private static JsonObject publicMembers(KeyPair pair) {
    return switch (pair.getPublic()) {
      case RSAPublicKey rsa ->
          new JsonObject()
              .put("e", base64(unsigned(rsa.getPublicExponent().toByteArray())))
              .put("kty", "RSA")
              .put("n", base64(unsigned(rsa.getModulus().toByteArray())));
      case ECPublicKey ec ->
          new JsonObject()
              .put("crv", "P-256")
              .put("kty", "EC")
              .put("x", base64(padded(ec.getW().getAffineX().toByteArray())))
              .put("y", base64(padded(ec.getW().getAffineY().toByteArray())));
      case EdECPublicKey ed ->
          new JsonObject()
              .put("crv", "Ed25519")
              .put("kty", "OKP")
              .put("x", base64(lastBytes(ed.getEncoded(), 32)));
      default -> throw new IllegalArgumentException("a key of another kind");
    };
  }

  private static String thumbprint(JsonObject members) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return base64(digest.digest(members.encode().getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A number's octets without the one that only holds its sign. */
  private static byte[] unsigned(byte[] number) {
    return number[0] == 0 ? lastBytes(number, number.length - 1) : number;
  }

  private static byte[] padded(byte[] number) {
    byte[] octets = unsigned(number);
    byte[] padded = new byte[32];
    System.arraycopy(octets, 0, padded, 32 - octets.length, octets.length);
    return padded;
  }

  private static byte[] lastBytes(byte[] bytes, int count) {
    return Arrays.copyOfRange(bytes, bytes.length - count, bytes.length);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public String toString() {
    return kid;
  }
}
