package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Verification;
import io.edgemint.bucket.Listing;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.probe.Check;
import io.edgemint.probe.Check.Side;
import io.edgemint.probe.Probe;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of a backend: tried by a probe, switched on, back, off and over to its standby. Nothing
 * else sets a verification state. Waits for disk and network, so never on an event loop.
 */
public final class Onboarding {
  private final OrgEditor editor;
  private final Probe probe;
  private final Inventory inventory;

  /** Works on a store with a probe, and compares storages before they are switched. */
  public Onboarding(BackendStore store, Probe probe, Inventory inventory) {
    this.editor = new OrgEditor(store);
    this.probe = probe;
    this.inventory = inventory;
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
  public Findings validate(OrgId id, String name, Order order, Consumer<Check> progress) {
    return validate(id, OrgEditor.newest(editor.org(id, order), name), order, progress);
  }

  /**
   * Probes the revision that serves and writes down what was found; null if none does.
   *
   * @throws Impossible if it was changed meanwhile
   */
  public @Nullable Findings revalidate(OrgId id, Order order) {
    Backend active = editor.org(id, order).active();
    return active == null ? null : validate(id, active, order, check -> {});
  }

  /** What was proved stays so until a probe shows the contrary. */
  private static Backend.Objects pinning(Backend.Objects known, List<Check> checks) {
    return checks.stream()
        .filter(check -> check.step().equals(Probe.PIN_A_VERSION))
        .findFirst()
        .map(check -> known.withPinned(check.passed() && !check.warning()))
        .orElse(known);
  }

  private Findings validate(OrgId id, Backend probed, Order order, Consumer<Check> progress) {
    List<Check> checks = probe.run(id, probed, progress);
    Verification upload = verdict(checks, Side.UPLOAD);
    Verification download = verdict(checks, Side.DOWNLOAD);
    Org written =
        editor.edit(
            id,
            // The probe took its time; what counts is that the backend is still the same.
            order.ofAnyVersion(),
            "validate " + probed.label(),
            org -> {
              Backend now = revision(org, probed);
              if (now == null
                  || !now.upload().equals(probed.upload())
                  || !now.download().equals(probed.download())) {
                throw new Impossible(
                    Reason.VERSION_CHANGED,
                    "backend '%s' was changed while it was probed; validate it again"
                        .formatted(probed.name()));
              }
              return org.withBackend(
                  now.withFindings(upload, download).withObjects(pinning(now.objects(), checks)));
            });
    Backend now = revision(written, probed);
    return new Findings(now == null ? probed : now, checks);
  }

  private static @Nullable Backend revision(Org org, Backend same) {
    return org.backends().stream().filter(same::isSameRevisionAs).findFirst().orElse(null);
  }

  /**
   * Lets the newest revision of a backend serve, in one switch; a suspension ends with it.
   *
   * @param acceptMissing whether objects may be missing that the storage now serving has; if so,
   *     nothing is compared
   * @throws Impossible if there is no such backend, a side of it is not verified, it lies in a
   *     region that the policy does not allow, or objects are missing
   */
  public Backend activate(OrgId id, String name, boolean acceptMissing, Order order) {
    Org compared = editor.org(id, order);
    Backend target = OrgEditor.newest(compared, name);
    requireFit(compared, target);
    if (!acceptMissing) {
      requireObjects(compared, target);
    }
    Org written =
        editor.edit(
            id,
            order,
            "activate " + name,
            org -> {
              Backend backend = OrgEditor.newest(org, name);
              requireFit(org, backend);
              if (!samePlace(backend, target) || otherServes(compared, org)) {
                throw new Impossible(
                    Reason.VERSION_CHANGED,
                    "organisation '%s' was changed while its objects were compared; activate again"
                        .formatted(id));
              }
              return org.withActive(backend);
            });
    return OrgEditor.active(written, name);
  }

  /** The number of a revision that was withdrawn or deleted is given out again. */
  private static boolean samePlace(Backend backend, Backend compared) {
    return backend.isSameRevisionAs(compared)
        && backend.upload().equals(compared.upload())
        && backend.download().equals(compared.download());
  }

  private static boolean otherServes(Org before, Org now) {
    return !revision(before).equals(revision(now));
  }

  private static String revision(Org org) {
    Backend active = org.active();
    return active == null ? "" : active.label();
  }

  private void requireObjects(Org org, Backend target) {
    Inventory.Missing missing;
    try {
      missing = inventory.missing(org, target);
    } catch (Listing.Failed e) {
      throw new Impossible(
          Reason.OBJECTS_MISSING,
          "what backend '%s' lacks could not be found out (%s); mend that, or accept missing objects"
              .formatted(target.name(), e.getMessage()));
    }
    if (missing.count() > 0) {
      throw new Impossible(
          Reason.OBJECTS_MISSING,
          "backend '%s' lacks %d objects that devices can read now; copy them, or accept missing objects: %s"
              .formatted(target.name(), missing.count(), missing.first()));
    }
  }

  private static void requireFit(Org org, Backend backend) {
    if (!backend.verified()) {
      throw new Impossible(
          Reason.NOT_VERIFIED,
          "backend '%s' revision %d is not verified (upload %s, download %s); run 'edgemint backend validate %s %s'"
              .formatted(
                  backend.name(),
                  backend.revision(),
                  word(backend.uploadSide()),
                  word(backend.downloadSide()),
                  org.id(),
                  backend.name()));
    }
    if (!org.policy().allows(backend)) {
      throw new Impossible(
          Reason.REGION_NOT_ALLOWED,
          "backend '%s' revision %d lies in a region that policy.allowed_regions of '%s' does not list"
              .formatted(backend.name(), backend.revision(), org.id()));
    }
  }

  /**
   * Lets the revision serve again that served before this backend was activated; once more, and the
   * backend is back.
   *
   * @throws Impossible if the backend does not serve, nothing served before, or what did lies in a
   *     region that is no longer allowed
   */
  public Backend rollback(OrgId id, String name, Order order) {
    Org written =
        editor.edit(
            id,
            order,
            "rollback " + name,
            org -> {
              OrgEditor.active(org, name);
              Backend previous = org.previous();
              if (previous == null) {
                throw new Impossible(
                    Reason.WRONG_STATE,
                    "no backend of '%s' served before '%s'; to stop it from serving, suspend it"
                        .formatted(id, name));
              }
              requireFit(org, previous);
              return org.withActive(previous);
            });
    return serving(written);
  }

  /**
   * Lets devices get 503 instead of links of a backend, or links again.
   *
   * @throws Impossible if the backend does not serve
   */
  public Backend suspend(OrgId id, String name, boolean suspended, Order order) {
    Org written =
        editor.edit(
            id,
            order,
            (suspended ? "suspend " : "resume ") + name,
            org -> {
              Backend active = OrgEditor.active(org, name);
              return org.withBackend(active.withService(active.service().withSuspended(suspended)));
            });
    return serving(written);
  }

  /**
   * Leads devices to the standby of a backend, or back.
   *
   * @throws Impossible if the backend does not serve, has no standby, or the standby cannot be read
   *     or lies in a region that is not allowed
   */
  public Backend failover(OrgId id, String name, boolean toStandby, Order order) {
    Org looked = editor.org(id, order);
    Backend serving = OrgEditor.active(looked, name);
    if (toStandby) {
      requireStandby(looked, serving);
    }
    Org written =
        editor.edit(
            id,
            order,
            (toStandby ? "fail over " : "fail back ") + name,
            org -> {
              Backend active = OrgEditor.active(org, name);
              if (!active.isSameRevisionAs(serving)
                  || !Objects.equals(active.standby(), serving.standby())) {
                throw new Impossible(
                    Reason.VERSION_CHANGED,
                    "backend '%s' was changed while its standby was tried; fail over again"
                        .formatted(name));
              }
              return org.withBackend(
                  active.withService(active.service().withFailedOver(toStandby)));
            });
    return serving(written);
  }

  private void requireStandby(Org org, Backend serving) {
    Backend over = serving.withService(serving.service().withFailedOver(true));
    if (serving.standby() == null || !(over.serving() instanceof S3Storage standby)) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "backend '%s' has no standby; name one in its file under 'standby'"
              .formatted(serving.name()));
    }
    if (!org.policy().allows(serving)) {
      throw new Impossible(
          Reason.REGION_NOT_ALLOWED,
          "the standby of backend '%s' lies in a region that policy.allowed_regions of '%s' does not list"
              .formatted(serving.name(), org.id()));
    }
    String unreadable = inventory.unreadable(org, serving.name(), standby);
    if (unreadable != null) {
      throw new Impossible(
          Reason.NOT_VERIFIED,
          "the standby of backend '%s' cannot be read (%s); let the role list and read below the prefix of bucket %s"
              .formatted(serving.name(), unreadable, standby.bucket()));
    }
  }

  /**
   * Deletes an organisation; its id is never used again.
   *
   * @throws Impossible if there is none, or a backend of it serves and is not suspended
   */
  public void delete(OrgId id, Order order) {
    editor.delete(id, order);
  }

  /**
   * Deletes all revisions of a backend.
   *
   * @throws Impossible if there is no such backend, or it serves
   */
  public Org deleteBackend(OrgId id, String name, Order order) {
    return editor.edit(
        id,
        order,
        "delete backend " + name,
        org -> {
          OrgEditor.newest(org, name);
          Backend active = org.active();
          if (active != null && active.name().equals(name)) {
            throw new Impossible(
                Reason.WRONG_STATE,
                "backend '%s' of '%s' serves; activate another one first".formatted(name, id));
          }
          return org.without(name);
        });
  }

  private static Backend serving(Org org) {
    Backend active = org.active();
    if (active == null) {
      throw new IllegalStateException("a switch ended without an active backend");
    }
    return active;
  }

  /** What checks say of a side. */
  static Verification verdict(List<Check> checks, Side side) {
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
