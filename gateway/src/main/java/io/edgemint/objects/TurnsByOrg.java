package io.edgemint.objects;

import io.edgemint.backend.OrgId;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Runs work that waits for storages in the background, one piece of each organisation at a time and
 * in order, on virtual threads. Bounded, in all and for each organisation. Safe on all threads.
 */
final class TurnsByOrg implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TurnsByOrg.class.getName());

  private final int share;
  private final int most;
  private final Map<OrgId, Queue<Runnable>> waiting = new HashMap<>();
  private int all;
  private boolean closed;

  /**
   * Runs nothing yet.
   *
   * @param share how many pieces of an organisation may wait
   * @param most how many may wait in all
   */
  TurnsByOrg(int share, int most) {
    this.share = share;
    this.most = most;
  }

  /** Runs a piece of work when its turn comes; false if too many wait. */
  synchronized boolean run(OrgId org, Runnable work) {
    Queue<Runnable> own = waiting.get(org);
    if (closed || all >= most || (own != null && own.size() >= share)) {
      return false;
    }
    if (own == null) {
      own = new ArrayDeque<>();
      waiting.put(org, own);
      var _ = Thread.ofVirtual().name("background-" + org.value()).start(() -> work(org));
    }
    all++;
    return own.add(work);
  }

  private void work(OrgId org) {
    for (Runnable next = next(org); next != null; next = next(org)) {
      try {
        next.run();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "background work of {0}: {1}", org, e);
      }
    }
  }

  private synchronized @Nullable Runnable next(OrgId org) {
    Queue<Runnable> own = waiting.get(org);
    Runnable next = own == null ? null : own.poll();
    if (next == null) {
      waiting.remove(org);
    } else {
      all--;
    }
    return next;
  }

  /** Begins nothing more; what runs ends by itself. */
  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }
}
