package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.onboarding.Impossible.Reason;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads one organisation, changes it and writes it back. Waits for the registry. */
final class OrgEditor {
  private static final int TRIES = 5;

  private final BackendStore store;

  OrgEditor(BackendStore store) {
    this.store = store;
  }

  /**
   * The organisation as it stands.
   *
   * @throws Impossible if there is none, or the order has seen another version
   */
  Org org(OrgId id, Order order) {
    Org org = store.org(id);
    requireVersion(id, org, order);
    if (org == null) {
      throw new Impossible(
          Reason.ORG_MISSING, "there is no organisation '" + id + "'; apply its file first");
    }
    return org;
  }

  /** Refuses an order that has seen another version; 0 is that of an organisation to be made. */
  static void requireVersion(OrgId id, @Nullable Org standing, Order order) {
    long version = standing == null ? 0 : standing.version();
    if (order.version() != null && version != order.version()) {
      throw new Impossible(
          Reason.VERSION_CHANGED,
          "organisation '%s' is at version %d and not at %d; read it again"
              .formatted(id, version, order.version()));
    }
  }

  /**
   * Changes an organisation in one transaction, from what stands then: the edit may run again if
   * somebody else writes in between.
   *
   * @param action what the audit trail calls it
   * @return the organisation as written, or as it would be
   */
  Org edit(OrgId id, Order order, String action, UnaryOperator<Org> edit) {
    for (int attempt = 1; ; attempt++) {
      try {
        Org standing = org(id, order);
        Org next = edit.apply(standing);
        return order.dryRun() || next.equals(standing)
            ? next
            : store.write(List.of(next), new Change(order.actor(), action, order.lease())).get(0);
      } catch (Conflict e) {
        if (attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * Deletes an organisation whose active backend, if any, is suspended; its id is never used again.
   */
  void delete(OrgId id, Order order) {
    Org org = org(id, order);
    Backend active = org.active();
    if (active != null && !active.service().suspended()) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "backend '%s' of '%s' serves; suspend it before the organisation is deleted"
              .formatted(active.name(), id));
    }
    if (!order.dryRun()) {
      store.delete(org, new Change(order.actor(), "delete", order.lease()));
    }
  }

  /** The newest revision of a backend. */
  static Backend newest(Org org, String name) {
    Backend backend = org.newest(name);
    if (backend == null) {
      throw new Impossible(
          Reason.BACKEND_MISSING,
          "organisation '%s' has no backend '%s'; it has %s"
              .formatted(
                  org.id(), name, org.backends().stream().map(Backend::name).distinct().toList()));
    }
    return backend;
  }

  /** The revision of a backend that serves. */
  static Backend active(Org org, String name) {
    Backend active = org.active();
    if (active == null || !active.name().equals(name)) {
      newest(org, name); // An unknown name is told as that.
      throw new Impossible(
          Reason.WRONG_STATE,
          "backend '%s' of '%s' does not serve; %s does"
              .formatted(
                  name,
                  org.id(),
                  active == null ? "default storage" : "backend '" + active.name() + "'"));
    }
    return active;
  }
}
