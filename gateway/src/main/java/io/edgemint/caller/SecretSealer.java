package io.edgemint.caller;

import io.edgemint.backend.SealedSecret;

/** Takes over an issuer's shared secret while settings are read. */
@FunctionalInterface
public interface SecretSealer {
  /** The form in which the issuer's record holds the secret; the array is wiped after the call. */
  SealedSecret seal(String iss, byte[] secret);
}
