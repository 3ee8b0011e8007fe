package io.edgemint.admin;

import io.edgemint.backend.OrgId;
import io.edgemint.caller.Administrator;
import org.jspecify.annotations.Nullable;

/**
 * What somebody may do at the operator's port, and what the audit trail calls them. Several scopes
 * of one token add up.
 *
 * @param actor for the audit trail
 * @param operates whether every call is allowed
 * @param views whether whatever only shows something is allowed
 * @param org the organisation whose own calls are allowed, or null
 */
record Mandate(String actor, boolean operates, boolean views, @Nullable OrgId org) {
  /** May read everything. */
  static final String VIEWER = "edgemint:viewer";

  /** May do everything. */
  static final String OPERATOR = "edgemint:operator";

  /** May see and change the one organisation that the token names. */
  static final String ORG_ADMIN = "edgemint:org-admin";

  /** That of the token in the operator's file. */
  static final Mandate OF_TOKEN_FILE = new Mandate("admin token", true, true, null);

  /** What a token allows; the organisation that it names counts for that one's admin alone. */
  static Mandate of(Administrator administrator) {
    boolean operates = administrator.scopes().contains(OPERATOR);
    return new Mandate(
        administrator.issuer() + '|' + administrator.subject(),
        operates,
        operates || administrator.scopes().contains(VIEWER),
        administrator.scopes().contains(ORG_ADMIN) ? administrator.org() : null);
  }

  /** Whether it allows anything. */
  boolean isEmpty() {
    return !views && org == null;
  }

  /** Whether an organisation may be seen. */
  boolean sees(OrgId other) {
    return views || other.equals(org);
  }
}
