package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.bucket.Courier;
import io.edgemint.credentials.Ailment;
import io.edgemint.credentials.NoSession;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.probe.Probe;
import io.edgemint.setup.Setup;
import java.util.function.Function;

/**
 * Writes what an organisation applies in its account, from what the registry knows. Waits for it.
 */
public final class SetupWriter {
  private static final long SECONDS = 60;

  private final OrgEditor editor;
  private final SessionSettings settings;
  private final Sessions sessions;

  /** Writes for a platform with these settings, whose roles these sessions try. */
  public SetupWriter(BackendStore store, SessionSettings settings, Sessions sessions) {
    this.editor = new OrgEditor(store);
    this.settings = settings;
    this.sessions = sessions;
  }

  /**
   * The set-up of the newest revision of a backend.
   *
   * @throws Impossible if there is no such backend, there is nothing to set up, or it is not known
   *     whom a role is to trust: a trust policy can name only a role that exists ("AWS JSON policy
   *     elements: Principal", IAM user guide)
   */
  public Setup of(OrgId id, String name, Order order) {
    Org org = editor.org(id, order);
    Backend backend = OrgEditor.newest(org, name);
    return written(
        id,
        backend.name(),
        backend.upload(),
        principal -> Setup.of(id, backend, principal, settings.externalId(id)));
  }

  /**
   * The set-up of a destination.
   *
   * @throws Impossible as {@link #of}
   */
  public Setup ofDestination(OrgId id, String name, Order order) {
    Destination destination = Destinations.standing(editor.org(id, order), name);
    return written(
        id,
        name,
        destination.storage(),
        principal -> Setup.of(id, destination, principal, settings.externalId(id)));
  }

  private Setup written(OrgId id, String name, S3Storage storage, Function<String, Setup> writer) {
    try {
      Setup setup = writer.apply(principal(storage));
      requirePlatformRole(id, name, storage);
      return setup;
    } catch (IllegalArgumentException e) {
      throw new Impossible(Reason.WRONG_STATE, String.valueOf(e.getMessage()));
    }
  }

  /** Whom the organisation's role trusts: the platform's role before it, else the gateway's own. */
  private String principal(S3Storage storage) {
    if (storage.credentials() instanceof Role role && role.via() != null) {
      return role.via();
    }
    if (settings.identity() == null) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "whom roles are to trust is not known; the operator sets sessions.identity or"
              + " sessions.platform_role");
    }
    return settings.identity();
  }

  /** The organisation's own role need not exist yet: what it denies, or STS, says nothing here. */
  private void requirePlatformRole(OrgId id, String name, S3Storage storage) {
    if (!(storage.credentials() instanceof Role role) || role.via() == null) {
      return;
    }
    try {
      Courier.await(sessions.toProbe(id, name, storage, Probe.FOLDER).renewed(SECONDS));
    } catch (Refused e) {
      if (e.getCause() instanceof NoSession none
          && none.ailment() == Ailment.PLATFORM_ROLE_MISSING) {
        throw new Impossible(
            Reason.PLATFORM_ROLE_MISSING,
            "the platform's role %s cannot be assumed yet; the operator applies 'edgemint platform setup'"
                .formatted(role.via()));
      }
    }
  }
}
