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
    /** The backend has no such signing key. */
    KEY_MISSING,
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
