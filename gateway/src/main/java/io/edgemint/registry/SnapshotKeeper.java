package io.edgemint.registry;

import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Snapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the snapshot file as new as what this process serves from: written after each change, many
 * at once if they come faster than the disk, and every five minutes for the sake of its age. It
 * writes on a thread of its own, so a slow or full disk holds nothing up; what it could not write
 * it tries again after half a minute.
 */
public final class SnapshotKeeper implements AutoCloseable {
  static final Duration RENEWAL = Duration.ofMinutes(5);
  static final Duration RETRY = Duration.ofSeconds(30);

  /** How far a clock may have been set back, before nobody can tell how old a file is. */
  private static final long SKEW_MILLIS = Duration.ofMinutes(1).toMillis();

  private static final System.Logger LOG = System.getLogger(SnapshotKeeper.class.getName());
  private static final long END_SECONDS = 5;

  private final SnapshotFile file;
  private final OrgDirectory directory;
  private final KnownKeys keys;
  private final ExecutorService writer;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Counter written;
  private final Counter failed;

  // Guarded by this.
  private @Nullable Snapshot inFile;
  private long keysInFile;
  private long confirmedAt;
  private long triedAt;
  private boolean writing;
  private boolean failing;
  private volatile long writtenAt;

  /** Writes nothing until it is told to look. */
  public SnapshotKeeper(
      SnapshotFile file,
      OrgDirectory directory,
      KnownKeys keys,
      InstantSource clock,
      MeterRegistry meters) {
    this(
        file,
        directory,
        keys,
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("registry-snapshot").daemon().factory()),
        clock,
        System::nanoTime,
        meters);
  }

  SnapshotKeeper(
      SnapshotFile file,
      OrgDirectory directory,
      KnownKeys keys,
      ExecutorService writer,
      InstantSource clock,
      LongSupplier nanos,
      MeterRegistry meters) {
    this.file = file;
    this.directory = directory;
    this.keys = keys;
    this.writer = writer;
    this.clock = clock;
    this.nanos = nanos;
    this.writtenAt = nanos.getAsLong();
    this.written = counter(meters, "ok");
    this.failed = counter(meters, "failed");
    Gauge.builder("gateway.registry.snapshot.age", () -> (nanos.getAsLong() - writtenAt) / 1e9)
        .description("Time since the snapshot file was written, or since the start")
        .baseUnit("seconds")
        .register(meters);
    writer.execute(file::sweep);
  }

  private static Counter counter(MeterRegistry meters, String result) {
    return Counter.builder("gateway.registry.snapshot.writes")
        .description("Writes of the snapshot file, by what became of them")
        .tag("result", result)
        .register(meters);
  }

  /**
   * Serves from the file.
   *
   * @param onlyIfFull whether a file without organisations is of no use
   * @return the file, its version and its age in words
   * @throws IOException if there is no usable file; the message says why
   */
  String restore(boolean onlyIfFull) throws IOException {
    SnapshotFile.Content content = file.read();
    if (onlyIfFull && content.snapshot().orgs().isEmpty()) {
      throw new IOException("the snapshot file " + file + " is empty too");
    }
    long age = age(content.confirmedAt());
    synchronized (this) {
      inFile = content.snapshot();
      keys.restore(content.keys());
      keysInFile = keys.revision();
    }
    directory.replace(content.snapshot());
    directory.confirm(age);
    return "%s at version %d with %d organisations, %s"
        .formatted(
            file,
            content.snapshot().version(),
            content.snapshot().orgs().size(),
            age == OrgDirectory.UNKNOWN_AGE.toNanos()
                ? "confirmed after what is now by this machine's clock"
                : "last confirmed " + words(Duration.ofNanos(age)) + " ago");
  }

  /** Nanoseconds since then; unknown if it is yet to come, for the clock was set back. */
  private long age(long epochMillis) {
    long millis = clock.millis() - epochMillis;
    if (millis < -SKEW_MILLIS) {
      return OrgDirectory.UNKNOWN_AGE.toNanos();
    }
    long most = OrgDirectory.UNKNOWN_AGE.toMillis();
    return TimeUnit.MILLISECONDS.toNanos(Math.clamp(millis, 0, most));
  }

  /** A duration in its two largest units. */
  static String words(Duration age) {
    if (age.toDays() > 0) {
      return "%d d %d h".formatted(age.toDays(), age.toHoursPart());
    }
    if (age.toHours() > 0) {
      return "%d h %d min".formatted(age.toHours(), age.toMinutesPart());
    }
    return age.toMinutes() > 0
        ? "%d min %d s".formatted(age.toMinutes(), age.toSecondsPart())
        : age.toSeconds() + " s";
  }

  /** Tells what became of a read of the registry; returns at once. */
  void read(boolean succeeded) {
    keys.away(!succeeded);
    look();
  }

  /** Writes the file if it is time to; returns at once. */
  void look() {
    synchronized (this) {
      if (writing || !isDue()) {
        return;
      }
      writing = true;
    }
    try {
      writer.execute(this::write);
    } catch (RejectedExecutionException e) {
      // This process ends.
    }
  }

  /** Reads the file, or anything else that takes time, where it holds nothing up. */
  void later(Runnable work) {
    writer.execute(work);
  }

  private synchronized boolean isDue() {
    long now = nanos.getAsLong();
    if (failing && now - triedAt < RETRY.toNanos()) {
      return false;
    }
    return differs() || (now - writtenAt >= RENEWAL.toNanos() && isConfirmedAnew());
  }

  private synchronized boolean differs() {
    return directory.snapshot() != inFile || keys.revision() != keysInFile;
  }

  /** Without that, the file would say nothing that it does not say already. */
  private synchronized boolean isConfirmedAnew() {
    return nanos.getAsLong() - directory.age() > confirmedAt;
  }

  private void write() {
    boolean again = true;
    while (again) {
      boolean done = writeOnce();
      synchronized (this) {
        again = done && differs();
        writing = again;
      }
    }
    keys.settle();
  }

  private boolean writeOnce() {
    // Read before the snapshot, which may then be newer than it says, but never older.
    long age = directory.age();
    long began = nanos.getAsLong();
    long revision = keys.revision();
    Snapshot snapshot = directory.snapshot();
    long confirmed = clock.millis() - TimeUnit.NANOSECONDS.toMillis(age);
    try {
      file.write(new SnapshotFile.Content(snapshot, confirmed, keys.of(directory)));
      succeeded(snapshot, revision, began - age);
      return true;
    } catch (IOException | RuntimeException e) {
      failed(e);
      return false;
    }
  }

  private synchronized void succeeded(Snapshot snapshot, long revision, long confirmed) {
    written.increment();
    inFile = snapshot;
    keysInFile = revision;
    confirmedAt = confirmed;
    writtenAt = nanos.getAsLong();
    if (failing) {
      failing = false;
      LOG.log(System.Logger.Level.INFO, "the snapshot file {0} can be written again", file);
    }
  }

  private synchronized void failed(Exception e) {
    failed.increment();
    triedAt = nanos.getAsLong();
    if (!failing) {
      failing = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the snapshot file {0} cannot be written, so a start without the registry would not know"
              + " the newest changes: {1}",
          file,
          e.toString());
    }
  }

  /** Writes what is newest, if the disk lets it within a few seconds. */
  @Override
  public void close() {
    boolean left;
    synchronized (this) {
      left = !writing && inFile != null && (differs() || isConfirmedAnew());
    }
    if (left) {
      writer.execute(this::writeOnce);
    }
    writer.shutdown();
    try {
      if (!writer.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.log(System.Logger.Level.WARNING, "the snapshot file {0} was still written", file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
