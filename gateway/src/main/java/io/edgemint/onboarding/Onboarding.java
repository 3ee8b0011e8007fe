package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Verification;
import io.edgemint.onboarding.Check.Side;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The life of a backend: tried by a probe, then switched on. Nothing else sets a verification
 * state. Waits for disk and network, so never on an event loop.
 */
public final class Onboarding {
  private static final int TRIES = 5;

  private final BackendStore store;
  private final Probe probe;

  /** Works on a store with a probe. */
  public Onboarding(BackendStore store, Probe probe) {
    this.store = store;
    this.probe = probe;
  }

  /** A switch that was refused; its message says why and what to do. */
  public static final class Impossible extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Impossible(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * What a probe found.
   *
   * @param backend the revision as it stands now
   * @param checks everything that was tried
   */
  public record Findings(Backend backend, List<Check> checks) {}

  /**
   * Probes the newest revision of a backend and writes down what was found.
   *
   * @throws Impossible if there is no such backend, or it was changed meanwhile
   */
  public Findings validate(OrgId id, String name, String actor, Consumer<Check> progress) {
    Backend probed = newest(org(id), name);
    List<Check> checks = probe.run(id, probed, progress);
    Verification upload = verdict(checks, Side.UPLOAD);
    Verification download = verdict(checks, Side.DOWNLOAD);
    Org written =
        write(
            id,
            new Change(actor, "validate " + name + "@" + probed.revision()),
            org -> {
              Backend now = newest(org, name);
              if (!now.upload().equals(probed.upload())
                  || !now.download().equals(probed.download())) {
                throw new Impossible(
                    "backend '" + name + "' was changed while it was probed; validate it again");
              }
              return org.withBackend(now.withFindings(upload, download));
            });
    return new Findings(newest(written, name), checks);
  }

  /**
   * Lets the newest revision of a backend serve, in one switch.
   *
   * @throws Impossible if there is no such backend, a side of it is not verified, or it lies in a
   *     region that the policy does not allow
   */
  public Backend activate(OrgId id, String name, String actor) {
    Org written =
        write(
            id,
            new Change(actor, "activate " + name),
            org -> {
              Backend backend = newest(org, name);
              if (!backend.verified()) {
                throw new Impossible(
                    "backend '%s' revision %d is not verified (upload %s, download %s); run 'edgemint backend validate %s %s'"
                        .formatted(
                            name,
                            backend.revision(),
                            word(backend.uploadSide()),
                            word(backend.downloadSide()),
                            id,
                            name));
              }
              if (!org.policy().allows(backend)) {
                throw new Impossible(
                    "backend '%s' revision %d lies in a region that policy.allowed_regions of '%s' does not list"
                        .formatted(name, backend.revision(), id));
              }
              return org.withActive(backend);
            });
    return newest(written, name);
  }

  private Org write(OrgId id, Change change, UnaryOperator<Org> edit) {
    for (int attempt = 1; ; attempt++) {
      try {
        return store.write(List.of(edit.apply(org(id))), change).get(0);
      } catch (Conflict e) {
        // Somebody else wrote the organisation in between: look again at what stands there now.
        if (attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  private Org org(OrgId id) {
    Org org = store.load().org(id);
    if (org == null) {
      throw new Impossible("there is no organisation '" + id + "'; apply its file first");
    }
    return org;
  }

  private static Backend newest(Org org, String name) {
    Backend backend = org.newest(name);
    if (backend == null) {
      throw new Impossible(
          "organisation '%s' has no backend '%s'; it has %s"
              .formatted(
                  org.id(), name, org.backends().stream().map(Backend::name).distinct().toList()));
    }
    return backend;
  }

  private static Verification verdict(List<Check> checks, Side side) {
    List<Check> own = checks.stream().filter(check -> check.side() == side).toList();
    return own.stream()
        .filter(check -> !check.passed())
        .findFirst()
        .map(check -> Verification.failed(check.code()))
        // A side that could not be tried at all is as unknown as before.
        .orElse(own.isEmpty() ? Verification.UNVERIFIED : Verification.VERIFIED);
  }

  /** A verdict as people read it. */
  public static String word(Verification side) {
    return switch (side.verdict()) {
      case UNVERIFIED -> "unverified";
      case VERIFIED -> "verified";
      case FAILED -> "failed: " + side.code();
    };
  }
}
