package io.edgemint.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes every call on to another store, which it does not close; for tests that get between. */
public class PassingStore implements BackendStore {
  private final BackendStore store;

  public PassingStore(BackendStore store) {
    this.store = store;
  }

  @Override
  public Snapshot load() {
    return store.load();
  }

  @Override
  public @Nullable Org org(OrgId id) {
    return store.org(id);
  }

  @Override
  public Snapshot.Changes since(Snapshot known) {
    return store.since(known);
  }

  @Override
  public List<Org> write(List<Org> orgs, List<Org> deleted, Change change) {
    return store.write(orgs, deleted, change);
  }

  @Override
  public void close() {}
}
