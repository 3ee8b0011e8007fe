package io.edgemint.onboarding;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Verification;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.probe.Check;
import io.edgemint.probe.Check.Side;
import io.edgemint.probe.Probe;
import java.util.List;
import java.util.function.Consumer;

/**
 * The life of a destination: tried by a probe, and deleted. Nothing else sets its verification.
 * Waits for disk and network, so never on an event loop.
 */
public final class Destinations {
  private final OrgEditor editor;
  private final Probe probe;

  /** Works on a store with a probe. */
  public Destinations(BackendStore store, Probe probe) {
    this.editor = new OrgEditor(store);
    this.probe = probe;
  }

  /**
   * What a probe found.
   *
   * @param destination the revision as it stands now
   * @param checks everything that was tried
   */
  public record Findings(Destination destination, List<Check> checks) {}

  /** All destinations of an organisation. */
  public List<Destination> all(OrgId id, Order order) {
    return editor.org(id, order).destinations();
  }

  /**
   * Probes a destination and writes down what was found.
   *
   * @throws Impossible if there is none of that name, or it was changed meanwhile
   */
  public Findings validate(OrgId id, String name, Order order, Consumer<Check> progress) {
    Destination probed = standing(editor.org(id, order), name);
    List<Check> checks = probe.run(id, probed, progress);
    Verification verdict = Onboarding.verdict(checks, Side.UPLOAD);
    Org written =
        editor.edit(
            id,
            // The probe took its time; what counts is that the destination is still the same.
            order.ofAnyVersion(),
            "validate destination " + probed.label(),
            org -> {
              Destination now = org.destination(name);
              if (now == null
                  || now.revision() != probed.revision()
                  || !now.storage().equals(probed.storage())) {
                throw new Impossible(
                    Reason.VERSION_CHANGED,
                    "destination '%s' was changed while it was probed; validate it again"
                        .formatted(name));
              }
              return org.withDestination(now.withVerification(verdict));
            });
    return new Findings(standing(written, name), checks);
  }

  /**
   * Deletes a destination; what was delivered stays in its bucket.
   *
   * @throws Impossible if there is none of that name
   */
  public Org delete(OrgId id, String name, Order order) {
    return editor.edit(
        id,
        order,
        "delete destination " + name,
        org -> {
          Destination gone = standing(org, name);
          return org.withDestinations(
              org.destinations().stream().filter(it -> !it.equals(gone)).toList());
        });
  }

  /**
   * The destination of that name.
   *
   * @throws Impossible if the organisation has none
   */
  public static Destination standing(Org org, String name) {
    Destination destination = org.destination(name);
    if (destination == null) {
      throw new Impossible(
          Reason.DESTINATION_MISSING,
          "organisation '%s' has no destination '%s'; it has %s"
              .formatted(
                  org.id(), name, org.destinations().stream().map(Destination::name).toList()));
    }
    return destination;
  }
}
