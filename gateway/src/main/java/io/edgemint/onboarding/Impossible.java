package io.edgemint.onboarding;

/** A change that is refused; its message says why and what to do. */
public final class Impossible extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  Impossible(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** What kind of refusal it is. */
  public Reason reason() {
    return reason;
  }

  /** Why changes are refused; the lower-case name is a stable code. */
  public enum Reason {
    /** There is no such organisation. */
    ORG_MISSING,
    /** The organisation has no such backend. */
    BACKEND_MISSING,
    /** The organisation has no such destination. */
    DESTINATION_MISSING,
    /** The backend has no such signing key. */
    KEY_MISSING,
    /** The organisation has no such certificate authority. */
    AUTHORITY_MISSING,
    /** What was sent is no certificate, or its name is none. */
    AUTHORITY_UNFIT,
    /** The certificate may not issue others. */
    NOT_AN_AUTHORITY,
    /** A key is too short, or of a kind that is not taken. */
    WEAK_KEY,
    /** A certificate is signed with a digest that can be forged. */
    WEAK_SIGNATURE,
    /** The authority's certificate has ended. */
    AUTHORITY_EXPIRED,
    /** The authority is the one that vouches for the gateway. */
    AUTHORITY_OF_PLATFORM,
    /** There is no room for another authority. */
    TOO_MANY_AUTHORITIES,
    /** The challenge has ended, or was made for another organisation or key. */
    CHALLENGE_INVALID,
    /** The authority's key did not sign the nonce. */
    PROOF_INVALID,
    /** The revocation list is no full, current one of the authority. */
    CRL_INVALID,
    /** The revocation list is older than the one that stands. */
    CRL_OLDER,
    /** The organisation has another version than the one that was seen. */
    VERSION_CHANGED,
    /** A side of the backend is not verified. */
    NOT_VERIFIED,
    /** The backend lies in a region that the organisation does not allow. */
    REGION_NOT_ALLOWED,
    /** The target lacks objects that the storage now serving has. */
    OBJECTS_MISSING,
    /** The role of the platform before the organisation's cannot be assumed. */
    PLATFORM_ROLE_MISSING,
    /** The backend does not stand where this change begins. */
    WRONG_STATE,
    /** What was asked for contradicts what stands, or itself. */
    CONTRADICTION
  }
}
