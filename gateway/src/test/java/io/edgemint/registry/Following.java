package io.edgemint.registry;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.caller.LastGoodKeys;
import io.edgemint.caller.ManualTimers;
import io.edgemint.caller.NoKeys;
import io.edgemint.vault.Vault;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;

/** A follower and what it stands on, on time by hand; the wall clock may be set beside it. */
final class Following implements AutoCloseable {
  static final String ISSUER = "https://issuer.test";

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final ManualExecutor writes = new ManualExecutor();
  final OrgDirectory directory;
  final KnownKeys keys;
  final SnapshotKeeper snapshots;
  final RegistryFollower follower;
  private final ManualTimers timers;

  /** How far somebody has set the wall clock. */
  Duration skew = Duration.ZERO;

  Following(BackendStore store, SnapshotFile file, ManualTimers timers) {
    this(store, new NoKeys(), file, timers, new ManualExecutor(), new SplittableRandom(1));
  }

  Following(
      BackendStore store,
      LastGoodKeys kept,
      SnapshotFile file,
      ManualTimers timers,
      ExecutorService reads,
      RandomGenerator random) {
    this.timers = timers;
    directory = new OrgDirectory(this::nanos);
    keys = new KnownKeys(kept, Set.of(ISSUER), Runnable::run);
    snapshots =
        new SnapshotKeeper(
            file, directory, keys, writes, () -> timers.instant().plus(skew), this::nanos, meters);
    follower =
        new RegistryFollower(
            store, directory, snapshots, timers, reads, random, this::nanos, meters);
  }

  static SnapshotFile file(Path folder) throws IOException {
    return new SnapshotFile(
        folder.resolve("registry.snapshot"), Vault.openOrCreate(folder.resolve("kek")));
  }

  long nanos() {
    return timers.millis() * 1_000_000;
  }

  double reads(String result) {
    return meters.get("gateway.registry.refresh").tag("result", result).counter().count();
  }

  double succeeded() {
    return reads("unchanged") + reads("changed") + reads("reloaded");
  }

  double writes(String result) {
    return meters.get("gateway.registry.snapshot.writes").tag("result", result).counter().count();
  }

  /** Seconds. */
  double age() {
    return meters.get("gateway.registry.age").gauge().value();
  }

  @Override
  public void close() {
    follower.close();
    snapshots.close();
  }
}
