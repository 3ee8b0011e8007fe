package io.edgemint.onboarding;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import java.util.Base64;

/** Private keys as administrators have them. */
final class Keys {
  private Keys() {}

  static SigningKeyPair pair(KeyAlgorithm algorithm) {
    return new SigningKeys(Bench.CRYPTO).generate(algorithm);
  }

  /** A new key in PKCS#8. */
  static String pem(KeyAlgorithm algorithm) {
    return pem(pair(algorithm));
  }

  static String pem(SigningKeyPair pair) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(pair.pkcs8())
        + "\n-----END PRIVATE KEY-----\n";
  }
}
