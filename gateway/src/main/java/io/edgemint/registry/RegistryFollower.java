package io.edgemint.registry;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Snapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * Keeps the {@link OrgDirectory} of this process at the newest version of the registry.
 *
 * <p>It reads about once a second on a thread of its own, one read at a time, and replaces the
 * snapshot there. A read that fails or hangs changes nothing: the last snapshot serves on, and only
 * its age grows. Versions never fall unless the registry says that its past has changed.
 */
public final class RegistryFollower implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RegistryFollower.class.getName());
  private static final long PERIOD_MILLIS = 1_000;
  private static final long TIMEOUT_MILLIS = 1_000;

  private final Vertx vertx;
  private final BackendStore store;
  private final OrgDirectory directory;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final WorkerExecutor worker;
  private final Map<Refresh, Counter> counters = new EnumMap<>(Refresh.class);
  private volatile long readAt;
  private volatile boolean failing;
  private volatile boolean closed;

  /**
   * Follows nothing until it is started.
   *
   * @param random spreads the reads of many processes
   */
  public RegistryFollower(
      Vertx vertx,
      BackendStore store,
      OrgDirectory directory,
      RandomGenerator random,
      InstantSource clock,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.store = store;
    this.directory = directory;
    this.random = random;
    this.clock = clock;
    this.worker = vertx.createSharedWorkerExecutor("registry-follower", 1);
    this.readAt = clock.millis();
    for (Refresh refresh : Refresh.values()) {
      counters.put(refresh, refresh.counter(meters));
    }
    Gauge.builder("gateway.registry.version", () -> directory.snapshot().version())
        .description("Version of the registry that this process serves from")
        .register(meters);
    Gauge.builder("gateway.registry.age", () -> (clock.millis() - readAt) / 1000.0)
        .description("Time since the registry was last read")
        .baseUnit("seconds")
        .register(meters);
  }

  /** Loads everything and goes on following; fails if the registry cannot be read. */
  public Future<Void> start() {
    return worker
        .<Void>executeBlocking(
            () -> {
              directory.replace(store.load());
              readAt = clock.millis();
              return null;
            })
        .onSuccess(loaded -> schedule());
  }

  private void schedule() {
    if (!closed) {
      vertx.setTimer(delay(random), timer -> pollUnlessClosed());
    }
  }

  private void pollUnlessClosed() {
    // A timer that was set before the end may fire after it, when there is no worker any more.
    if (!closed) {
      poll().onComplete(done -> schedule());
    }
  }

  /** Milliseconds until the next read: a second, give or take a fifth. */
  static long delay(RandomGenerator random) {
    return random.nextLong(PERIOD_MILLIS * 4 / 5, PERIOD_MILLIS * 6 / 5 + 1);
  }

  /**
   * Reads once. Completes when the read has ended, however late: another must not begin before. A
   * late read is counted as a failure when its time is up, and used when it comes.
   */
  Future<Void> poll() {
    Future<Refresh> read = worker.executeBlocking(this::refresh);
    read.timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .onSuccess(this::succeeded)
        .onFailure(this::failed);
    return read.mapEmpty().otherwiseEmpty().mapEmpty();
  }

  private Refresh refresh() {
    Snapshot known = directory.snapshot();
    Snapshot.Changes changes = store.since(known);
    boolean back = changes.version() < known.version();
    if (back && !changes.everything()) {
      throw new IllegalStateException(
          "version %d follows %d".formatted(changes.version(), known.version()));
    }
    if (changes.everything() && changes.changed().isEmpty() && !known.orgs().isEmpty()) {
      // Deletions come one by one. Empty all at once, a database was lost and made anew.
      throw new IllegalStateException("it is empty; restore it, or restart to serve from nothing");
    }
    if (changes.everything() || changes.version() != known.version()) {
      directory.replace(known.with(changes));
    }
    readAt = clock.millis();
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
  }

  private void failed(Throwable failure) {
    boolean late = failure instanceof TimeoutException;
    count(late ? Refresh.TIMEOUT : Refresh.FAILED);
    if (!failing) {
      failing = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the registry cannot be followed, the last snapshot serves on: {0}",
          late ? "no answer within a second" : failure.getMessage());
    }
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
    worker.close();
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
