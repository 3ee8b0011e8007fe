package io.edgemint.onboarding;

import io.edgemint.backend.Destination;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the destinations of a file in the place of those that stand. What decides where archives go
 * makes a new revision, which nothing has verified; lives of links change where they are.
 */
final class DestinationMerge {
  private final OrgId org;
  private final StandingSecrets secrets;
  private final List<String> changes;

  /**
   * Prepares to merge.
   *
   * @param changes takes what differs, in words without secrets
   */
  DestinationMerge(OrgId org, StandingSecrets secrets, List<String> changes) {
    this.org = org;
    this.secrets = secrets;
    this.changes = changes;
  }

  /**
   * All destinations as they should be, each that stays in its place.
   *
   * @param prune whether those that are not wanted are deleted
   */
  List<Destination> merged(List<Destination> standing, List<Destination> wanted, boolean prune) {
    List<Destination> next = new ArrayList<>();
    for (Destination known : standing) {
      Destination fresh = named(wanted, known.name());
      if (fresh != null) {
        next.add(merged(known, fresh));
      } else if (prune) {
        changes.add("destination " + known.name() + " (deleted)");
      } else {
        next.add(known);
      }
    }
    for (Destination fresh : wanted) {
      if (named(standing, fresh.name()) == null) {
        changes.add("destination " + fresh.name() + " (new)");
        next.add(fresh);
      }
    }
    return next;
  }

  private static @Nullable Destination named(List<Destination> destinations, String name) {
    return destinations.stream().filter(it -> it.name().equals(name)).findFirst().orElse(null);
  }

  private Destination merged(Destination known, Destination fresh) {
    S3Storage storage = secrets.kept(known.storage(), fresh.storage(), org, known.name());
    if (storage.equals(known.storage())) {
      return known;
    }
    if (sameBytes(known.storage(), storage)) {
      changes.add("destination " + known.name() + " (ttl)");
      return known.withStorage(storage);
    }
    int revision = known.revision() + 1;
    changes.add("destination %s (revision %d, to be validated)".formatted(known.name(), revision));
    return Destination.draft(known.name(), revision, storage);
  }

  private static boolean sameBytes(S3Storage known, S3Storage fresh) {
    Duration any = Duration.ofMinutes(1);
    return Lives.of(known, any).equals(Lives.of(fresh, any));
  }
}
