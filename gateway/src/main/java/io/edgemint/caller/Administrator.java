package io.edgemint.caller;

import io.edgemint.backend.OrgId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A person or program at the operator's port, as its verified token says; facts only, which hold
 * until {@code expiresAt}.
 *
 * @param issuer who vouches for it (the {@code iss} claim)
 * @param subject who it is (the {@code sub} claim)
 * @param org the organisation that it names, or null
 * @param scopes what it may do
 * @param expiresAt the first second at which the token is no longer valid, since 1970
 */
public record Administrator(
    String issuer, String subject, @Nullable OrgId org, Set<String> scopes, long expiresAt) {
  /** Copies the set. */
  public Administrator {
    scopes = Set.copyOf(scopes);
  }
}
