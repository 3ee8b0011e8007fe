package io.edgemint.backend;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All organisations as the registry knew them at one version; immutable. */
public final class Snapshot {
  /** No organisation at all. */
  public static final Snapshot EMPTY = new Snapshot(0, "", Map.of());

  private final long version;
  private final String chain;
  private final Map<OrgId, Org> orgs;

  private Snapshot(long version, String chain, Map<OrgId, Org> orgs) {
    this.version = version;
    this.chain = chain;
    this.orgs = orgs;
  }

  /** Holds exactly these organisations, at a version of no registry's history. */
  public static Snapshot of(long version, Collection<Org> orgs) {
    return of(version, "", orgs);
  }

  /** Holds exactly these organisations. */
  public static Snapshot of(long version, String chain, Collection<Org> orgs) {
    Map<OrgId, Org> byId = HashMap.newHashMap(orgs.size());
    orgs.forEach(org -> byId.put(org.id(), org));
    return new Snapshot(version, chain, byId);
  }

  /** The registry version of this snapshot. */
  public long version() {
    return version;
  }

  /**
   * What tells the registry's history up to this version from every other, such as that of a
   * database that was restored and written to again; empty for no history.
   */
  public String chain() {
    return chain;
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
      return of(
          changes.version(), changes.chain(), changes.changed().stream().map(this::known).toList());
    }
    Map<OrgId, Org> next = new HashMap<>(orgs);
    changes.deleted().forEach(next::remove);
    changes.changed().forEach(org -> next.put(org.id(), org));
    return new Snapshot(changes.version(), changes.chain(), next);
  }

  private Org known(Org org) {
    Org old = orgs.get(org.id());
    return old != null && old.equals(org) ? old : org;
  }

  /**
   * What the registry has seen since a version.
   *
   * @param version the version that these changes lead to
   * @param chain the history of that version
   * @param everything whether {@code changed} is all there is, because the past is not known
   * @param changed organisations that are new or different
   * @param deleted organisations that are gone
   */
  public record Changes(
      long version, String chain, boolean everything, List<Org> changed, List<OrgId> deleted) {
    /** Copies the lists. */
    public Changes {
      changed = List.copyOf(changed);
      deleted = List.copyOf(deleted);
    }
  }
}
