package io.edgemint.caller;

import io.edgemint.backend.CertificateAuthority;
import java.time.Instant;
import java.util.Optional;

/** Says whether an authority still lets devices in. */
public final class AuthorityHealth {
  private AuthorityHealth() {}

  /** Why it lets nobody in at a moment, in a sentence; empty if all is well. */
  public static Optional<String> problem(CertificateAuthority authority, Instant now) {
    return why(authority, now).map(why -> "certificate authority " + authority.name() + ": " + why);
  }

  private static Optional<String> why(CertificateAuthority authority, Instant now) {
    try {
      Instant end = CertificateRules.parse(authority.certificate()).getNotAfter().toInstant();
      if (!now.isBefore(end)) {
        return Optional.of("its certificate ended at " + end + "; nobody gets in by it");
      }
      RevocationList list = RevocationList.of(authority);
      return list == null || now.isBefore(list.nextUpdate())
          ? Optional.empty()
          : Optional.of(
              "its revocation list is overdue since %s; nobody gets in by it until there is a new one"
                  .formatted(list.nextUpdate()));
    } catch (IllegalArgumentException e) {
      return Optional.of("it cannot be read: " + e.getMessage());
    }
  }
}
