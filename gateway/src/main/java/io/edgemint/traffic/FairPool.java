package io.edgemint.traffic;

import io.edgemint.backend.OrgId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.NavigableSet;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Daemon threads that all organisations share, and where none waits behind the backlog of another.
 *
 * <p>Each organisation has a line of its own, oldest work first, and the lines take turns, one
 * piece of work each. All lines together have a fixed number of places, and one organisation may
 * take all that nobody else wants. Once every place is taken, work that arrives pushes out the
 * newest of the longest line, unless its own line would then be as long or longer: in that case it
 * is refused itself.
 *
 * <p>An organisation's share is the places divided by the organisations in line, rounded down, the
 * arriving one included. It follows that nobody loses work while holding less than that share,
 * whatever the others bring; and as lines lose their newest work, the older moves up and is served.
 * Only with more organisations in line than places is the share zero.
 *
 * <p>Safe on all threads. What is done for a piece of work, besides the work, takes a time that
 * grows with the logarithm of the organisations in line, and memory is held for waiting work alone.
 */
public final class FairPool implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FairPool.class.getName());

  private final int places;
  private final List<Thread> threads;

  /**
   * Guards all below. An event loop takes it only for work that costs a hundred times as much and
   * cannot be answered from memory, as it would take the lock of a ThreadPoolExecutor's queue. No
   * work and no refusal runs under it.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition arrived = lock.newCondition();

  /** The lines that are not empty, the next to be served first. */
  private final SequencedMap<OrgId, Line> turns = new LinkedHashMap<>();

  /** The same lines, the longest last. */
  private final NavigableSet<Line> byLength =
      new TreeSet<>(
          Comparator.<Line>comparingInt(line -> line.work.size()).thenComparing(line -> line.org));

  private int waiting;
  private boolean closed;

  /**
   * Starts the threads.
   *
   * @param name what the threads are called, before a hyphen and their number
   * @param places how much work may wait, at least one; what runs is not counted
   */
  public FairPool(String name, int threads, int places) {
    this.places = places;
    Thread.Builder thread = Thread.ofPlatform().name(name + "-", 0).daemon();
    this.threads = Stream.generate(() -> thread.unstarted(this::serve)).limit(threads).toList();
    this.threads.forEach(Thread::start);
  }

  /**
   * Takes work in, or refuses it at once or later: exactly one of the two is run, and once. Never
   * waits for work.
   *
   * @param work runs on a thread of the pool
   * @param refused runs where other work arrives, or in {@link #close}: it must be short
   */
  public void execute(OrgId org, Runnable work, Runnable refused) {
    Task loser = enter(org, new Task(work, refused));
    if (loser != null) {
      attempt(loser.refused);
    }
  }

  /** Refuses what waits and whatever comes; returns when what runs has ended. */
  @Override
  public void close() {
    leave().forEach(task -> attempt(task.refused));
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void serve() {
    for (Task task = next(); task != null; task = next()) {
      attempt(task.work);
    }
  }

  /** Runs what must not end the caller's thread, which serves others too. */
  private static void attempt(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "work on a shared thread failed: {0}", e.toString());
    }
  }

  /* ---- under the lock ---- */

  /** Gives a task its place; returns the one that has none now, which may be the same, or null. */
  private @Nullable Task enter(OrgId org, Task task) {
    lock.lock();
    try {
      if (closed) {
        return task;
      }
      Line own = turns.getOrDefault(org, new Line(org));
      Task loser = null;
      if (waiting == places) {
        Line longest = byLength.getLast();
        if (longest.work.size() <= own.work.size() + 1) {
          return task;
        }
        // At least two long, so that the line keeps its turn.
        byLength.remove(longest);
        loser = longest.work.removeLast();
        byLength.add(longest);
        waiting--;
      }
      byLength.remove(own);
      own.work.addLast(task);
      byLength.add(own);
      turns.putIfAbsent(org, own);
      waiting++;
      arrived.signal();
      return loser;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the task whose turn it is; null when the pool is closed. */
  private @Nullable Task next() {
    lock.lock();
    try {
      while (turns.isEmpty()) {
        if (closed) {
          return null;
        }
        arrived.awaitUninterruptibly();
      }
      Line line = turns.pollFirstEntry().getValue();
      byLength.remove(line);
      Task task = line.work.removeFirst();
      if (!line.work.isEmpty()) {
        byLength.add(line);
        turns.putLast(line.org, line);
      }
      waiting--;
      return task;
    } finally {
      lock.unlock();
    }
  }

  private List<Task> leave() {
    lock.lock();
    try {
      closed = true;
      List<Task> left = new ArrayList<>();
      turns.values().forEach(line -> left.addAll(line.work));
      turns.clear();
      byLength.clear();
      waiting = 0;
      arrived.signalAll();
      return left;
    } finally {
      lock.unlock();
    }
  }

  private record Task(Runnable work, Runnable refused) {}

  /**
   * The waiting work of one organisation; linked, for an array would stay as long as it once was.
   */
  @SuppressWarnings("JdkObsolete")
  private record Line(OrgId org, LinkedList<Task> work) {
    private Line(OrgId org) {
      this(org, new LinkedList<>());
    }
  }
}
