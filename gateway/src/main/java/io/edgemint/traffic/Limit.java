package io.edgemint.traffic;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;

/** What is limited in time, each with the refusal of whoever comes too often. */
@SuppressWarnings("ImmutableEnumChecker") // A refusal carries no stack trace: one serves all.
public enum Limit {
  /** Requests of one device. */
  DEVICE_REQUESTS("device", "this device asks too often"),
  /** Links for one device that nobody has asked for yet. */
  DEVICE_SIGNATURES("device-signatures", "this device asks for too many new links"),
  /** Requests of one organisation. */
  ORG_REQUESTS("org", "this organisation's devices ask too often"),
  /** Links for one organisation that nobody has asked for yet. */
  ORG_SIGNATURES("org-signatures", "this organisation's devices ask for too many new links"),
  /** Tokens from one client address that were refused; only then are further ones not looked at. */
  ADDRESS_TOKENS("address-tokens", "too many bad tokens came from this address");

  private final String policy;
  private final Refused refused;

  Limit(String policy, String detail) {
    this.policy = policy;
    this.refused = new Refused(Refusal.RATE_LIMITED, detail);
  }

  /** Its name in the RateLimit headers. */
  public String policy() {
    return policy;
  }

  /** The refusal, always the same object. */
  public Refused refused() {
    return refused;
  }
}
