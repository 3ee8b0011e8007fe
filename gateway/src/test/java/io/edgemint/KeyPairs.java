package io.edgemint;

import io.edgemint.canary.Canaries;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * New key pairs and their PEM forms. The JDK's own providers make them, named one by one, so that
 * they share nothing with the code under test.
 */
public final class KeyPairs {
  private KeyPairs() {}

  /** An RSA pair with so many bits. */
  public static KeyPair rsa(int bits) {
    return make("RSA", "SunRsaSign", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
  }

  /** A pair on a curve that is named as in {@code secp256r1}. */
  public static KeyPair ec(String curve) {
    return make("EC", "SunEC", new ECGenParameterSpec(curve));
  }

  /** A pair of a kind that says all, such as {@code Ed25519}. */
  public static KeyPair of(String kind) {
    return make(kind, "SunEC", null);
  }

  private static KeyPair make(
      String kind, String provider, @Nullable AlgorithmParameterSpec parameters) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind, provider);
      if (parameters != null) {
        generator.initialize(parameters);
      }
      KeyPair pair = generator.generateKeyPair();
      Canaries.key(pair.getPrivate());
      return pair;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** PKCS #8 for a private key, SubjectPublicKeyInfo for a public one. */
  public static String pem(Key key) {
    return pem(key instanceof PrivateKey ? "PRIVATE KEY" : "PUBLIC KEY", key.getEncoded());
  }

  /** Any bytes under any label (RFC 7468). */
  public static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
