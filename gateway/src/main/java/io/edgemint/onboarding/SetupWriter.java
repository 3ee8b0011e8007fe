package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.onboarding.Impossible.Reason;

/**
 * Writes what an organisation applies in its account, from what the registry knows. Waits for it.
 */
public final class SetupWriter {
  private final OrgEditor editor;
  private final SessionSettings sessions;

  /** Writes for a platform with these settings. */
  public SetupWriter(BackendStore store, SessionSettings sessions) {
    this.editor = new OrgEditor(store);
    this.sessions = sessions;
  }

  /**
   * The set-up of the newest revision of a backend.
   *
   * @throws Impossible if there is no such backend, there is nothing to set up, or the platform's
   *     settings do not say whom a role is to trust
   */
  public Setup of(OrgId id, String name, Order order) {
    Org org = editor.org(id, order);
    Backend backend = OrgEditor.newest(org, name);
    try {
      return Setup.of(id, backend, principal(backend), sessions.externalId(id));
    } catch (IllegalArgumentException e) {
      throw new Impossible(Reason.WRONG_STATE, String.valueOf(e.getMessage()));
    }
  }

  /** Whom the organisation's role trusts: the platform's role before it, else the gateway's own. */
  private String principal(Backend backend) {
    if (backend.upload().credentials() instanceof Role role && role.via() != null) {
      return role.via();
    }
    if (sessions.identity() == null) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "whom roles are to trust is not known; the operator sets sessions.identity or"
              + " sessions.platform_role");
    }
    return sessions.identity();
  }
}
