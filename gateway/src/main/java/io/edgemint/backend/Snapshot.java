package io.edgemint.backend;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All organisations as the registry knew them at one version; immutable. */
public final class Snapshot {
  /** No organisation at all. */
  public static final Snapshot EMPTY = new Snapshot(0, Map.of());

  private final long version;
  private final Map<OrgId, Org> orgs;

  private Snapshot(long version, Map<OrgId, Org> orgs) {
    this.version = version;
    this.orgs = orgs;
  }

  /** Holds exactly these organisations. */
  public static Snapshot of(long version, Collection<Org> orgs) {
    Map<OrgId, Org> byId = HashMap.newHashMap(orgs.size());
    orgs.forEach(org -> byId.put(org.id(), org));
    return new Snapshot(version, byId);
  }

  /** The registry version of this snapshot. */
  public long version() {
    return version;
  }

  /** The organisation of that id, or null if there is none. */
  public @Nullable Org org(OrgId id) {
    return orgs.get(id);
  }

  /** All organisations, in no order. */
  public Collection<Org> orgs() {
    return orgs.values();
  }

  /** This snapshot with what changed since it was taken. */
  public Snapshot with(Changes changes) {
    if (changes.everything()) {
      // What is equal stays the same object, so that nothing derived from it is made again.
      return of(changes.version(), changes.changed().stream().map(this::known).toList());
    }
    Map<OrgId, Org> next = new HashMap<>(orgs);
    changes.deleted().forEach(next::remove);
    changes.changed().forEach(org -> next.put(org.id(), org));
    return new Snapshot(changes.version(), next);
  }

  private Org known(Org org) {
    Org old = orgs.get(org.id());
    return old != null && old.equals(org) ? old : org;
  }

  /**
   * What the registry has seen since a version.
   *
   * @param version the version that these changes lead to
   * @param everything whether {@code changed} is all there is, because the past is not known
   * @param changed organisations that are new or different
   * @param deleted organisations that are gone
   */
  public record Changes(long version, boolean everything, List<Org> changed, List<OrgId> deleted) {
    /** Copies the lists. */
    public Changes {
      changed = List.copyOf(changed);
      deleted = List.copyOf(deleted);
    }
  }
}
