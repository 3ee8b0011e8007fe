package io.edgemint.backend;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The snapshot that this process serves from: one volatile read for whoever asks, replaced whole by
 * whoever follows the registry.
 */
public final class OrgDirectory {
  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private volatile Snapshot snapshot = Snapshot.EMPTY;

  /** The newest snapshot; never waits. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /** Replaces the snapshot and then tells the listeners; called by one thread at a time. */
  public void replace(Snapshot next) {
    snapshot = next;
    listeners.forEach(listener -> listener.accept(next));
  }

  /** Registers somebody who wants to know of each new snapshot, on the thread that replaces it. */
  public void onReplace(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }
}
