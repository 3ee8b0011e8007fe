package io.edgemint.registry;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A registry in memory that can be switched off. */
final class SwitchedStore implements BackendStore {
  private final Map<OrgId, Org> orgs = new LinkedHashMap<>();
  private long version;
  boolean away;
  int asked;

  void put(Org org) {
    version++;
    orgs.put(org.id(), org.withVersion(version));
  }

  private void ask() {
    asked++;
    if (away) {
      throw new UncheckedIOException("it is switched off", new IOException());
    }
  }

  @Override
  public Snapshot load() {
    ask();
    return Snapshot.of(version, "c" + version, orgs.values());
  }

  @Override
  public @Nullable Org org(OrgId id) {
    ask();
    return orgs.get(id);
  }

  @Override
  public Snapshot.Changes since(Snapshot known) {
    ask();
    List<Org> changed = new ArrayList<>(orgs.values());
    changed.removeIf(org -> org.version() <= known.version());
    return new Snapshot.Changes(version, "c" + version, false, changed, List.of());
  }

  @Override
  public List<Org> write(List<Org> written, List<Org> deleted, Change change) {
    throw new UnsupportedOperationException("put them");
  }

  @Override
  public void close() {}
}
