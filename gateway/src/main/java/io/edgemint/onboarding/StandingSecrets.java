package io.edgemint.onboarding;

import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import java.security.MessageDigest;
import java.util.Arrays;

/** Compares secrets by what they hide, for the same one is another ciphertext each time. */
record StandingSecrets(Secrets secrets) {
  /**
   * The standing ciphertext if it hides the same secret, else the fresh one as the next version.
   */
  SealedSecret kept(SealedSecret standing, SealedSecret fresh, Purpose purpose) {
    byte[] after = secrets.open(fresh, purpose);
    try {
      return hides(standing, after, purpose)
          ? standing
          : secrets.seal(after, purpose, standing.version() + 1);
    } finally {
      Arrays.fill(after, (byte) 0);
    }
  }

  private boolean hides(SealedSecret standing, byte[] secret, Purpose purpose) {
    byte[] before;
    try {
      before = secrets.open(standing, purpose);
    } catch (IllegalArgumentException e) {
      // What no longer opens, as after the loss of the key-encryption key, is set again.
      return false;
    }
    try {
      return MessageDigest.isEqual(before, secret);
    } finally {
      Arrays.fill(before, (byte) 0);
    }
  }
}
