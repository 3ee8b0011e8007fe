package io.edgemint.registry;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.Timers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Keeps the {@link OrgDirectory} of this process at the newest version of the registry.
 *
 * <p>It reads about once a second on a thread of its own, one read at a time, and replaces the
 * snapshot there. A read that fails or hangs changes nothing: the last snapshot serves on, and only
 * its age grows. Versions never fall unless the registry says that its past has changed.
 *
 * <p>If the registry cannot be read at the start, the snapshot file stands in for it until it can.
 */
public final class RegistryFollower implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(1);
  static final Duration PATIENCE_AT_START = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(RegistryFollower.class.getName());
  private static final long PERIOD_MILLIS = 1_000;

  /** What does not answer is asked less often, and never twice in one second. */
  private static final long PERIOD_AWAY_MILLIS = 1_500;

  private final BackendStore store;
  private final OrgDirectory directory;
  private final SnapshotKeeper snapshots;
  private final Timers timers;
  private final ExecutorService reads;
  private final RandomGenerator random;
  private final LongSupplier nanos;
  private final Map<Refresh, Counter> counters = new EnumMap<>(Refresh.class);
  private final List<Runnable> readers = new CopyOnWriteArrayList<>();
  private final Promise<Void> started = Promise.promise();
  private volatile boolean failing;
  private volatile boolean closed;
  private volatile String source = "";

  // Guarded by this.
  private boolean decided;
  private String noFile = "";

  /**
   * Follows nothing until it is started.
   *
   * @param random spreads the reads of many processes
   */
  public RegistryFollower(
      BackendStore store,
      OrgDirectory directory,
      SnapshotKeeper snapshots,
      Timers timers,
      RandomGenerator random,
      MeterRegistry meters) {
    this(
        store,
        directory,
        snapshots,
        timers,
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("registry-follower").daemon().factory()),
        random,
        System::nanoTime,
        meters);
  }

  RegistryFollower(
      BackendStore store,
      OrgDirectory directory,
      SnapshotKeeper snapshots,
      Timers timers,
      ExecutorService reads,
      RandomGenerator random,
      LongSupplier nanos,
      MeterRegistry meters) {
    this.store = store;
    this.directory = directory;
    this.snapshots = snapshots;
    this.timers = timers;
    this.reads = reads;
    this.random = random;
    this.nanos = nanos;
    for (Refresh refresh : Refresh.values()) {
      counters.put(refresh, refresh.counter(meters));
    }
    Gauge.builder("gateway.registry.version", () -> directory.snapshot().version())
        .description("Version of the registry that this process serves from")
        .register(meters);
    Gauge.builder("gateway.registry.age", () -> directory.age() / 1e9)
        .description("Time since the registry was last read")
        .baseUnit("seconds")
        .register(meters);
  }

  /** Registers what is to be done after each read that succeeds; it must return at once. */
  public void onRead(Runnable reader) {
    readers.add(reader);
  }

  /** Whether the last read failed, or has not come back in time. */
  public boolean isAway() {
    return failing;
  }

  /** The snapshot file that was taken in place of the registry, in words; empty if none was. */
  public String source() {
    return source;
  }

  /**
   * Loads everything and goes on following. A registry that fails, or does not answer within two
   * seconds, is stood in for by the snapshot file; without a usable one, the start takes as long as
   * the registry does, and fails as it does.
   */
  public Future<Void> start() {
    Runnable cancel = timers.after(PATIENCE_AT_START, () -> snapshots.later(this::startLate));
    reads.execute(
        () -> {
          boolean late = loadFirst();
          cancel.run();
          if (late) {
            // It answers by now, and the file may be older.
            pollUnlessClosed();
          } else if (isDecided()) {
            schedule();
          }
        });
    return started.future();
  }

  private synchronized boolean isDecided() {
    return decided;
  }

  /** Whether the registry has answered, but too late to be taken. */
  private boolean loadFirst() {
    try {
      long began = nanos.getAsLong();
      Snapshot loaded = store.load();
      // Without a past: rather a database that was lost or emptied than one that never held any.
      boolean pastless = loaded.version() == 0 || loaded.chain().isEmpty();
      boolean blank = pastless && loaded.orgs().isEmpty();
      return !(blank && standIn("it is empty", true)) && !take(loaded, began);
    } catch (RegistryRefused e) {
      // These settings are refused, however well one could serve without.
      started.tryFail(e);
    } catch (RuntimeException | Error e) {
      // Also errors: a start that never ends would tell nobody why.
      String problem = sentence(e);
      if (!standIn(problem, false)) {
        String told = problem + "; " + noFile();
        started.tryFail(new UncheckedIOException(told, new IOException(told, e)));
      }
    }
    return false;
  }

  /** What a driver has to say beyond its first line helps nobody. */
  private static String sentence(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("no reason given");
  }

  private synchronized String noFile() {
    return noFile;
  }

  /** Serves what was loaded, unless something else serves by now: the next read compares them. */
  private synchronized boolean take(Snapshot loaded, long began) {
    if (decided) {
      return false;
    }
    decided = true;
    directory.replace(loaded);
    directory.confirm(nanos.getAsLong() - began);
    snapshots.read(true);
    readers.forEach(Runnable::run);
    started.tryComplete();
    return true;
  }

  private void startLate() {
    String problem = "no answer within " + PATIENCE_AT_START.toSeconds() + " seconds";
    if (!standIn(problem, false)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the registry is waited for: {0}, and {1}",
          problem,
          noFile());
    }
  }

  /**
   * Serves from the snapshot file, unless that has been decided.
   *
   * @param onlyIfFull whether a file without organisations is of no use
   * @return whether this process has something to serve from
   */
  private synchronized boolean standIn(String problem, boolean onlyIfFull) {
    if (decided) {
      return true;
    }
    try {
      source = snapshots.restore(onlyIfFull);
    } catch (IOException e) {
      noFile = String.valueOf(e.getMessage());
      return false;
    }
    decided = true;
    failing = true;
    snapshots.read(false);
    LOG.log(
        System.Logger.Level.WARNING,
        "the registry cannot be used ({0}); serving from the snapshot file {1}",
        problem,
        source);
    started.tryComplete();
    return true;
  }

  private void schedule() {
    if (!closed) {
      timers.after(Duration.ofMillis(delay(random, failing)), this::pollUnlessClosed);
    }
  }

  private void pollUnlessClosed() {
    // A timer that was set before the end may fire after it, when there is no thread any more.
    if (!closed) {
      poll().onComplete(done -> schedule());
    }
  }

  /**
   * Milliseconds until the next read, give or take a fifth: a second, or one and a half while the
   * registry is away.
   */
  static long delay(RandomGenerator random, boolean away) {
    long period = away ? PERIOD_AWAY_MILLIS : PERIOD_MILLIS;
    return random.nextLong(period * 4 / 5, period * 6 / 5 + 1);
  }

  /**
   * Reads once. Completes when the read has ended, however late: another must not begin before. A
   * late read is counted as a failure when its time is up, and used when it comes.
   */
  Future<Void> poll() {
    Promise<Void> ended = Promise.promise();
    AtomicBoolean told = new AtomicBoolean();
    Runnable cancel =
        timers.after(
            TIMEOUT,
            () -> {
              if (told.compareAndSet(false, true)) {
                failed(Refresh.TIMEOUT, "no answer within a second");
              }
            });
    try {
      reads.execute(
          () -> {
            try {
              readOnce(told);
            } finally {
              cancel.run();
              ended.complete();
            }
          });
    } catch (RejectedExecutionException e) {
      cancel.run();
      ended.complete();
    }
    return ended.future();
  }

  private void readOnce(AtomicBoolean told) {
    Refresh refresh;
    try {
      refresh = refresh();
    } catch (RuntimeException e) {
      if (told.compareAndSet(false, true)) {
        failed(Refresh.FAILED, sentence(e));
      }
      return;
    }
    if (told.compareAndSet(false, true)) {
      succeeded(refresh);
    } else {
      snapshots.look();
    }
  }

  private Refresh refresh() {
    long began = nanos.getAsLong();
    Snapshot known = directory.snapshot();
    Snapshot.Changes changes = store.since(known);
    boolean back = changes.version() < known.version();
    if (back && !changes.everything()) {
      throw new IllegalStateException(
          "version %d follows %d".formatted(changes.version(), known.version()));
    }
    if (changes.everything() && changes.changed().isEmpty() && !known.orgs().isEmpty()) {
      // Deletions come one by one. Empty all at once, a database was lost and made anew.
      throw new IllegalStateException(
          "it is empty; restore it, or restart without the snapshot file to serve from nothing");
    }
    if (changes.everything() || changes.version() != known.version()) {
      directory.replace(known.with(changes));
    }
    directory.confirm(nanos.getAsLong() - began);
    if (changes.everything()) {
      return Refresh.RELOADED;
    }
    return changes.version() == known.version() ? Refresh.UNCHANGED : Refresh.CHANGED;
  }

  private void succeeded(Refresh refresh) {
    count(refresh);
    if (refresh == Refresh.RELOADED) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the registry has another past than before, as after a restore; loaded it anew at {0}",
          directory.snapshot().version());
    }
    if (failing) {
      failing = false;
      LOG.log(System.Logger.Level.INFO, "the registry can be read again");
    }
    snapshots.read(true);
    readers.forEach(Runnable::run);
  }

  private void failed(Refresh how, String why) {
    count(how);
    if (!failing) {
      failing = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the registry cannot be followed, the last snapshot serves on: {0}",
          why);
    }
    snapshots.read(false);
  }

  private void count(Refresh refresh) {
    Counter counter = counters.get(refresh);
    if (counter != null) {
      counter.increment();
    }
  }

  /** Stops following; the snapshot stays. */
  @Override
  public void close() {
    closed = true;
    reads.shutdown();
  }

  /** What became of a read. */
  enum Refresh {
    UNCHANGED,
    CHANGED,
    RELOADED,
    TIMEOUT,
    FAILED;

    private Counter counter(MeterRegistry meters) {
      return Counter.builder("gateway.registry.refresh")
          .description("Reads of the registry, by what became of them")
          .tag("result", name().toLowerCase(Locale.ROOT))
          .register(meters);
    }
  }
}
