package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.KeySource.SharedSecret;
import io.edgemint.backend.Org;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.onboarding.Impossible.Reason;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a file describes over what stands. What the file does not speak of stays as it is: a
 * revocation above all, which nobody lifts by leaving it out. A secret that is the same stays the
 * same ciphertext, so that applying a file twice changes nothing.
 */
final class Merge {
  private final @Nullable Org old;
  private final OrgFile file;
  private final StandingSecrets secrets;
  private final InstantSource clock;
  private final boolean prune;
  private final List<String> changes = new ArrayList<>();

  /**
   * Prepares to merge.
   *
   * @param old what stands, or null for a new organisation
   * @param prune whether issuers and destinations that the file does not name are deleted
   */
  Merge(
      @Nullable Org old,
      OrgFile file,
      StandingSecrets secrets,
      InstantSource clock,
      boolean prune) {
    this.old = old;
    this.file = file;
    this.secrets = secrets;
    this.clock = clock;
    this.prune = prune;
  }

  /** What differs, once the record has been made. */
  List<String> changes() {
    return changes;
  }

  /**
   * The record as it should be written, at the version that was read.
   *
   * @throws Impossible if a standing key would change
   */
  Org org() {
    Org wanted = file.org();
    Org base =
        old == null
            ? new Org(wanted.id(), 0, wanted.policy(), Revocations.NONE, List.of(), List.of())
            : old;
    Revocations revocations = file.revokes() ? wanted.revocations() : base.revocations();
    note("policy", base.policy().equals(wanted.policy()));
    note("revocations", base.revocations().equals(revocations));
    List<Issuer> issuers = issuers(base);
    List<Backend> backends = base.backends();
    for (Backend backend : wanted.backends()) {
      backends = new BackendMerge(backends, backend, file, secrets, clock, changes).merged();
    }
    List<Destination> destinations =
        new DestinationMerge(base.id(), secrets, changes)
            .merged(base.destinations(), wanted.destinations(), prune);
    requireNamesApart(backends, destinations);
    requireWhatServes(base, wanted.policy());
    return new Org(
        base.id(),
        base.version(),
        wanted.policy(),
        revocations,
        issuers,
        backends,
        base.authorities(),
        destinations);
  }

  /** Secrets and roles of the platform are bound to the name alone. */
  private static void requireNamesApart(List<Backend> backends, List<Destination> destinations) {
    for (Destination destination : destinations) {
      if (backends.stream().anyMatch(it -> it.name().equals(destination.name()))) {
        throw new Impossible(
            Reason.CONTRADICTION,
            "a backend and a destination are both called '%s'; rename the new one"
                .formatted(destination.name()));
      }
    }
  }

  /** A policy that shuts out what serves would be written down and not be kept. */
  private static void requireWhatServes(Org base, Policy policy) {
    Backend active = base.active();
    if (active != null && base.policy().allows(active) && !policy.allows(active)) {
      throw new Impossible(
          Reason.REGION_NOT_ALLOWED,
          "backend '%s' serves from a region that policy.allowed_regions would not list; activate another one first (both regions listed), or suspend it and list the region for so long"
              .formatted(active.name()));
    }
  }

  private void note(String what, boolean same) {
    if (!same) {
      changes.add(what);
    }
  }

  /** In the order that stands, for the order says nothing. */
  private List<Issuer> issuers(Org base) {
    List<Issuer> next = new ArrayList<>();
    for (Issuer standing : base.issuers()) {
      Issuer wanted = named(file.org().issuers(), standing.iss());
      if (wanted != null) {
        Issuer merged = withKeptSecret(wanted, standing);
        note("issuer " + standing.iss(), merged.equals(standing));
        next.add(merged);
      } else if (prune) {
        changes.add("issuer " + standing.iss() + " (deleted)");
      } else {
        next.add(standing);
      }
    }
    for (Issuer wanted : file.org().issuers()) {
      if (named(base.issuers(), wanted.iss()) == null) {
        changes.add("issuer " + wanted.iss() + " (new)");
        next.add(wanted);
      }
    }
    return next;
  }

  private static @Nullable Issuer named(List<Issuer> issuers, String iss) {
    return issuers.stream().filter(it -> it.iss().equals(iss)).findFirst().orElse(null);
  }

  private Issuer withKeptSecret(Issuer wanted, Issuer standing) {
    if (!(wanted.keys() instanceof SharedSecret fresh)
        || !(standing.keys() instanceof SharedSecret known)) {
      return wanted;
    }
    Purpose purpose = Purpose.issuerSecret(file.org().id(), wanted.iss());
    SealedSecret kept = secrets.kept(known.secret(), fresh.secret(), purpose);
    return new Issuer(
        wanted.iss(),
        wanted.audiences(),
        wanted.algorithms(),
        new SharedSecret(fresh.kid(), kept),
        wanted.claims(),
        wanted.maxLife(),
        wanted.org());
  }
}
