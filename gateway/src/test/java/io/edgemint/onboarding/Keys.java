package io.edgemint.onboarding;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import java.util.Base64;

/** Private keys as administrators have them. */
public final class Keys {
  private Keys() {}

  public static SigningKeyPair pair(KeyAlgorithm algorithm) {
    return new SigningKeys(Bench.CRYPTO).generate(algorithm);
  }

  /** A new key in PKCS#8. */
  public static String pem(KeyAlgorithm algorithm) {
    return pem(pair(algorithm));
  }

  public static String pem(SigningKeyPair pair) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(pair.pkcs8())
        + "\n-----END PRIVATE KEY-----\n";
  }
}
