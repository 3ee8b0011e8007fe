package io.edgemint.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;

/** New key pairs of the JDK's own providers, and their PEM forms (RFC 7468). */
final class SigningKeyPair {
  private SigningKeyPair() {}

  /** An RSA pair with 2,048 bits. */
  static KeyPair rsa() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
      generator.initialize(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A pair on the curve P-256. */
  static KeyPair p256() {
    try {
      var generator = KeyPairGenerator.getInstance("EC", "SunEC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An Ed25519 pair. */
  static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519", "SunEC").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** PKCS #8 for a private key, SubjectPublicKeyInfo for a public one. */
  static String pem(Key key) {
    String label = key instanceof PrivateKey ? "PRIVATE KEY" : "PUBLIC KEY";
    byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
    String body = Base64.getMimeEncoder(64, lineEnd).encodeToString(key.getEncoded());
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
