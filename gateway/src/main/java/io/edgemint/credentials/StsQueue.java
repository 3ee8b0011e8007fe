package io.edgemint.credentials;

import io.edgemint.backend.OrgId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Lets errands to STS start at the pace that the account may have, a few at once, and in turns of
 * the organisations.
 *
 * <p>Whoever has no session waits in the line of its organisation, until a deadline. Whoever only
 * renews early does not wait: it starts if a fifth of a second's calls is left for those who will,
 * and otherwise comes back later. An organisation and a region each have a share of what runs at
 * once, so that what hangs there leaves threads for the others. An answer that says "too fast"
 * stops all calls for a random time that grows, after which they start evenly and not in a burst.
 *
 * <p>Safe on all threads; never waits, and runs nothing under its lock.
 */
final class StsQueue {
  /** How many errands run at once, and with them threads. */
  static final int THREADS = 64;

  static final int REGION_SHARE = 16;
  static final int ORG_SHARE = 2;

  /** How many errands of one organisation wait, and of all. */
  static final int ORG_WAITING = 8;

  static final int WAITING = 10_000;

  static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Short, so that half of the answers are enough to renew what must be. */
  private static final long FIRST_PAUSE = SECOND / 5;

  private static final long LONGEST_PAUSE = 30 * SECOND;

  private final long interval;
  private final long burst;
  private final Executor executor;
  private final Time time;
  private final RandomGenerator random;

  /** Guards all below. */
  private final ReentrantLock lock = new ReentrantLock();

  /** The lines that are not empty, the next to be served first. */
  private final SequencedMap<OrgId, Deque<Waiting>> turns = new LinkedHashMap<>();

  /** All that wait, and some that have started, in the order of their deadlines. */
  private final Deque<Waiting> arrivals = new ArrayDeque<>();

  private final Map<OrgId, Integer> runningByOrg = new HashMap<>();
  private final Map<String, Integer> runningByRegion = new HashMap<>();
  private int running;
  private int waiting;

  /** When the bucket is full again: the generic cell rate algorithm of ITU-T I.371, annex A. */
  private long fullAt;

  private long pauseBegan = Long.MIN_VALUE;
  private long pauseEnd;
  private int pauses;
  private long wakeAt = Long.MAX_VALUE;

  /**
   * Starts nothing yet.
   *
   * @param rate calls per second of the whole platform
   * @param nodes how many gateways share them
   * @param executor takes as many errands at once as may run
   */
  StsQueue(int rate, int nodes, Executor executor, Time time, RandomGenerator random) {
    this.interval = SECOND * nodes / rate;
    // What comes over a platform's role is two calls, however slow the pace is.
    this.burst = Math.max(SECOND, 2 * interval);
    this.executor = executor;
    this.time = time;
    this.random = random;
  }

  /**
   * Something that asks STS.
   *
   * @param region whose STS is asked
   * @param calls how many calls it makes, one or two
   * @param work makes them
   * @param late runs instead if they could not be made in time
   */
  record Errand(OrgId org, String region, int calls, Runnable work, Runnable late) {}

  /** A clock that began at zero and is never turned back. */
  interface Time extends AutoCloseable {
    /** Nanoseconds since then. */
    long nanos();

    /** Runs a task in so many nanoseconds, on a thread that it does not hold for long. */
    void in(long delay, Runnable task);

    /** Runs nothing any more. */
    @Override
    void close();
  }

  /** Starts an errand at once or not at all. */
  boolean offer(Errand errand) {
    lock.lock();
    try {
      long now = time.nanos();
      long share = Math.max(burst * 4 / 5, errand.calls * interval);
      if (!hasRoom(errand) || tokensAt(errand, share) > now) {
        return false;
      }
      start(errand, now);
    } finally {
      lock.unlock();
    }
    run(errand);
    return true;
  }

  /** Starts an errand as soon as it may; either its work or {@code late} is run, and once. */
  void submit(Errand errand) {
    boolean refused;
    lock.lock();
    try {
      long now = time.nanos();
      Deque<Waiting> line = turns.get(errand.org);
      refused =
          waiting >= WAITING
              || (line != null && line.size() >= ORG_WAITING)
              || pauseEnd - now > PATIENCE;
      if (!refused) {
        var entry = new Waiting(errand, now + PATIENCE);
        turns.computeIfAbsent(errand.org, org -> new ArrayDeque<>()).addLast(entry);
        arrivals.addLast(entry);
        waiting++;
      }
    } finally {
      lock.unlock();
    }
    if (refused) {
      errand.late.run();
    } else {
      pump();
    }
  }

  /** The time to give to {@link #throttled} if that is what becomes of a call that begins now. */
  long begin() {
    return time.nanos();
  }

  /** STS has answered a call. */
  void answered() {
    lock.lock();
    try {
      pauses = 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * STS has said "too fast" to a call that began at a time. Calls that were under way when the
   * pause began are told the same thing, which is no news.
   */
  void throttled(long began) {
    lock.lock();
    try {
      if (began <= pauseBegan) {
        return;
      }
      long now = time.nanos();
      long bound = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(pauses++, 10));
      pauseBegan = now;
      pauseEnd = now + FIRST_PAUSE / 4 + random.nextLong(bound);
      fullAt = pauseEnd + burst;
    } finally {
      lock.unlock();
    }
  }

  /** How many errands wait. */
  int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /** Whether calls are paused for the account. */
  boolean paused() {
    lock.lock();
    try {
      return time.nanos() < pauseEnd;
    } finally {
      lock.unlock();
    }
  }

  /** Starts what may start, and lets go of what is late. */
  private void pump() {
    List<Errand> late = new ArrayList<>();
    List<Errand> started = new ArrayList<>();
    long delay;
    lock.lock();
    try {
      long now = time.nanos();
      expire(now, late);
      for (Waiting next = next(now); next != null; next = next(now)) {
        leave(next);
        start(next.errand, now);
        started.add(next.errand);
      }
      delay = wakeUp(now);
    } finally {
      lock.unlock();
    }
    if (delay >= 0) {
      time.in(delay, this::woken);
    }
    late.forEach(errand -> errand.late.run());
    started.forEach(this::run);
  }

  private void woken() {
    lock.lock();
    try {
      wakeAt = Long.MAX_VALUE;
    } finally {
      lock.unlock();
    }
    pump();
  }

  private void run(Errand errand) {
    try {
      executor.execute(
          () -> {
            try {
              errand.work.run();
            } finally {
              finish(errand);
            }
          });
    } catch (RejectedExecutionException e) {
      finish(errand);
      errand.late.run();
    }
  }

  private void finish(Errand errand) {
    lock.lock();
    try {
      running--;
      runningByOrg.computeIfPresent(errand.org, (org, count) -> count == 1 ? null : count - 1);
      runningByRegion.computeIfPresent(errand.region, (at, count) -> count == 1 ? null : count - 1);
    } finally {
      lock.unlock();
    }
    pump();
  }

  /* ---- under the lock ---- */

  private void start(Errand errand, long now) {
    fullAt = Math.max(fullAt, now) + errand.calls * interval;
    running++;
    runningByOrg.merge(errand.org, 1, Integer::sum);
    runningByRegion.merge(errand.region, 1, Integer::sum);
  }

  private boolean hasRoom(Errand errand) {
    return running < THREADS
        && runningByOrg.getOrDefault(errand.org, 0) < ORG_SHARE
        && runningByRegion.getOrDefault(errand.region, 0) < REGION_SHARE;
  }

  /** When the pace allows an errand, in a bucket of some size. */
  private long tokensAt(Errand errand, long size) {
    return Math.max(pauseEnd, fullAt + errand.calls * interval - size);
  }

  /** The first that has room, in the order of turns, if the pace allows it now; or null. */
  private @Nullable Waiting next(long now) {
    for (Deque<Waiting> line : turns.values()) {
      Waiting head = line.getFirst();
      if (hasRoom(head.errand)) {
        return tokensAt(head.errand, burst) <= now ? head : null;
      }
    }
    return null;
  }

  private void expire(long now, List<Errand> late) {
    while (!arrivals.isEmpty() && (arrivals.getFirst().left || arrivals.getFirst().end <= now)) {
      Waiting first = arrivals.removeFirst();
      if (!first.left) {
        leave(first);
        late.add(first.errand);
      }
    }
  }

  /** Takes the first of its line out, after which it is another line's turn. */
  private void leave(Waiting entry) {
    OrgId org = entry.errand.org;
    Deque<Waiting> line = turns.remove(org);
    if (line != null) {
      line.remove(entry);
      if (!line.isEmpty()) {
        turns.putLast(org, line);
      }
    }
    entry.left = true;
    waiting--;
  }

  /** In how many nanoseconds there is something to do without anything happening; -1 for never. */
  private long wakeUp(long now) {
    Iterator<Waiting> inOrder = arrivals.iterator();
    if (waiting == 0 || !inOrder.hasNext()) {
      return -1;
    }
    long at = inOrder.next().end;
    for (Deque<Waiting> line : turns.values()) {
      Errand head = line.getFirst().errand;
      if (hasRoom(head)) {
        at = Math.min(at, tokensAt(head, burst));
        break;
      }
    }
    if (at >= wakeAt) {
      return -1;
    }
    wakeAt = at;
    return Math.max(0, at - now);
  }

  /** An errand in its line. */
  private static final class Waiting {
    private final Errand errand;
    private final long end;
    private boolean left;

    private Waiting(Errand errand, long end) {
      this.errand = errand;
      this.end = end;
    }
  }
}
