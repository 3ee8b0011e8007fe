package io.edgemint.registry;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.ManualTimers;
import io.edgemint.caller.NoKeys;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway, as far as it knows organisations, on bad days of its SQLite file and of its disk. */
class RegistryLossTest {
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final OrgId ACME = new OrgId("acme");

  @TempDir private Path folder;
  private final ManualTimers timers = new ManualTimers();
  private Path database;
  private SnapshotFile file;

  @BeforeEach
  void prepare() throws IOException {
    database = folder.resolve("disk/registry.db");
    file = Following.file(folder);
  }

  private SqlRegistry registry() {
    return SqlRegistry.sqlite(database, Set.of(), timers);
  }

  private Following following(SqlRegistry registry) {
    return new Following(
        registry, registry, file, timers, new ManualExecutor(), new SplittableRandom(1));
  }

  /** Writes acme, revokes a device of it, and has a gateway follow that and stop. */
  private void serveOnce() {
    try (SqlRegistry registry = registry();
        Following first = following(registry)) {
      Org acme = registry.write(List.of(StoredOrgs.org("acme")), StoredOrgs.CHANGE).getFirst();
      await(first.follower.start());
      registry.write(List.of(StoredOrgs.revoking(acme, "stolen")), StoredOrgs.CHANGE);
      await(first.follower.poll());
      first.keys.save(Following.ISSUER, "fetched");
    }
  }

  private static void assertKnows(Following gateway) {
    Org acme = Objects.requireNonNull(gateway.directory.snapshot().org(ACME));
    assertThat(acme.revocations().subjects()).containsExactly("stolen");
  }

  private void damage(byte[] begin) throws IOException {
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(begin), 0);
    }
  }

  @Test
  void start_fileDamaged_servesFromTheSnapshotUntilItIsMended() throws IOException {
    serveOnce();
    damage(new byte[MAGIC.length]);

    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      await(gateway.follower.start());
      assertKnows(gateway);
      assertThat(gateway.follower.isAway()).isTrue();
      assertThat(gateway.keys.load(Following.ISSUER)).isEqualTo("fetched");

      damage(MAGIC);
      timers.advance(Duration.ofSeconds(2));
      assertThat(gateway.follower.isAway()).isFalse();
      assertThat(gateway.reads("reloaded")).as("it is the same history").isZero();
      assertKnows(gateway);
    }
  }

  @Test
  void start_fileDamagedAndSnapshotToo_failsNamingBoth() throws IOException {
    serveOnce();
    damage(new byte[MAGIC.length]);
    Path snapshot = folder.resolve("registry.snapshot");
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[bytes.length / 2]++;
    Files.write(snapshot, bytes);

    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      assertThatThrownBy(() -> await(gateway.follower.start()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContainingAll(database.toString(), "registry.snapshot is damaged");
    }
  }

  @Test
  void start_snapshotDamagedAlone_writesItAnew() throws IOException {
    serveOnce();
    Files.writeString(folder.resolve("registry.snapshot"), "rubbish");

    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      await(gateway.follower.start());
      assertKnows(gateway);
      assertThat(file.read().snapshot().version()).isEqualTo(2);
    }
  }

  @Test
  void follow_fileDamaged_servesOnUntilItIsMended() throws IOException {
    serveOnce();
    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      await(gateway.follower.start());
      damage(new byte[MAGIC.length]);
      timers.advance(Duration.ofMinutes(1));
      assertKnows(gateway);
      assertThat(gateway.follower.isAway()).isTrue();
      assertThat(gateway.age()).isGreaterThan(55);

      damage(MAGIC);
      timers.advance(Duration.ofSeconds(2));
      assertThat(gateway.follower.isAway()).isFalse();
    }
  }

  @Test
  void follow_fileGone_servesOnAlsoAfterARestart() throws IOException {
    serveOnce();
    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      await(gateway.follower.start());
      lose();
      timers.advance(Duration.ofMinutes(1));
      assertKnows(gateway);
      assertThat(gateway.follower.isAway()).isTrue();
    }

    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      await(gateway.follower.start());
      timers.advance(Duration.ofMinutes(1));
      assertKnows(gateway);

      // Whoever writes to the new one has decided that it is the registry.
      registry.write(List.of(StoredOrgs.org("globex")), StoredOrgs.CHANGE);
      timers.advance(Duration.ofSeconds(2));
      assertThat(gateway.directory.snapshot().org(ACME)).isNull();
      assertThat(gateway.follower.isAway()).isFalse();
    }
  }

  private void lose() throws IOException {
    for (String name : List.of("registry.db", "registry.db-wal", "registry.db-shm")) {
      Files.deleteIfExists(database.resolveSibling(name));
    }
  }

  @Test
  void follow_restoredFromAnOlderCopy_takesItsHistory() throws IOException {
    serveOnce();
    Path copy = Files.copy(database, folder.resolve("copy"));
    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      await(gateway.follower.start());
      registry.write(
          List.of(StoredOrgs.org("lost-a"), StoredOrgs.org("lost-b")), StoredOrgs.CHANGE);
      await(gateway.follower.poll());
      assertThat(gateway.directory.snapshot().version()).isEqualTo(4);
    }
    lose();
    try (SqlRegistry away = SqlRegistry.sqlite(folder, Set.of(), timers);
        Following gateway = following(away)) {
      await(gateway.follower.start());
      assertThat(gateway.directory.snapshot().version()).as("from the snapshot").isEqualTo(4);
    }

    Files.copy(copy, database, StandardCopyOption.REPLACE_EXISTING);
    try (SqlRegistry registry = registry();
        Following gateway = following(registry)) {
      gateway.snapshots.restore(false);
      registry.write(List.of(StoredOrgs.org("found")), StoredOrgs.CHANGE);
      await(gateway.follower.poll());

      Snapshot taken = gateway.directory.snapshot();
      assertThat(taken.version()).isEqualTo(3);
      assertThat(taken.org(new OrgId("found"))).isNotNull();
      assertThat(taken.org(new OrgId("lost-a"))).isNull();
      assertThat(gateway.reads("reloaded")).isEqualTo(1);
      assertKnows(gateway);
    }
  }

  @Test
  void start_diskReadOnly_servesFromTheSnapshotUntilItIsNot() throws IOException {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "4m")) {
      serveOnce();
      disk.readOnly(true);
      try (SqlRegistry registry = registry();
          Following gateway = following(registry)) {
        await(gateway.follower.start());
        assertKnows(gateway);
        gateway.keys.save(Following.ISSUER, "newer");
        timers.advance(Duration.ofSeconds(2));
        assertThat(file.read().keys()).containsValue("newer");

        disk.readOnly(false);
        timers.advance(Duration.ofSeconds(2));
        assertThat(gateway.follower.isAway()).isFalse();
        assertThat(registry.load(Following.ISSUER)).isEqualTo("newer");
      }
    }
  }

  @Test
  void write_diskFull_isRefusedAndServingGoesOn() throws IOException {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "4m")) {
      serveOnce();
      try (SqlRegistry registry = registry();
          Following gateway = following(registry)) {
        await(gateway.follower.start());
        disk.fill();
        List<Org> large =
            List.of(
                StoredOrgs.withIssuer(
                    StoredOrgs.org("globex"), "https://" + "x".repeat(1_000_000) + ".test"));
        assertThatThrownBy(() -> registry.write(large, StoredOrgs.CHANGE))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining(database.toString());
        timers.advance(Duration.ofSeconds(10));
        assertKnows(gateway);

        disk.free();
        registry.write(List.of(StoredOrgs.org("globex")), StoredOrgs.CHANGE);
        timers.advance(Duration.ofSeconds(2));
        assertThat(gateway.directory.snapshot().orgs()).hasSize(2);
      }
    }
  }

  @Test
  void snapshot_diskFull_keepsTheOldFileAndIsWrittenLater() throws IOException {
    SwitchedStore store = new SwitchedStore();
    store.put(StoredOrgs.org("acme"));
    Path small = folder.resolve("small");
    try (SmallDisk disk = SmallDisk.mount(small, "64k")) {
      SnapshotFile onDisk =
          new SnapshotFile(
              small.resolve("registry.snapshot"), Vault.openOrCreate(folder.resolve("kek")));
      try (Following gateway =
          new Following(
              store, new NoKeys(), onDisk, timers, new ManualExecutor(), new SplittableRandom(1))) {
        await(gateway.follower.start());
        disk.fill();
        store.put(StoredOrgs.revoking(StoredOrgs.org("acme"), "stolen"));
        await(gateway.follower.poll());

        assertKnows(gateway);
        assertThat(gateway.writes("failed")).isEqualTo(1);
        assertThat(onDisk.read().snapshot().version()).isEqualTo(1);
        try (var files = Files.list(small)) {
          assertThat(files).hasSize(2);
        }

        disk.free();
        timers.advance(SnapshotKeeper.RETRY.plusSeconds(2));
        assertThat(onDisk.read().snapshot().version()).isEqualTo(2);
      }
    }
  }

  @Test
  void reads_healthyAndAway_areAboutAndAtMostOneASecond() {
    SwitchedStore store = new SwitchedStore();
    store.put(StoredOrgs.org("acme"));
    try (Following gateway = new Following(store, file, timers)) {
      await(gateway.follower.start());
      timers.advance(Duration.ofMinutes(10));
      assertThat(store.asked).isBetween(550, 650);

      store.away = true;
      timers.advance(Duration.ofSeconds(2));
      int before = store.asked;
      long last = 0;
      for (int step = 0; step < 30_000; step++) {
        timers.advance(Duration.ofMillis(10));
        if (store.asked > before) {
          assertThat(store.asked).isEqualTo(before + 1);
          assertThat(timers.millis() - last).isGreaterThanOrEqualTo(1_000);
          before = store.asked;
          last = timers.millis();
        }
      }
      assertThat(last).isPositive();
    }
  }
}
