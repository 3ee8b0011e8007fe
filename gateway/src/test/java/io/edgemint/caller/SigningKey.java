package io.edgemint.caller;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.KeyPairs;
import io.edgemint.backend.Issuer.Algorithm;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The issuer's half of a key: signs whatever it is given, however wrong. Written on the JDK alone,
 * so that it shares nothing with the code under test.
 */
record SigningKey(Algorithm algorithm, Key secret, PublicKey publicKey) {
  private static final Map<Algorithm, SigningKey> MADE = new EnumMap<>(Algorithm.class);

  /** The same key for an algorithm throughout a run, for making an RSA key takes its time. */
  static synchronized SigningKey of(Algorithm algorithm) {
    return MADE.computeIfAbsent(algorithm, SigningKey::make);
  }

  static SigningKey make(Algorithm algorithm) {
    return switch (algorithm) {
      case RS256, PS256 -> pair(algorithm, KeyPairs.rsa(2048));
      case ES256 -> pair(algorithm, KeyPairs.ec("secp256r1"));
      case EDDSA -> pair(algorithm, KeyPairs.of("Ed25519"));
      case HS256 -> {
        byte[] bytes = KeyPairs.of("Ed25519").getPrivate().getEncoded();
        SecretKeySpec key =
            new SecretKeySpec(Arrays.copyOfRange(bytes, bytes.length - 32, bytes.length), "HMAC");
        // No public half: whatever asks for one gets a key that fits nothing.
        yield new SigningKey(algorithm, key, KeyPairs.of("X25519").getPublic());
      }
    };
  }

  static SigningKey pair(Algorithm algorithm, KeyPair pair) {
    return new SigningKey(algorithm, pair.getPrivate(), pair.getPublic());
  }

  VerifyingKey verifying(String kid) {
    return algorithm == Algorithm.HS256
        ? VerifyingKey.shared(kid, secret.getEncoded())
        : VerifyingKey.of(kid, algorithm, publicKey);
  }

  /** A compact token of exactly these texts. */
  String token(String header, String payload) {
    String input = encode(header) + "." + encode(payload);
    return input + "." + encode(sign(input));
  }

  byte[] sign(String input) {
    try {
      byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
      if (algorithm == Algorithm.HS256) {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(secret);
        return mac.doFinal(bytes);
      }
      Signature signature = Signature.getInstance(name());
      if (algorithm == Algorithm.PS256) {
        signature.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      }
      signature.initSign((PrivateKey) secret);
      signature.update(bytes);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String name() {
    return switch (algorithm) {
      case RS256 -> "SHA256withRSA";
      case PS256 -> "RSASSA-PSS";
      case ES256 -> "SHA256withECDSAinP1363Format";
      case EDDSA -> "Ed25519";
      case HS256 -> throw new IllegalStateException("HS256 has no signature object");
    };
  }

  String publicPem() {
    return KeyPairs.pem(publicKey);
  }

  String privatePem() {
    return KeyPairs.pem(secret);
  }

  /** The public half as a JSON Web Key, complete with alg and use. */
  ObjectNode jwk(String kid) {
    ObjectNode jwk = JsonNodeFactory.instance.objectNode();
    jwk.put("kid", kid).put("use", "sig").put("alg", VerifyingKey.name(algorithm));
    return switch (publicKey) {
      case RSAPublicKey rsa ->
          jwk.put("kty", "RSA")
              .put("n", encode(unsigned(rsa.getModulus(), 256)))
              .put("e", encode(unsigned(rsa.getPublicExponent(), 3)));
      case ECPublicKey ec ->
          jwk.put("kty", "EC")
              .put("crv", "P-256")
              .put("x", encode(unsigned(ec.getW().getAffineX(), 32)))
              .put("y", encode(unsigned(ec.getW().getAffineY(), 32)));
      case EdECPublicKey ed ->
          jwk.put("kty", "OKP")
              .put("crv", "Ed25519")
              .put("x", encode(Arrays.copyOfRange(ed.getEncoded(), 12, 44)));
      default -> jwk.put("kty", "oct").put("k", encode(secret.getEncoded()));
    };
  }

  private static byte[] unsigned(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[length];
    int size = Math.min(length, bytes.length);
    System.arraycopy(bytes, bytes.length - size, fixed, length - size, size);
    return fixed;
  }

  static String encode(String text) {
    return encode(text.getBytes(StandardCharsets.UTF_8));
  }

  static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
