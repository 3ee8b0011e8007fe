package io.edgemint.caller;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import org.jspecify.annotations.Nullable;

/** Decides whether a caller may read a key, on the newest record of its organisation. */
@SuppressWarnings("StaticAssignmentOfThrowable") // They carry no stack trace: one serves all.
public final class Access {
  private static final Refused REVOKED =
      new Refused(Refusal.REVOKED, "the organisation has withdrawn this caller or this key");
  private static final Refused NOT_ENTITLED =
      new Refused(Refusal.KEY_NOT_ENTITLED, "the caller is not entitled to this key");

  private Access() {}

  /**
   * Null if the caller may read the key, else why not; what is revoked comes before what was never
   * granted. A token that names keys replaces the organisation's entitlement; it does not add to
   * it.
   *
   * @throws IllegalArgumentException if the record belongs to another organisation than the caller
   */
  public static @Nullable Refused check(Caller caller, Org org, ObjectKey key) {
    if (!caller.org().equals(org.id())) {
      throw new IllegalArgumentException(
          "a caller of " + caller.org() + " was about to be checked against " + org.id());
    }
    if (org.revocations().covers(caller.subject(), key)) {
      return REVOKED;
    }
    Entitlement own = caller.entitlement();
    Entitlement entitlement = own != null ? own : org.policy().entitlement();
    return entitlement.permits(key) ? null : NOT_ENTITLED;
  }
}
