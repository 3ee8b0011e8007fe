package io.edgemint.credentials;

import io.edgemint.backend.OrgId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with the sessions of one role.
 *
 * @param org whose storage it opens
 * @param roleArn the customer's role
 * @param ailment why no new session can be had, or null if all is well
 * @param since since when that is so, or null if all is well
 * @param lastSuccess when a session was last had, or null for never
 * @param serving whether there is a session that is valid now
 */
public record SessionHealth(
    OrgId org,
    String roleArn,
    @Nullable Ailment ailment,
    @Nullable Instant since,
    @Nullable Instant lastSuccess,
    boolean serving) {

  /** The one of two to tell of: the one that ails, for longer. */
  static SessionHealth worse(SessionHealth one, SessionHealth other) {
    if (one.since == null || other.since == null) {
      return one.since == null ? other : one;
    }
    return one.since.isAfter(other.since) ? other : one;
  }
}
