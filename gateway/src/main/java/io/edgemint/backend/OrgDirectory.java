package io.edgemint.backend;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The snapshot that this process serves from: one volatile read for whoever asks, replaced whole by
 * whoever follows the registry, together with how long ago the registry said that it is so.
 *
 * <p>That age is measured on a clock that only goes forward, so that setting the wall clock makes
 * no knowledge older or newer than it is.
 */
public final class OrgDirectory {
  /** The age of what was confirmed nobody knows when: older than anybody's limit. */
  public static final Duration UNKNOWN_AGE = Duration.ofDays(36_500);

  private static final System.Logger LOG = System.getLogger(OrgDirectory.class.getName());

  private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
  private final LongSupplier nanos;
  private volatile Snapshot snapshot = Snapshot.EMPTY;
  private volatile long confirmedAt;

  /** Holds nothing yet. */
  public OrgDirectory() {
    this(System::nanoTime);
  }

  /**
   * Holds nothing yet.
   *
   * @param nanos a clock that only goes forward, as {@link System#nanoTime}
   */
  public OrgDirectory(LongSupplier nanos) {
    this.nanos = nanos;
    this.confirmedAt = nanos.getAsLong();
  }

  /** The newest snapshot; never waits. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /**
   * Replaces the snapshot and then tells the listeners; called by one thread at a time. One that
   * fails is logged and keeps the news from none of the others, who may have something to withdraw.
   */
  public void replace(Snapshot next) {
    snapshot = next;
    for (Consumer<Snapshot> listener : listeners) {
      try {
        listener.accept(next);
      } catch (RuntimeException e) {
        LOG.log(
            Level.ERROR,
            "version {0} is not followed everywhere: {1}",
            next.version(),
            e.toString());
      }
    }
  }

  /** Registers somebody who wants to know of each new snapshot, on the thread that replaces it. */
  public void onReplace(Consumer<Snapshot> listener) {
    listeners.add(listener);
  }

  /** Says that the snapshot was all there is in the registry so many nanoseconds ago. */
  public void confirm(long ageNanos) {
    confirmedAt = nanos.getAsLong() - ageNanos;
  }

  /** Nanoseconds since the registry was last known to hold this snapshot and nothing newer. */
  public long age() {
    return Math.max(0, nanos.getAsLong() - confirmedAt);
  }

  /** Whether the snapshot is older than an organisation allows; never waits. */
  public boolean isTooOldFor(Org org) {
    Duration limit = org.policy().maxStaleness();
    return limit != null && age() > limit.toNanos();
  }
}
