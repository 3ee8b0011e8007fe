package io.edgemint.onboarding;

import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.StaticKey;
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

  /** The fresh storage, with the standing ciphertext of its secret if that hides the same. */
  S3Storage kept(S3Storage standing, S3Storage fresh, OrgId org, String name) {
    if (!(standing.credentials() instanceof StaticKey before)
        || !(fresh.credentials() instanceof StaticKey after)) {
      return fresh;
    }
    SealedSecret kept =
        kept(before.secretAccessKey(), after.secretAccessKey(), Purpose.s3Secret(org, name));
    return fresh.withCredentials(new StaticKey(after.accessKeyId(), kept));
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
