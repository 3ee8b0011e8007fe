package io.edgemint.caller;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.OrgId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as its verified credential says; facts only, which hold until {@code expiresAt}.
 *
 * @param issuer who vouches for it (the {@code iss} claim)
 * @param subject the device, publisher or admin (the {@code sub} claim)
 * @param org the one organisation it speaks for
 * @param scopes what it may do beyond reading
 * @param entitlement the keys it may read; null if the credential says nothing of keys, so that the
 *     organisation's own entitlement holds
 * @param expiresAt the first second at which the credential is no longer valid, since 1970
 */
public record Caller(
    String issuer,
    String subject,
    OrgId org,
    Set<String> scopes,
    @Nullable Entitlement entitlement,
    long expiresAt) {
  /** Copies the set. */
  public Caller {
    scopes = Set.copyOf(scopes);
  }
}
