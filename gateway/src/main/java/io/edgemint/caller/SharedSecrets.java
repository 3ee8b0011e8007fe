package io.edgemint.caller;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.KeySource.SharedSecret;

/** Opens the secrets that issuers share with the gateway; called off the event loops. */
@FunctionalInterface
public interface SharedSecrets {
  /**
   * The secret of an issuer; the array is wiped after use.
   *
   * @throws IllegalArgumentException if it cannot be opened; the message is without secrets
   */
  byte[] open(Issuer issuer, SharedSecret source);
}
