package io.edgemint.registry;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.ManualTimers;
import io.edgemint.caller.NoKeys;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryFollowerTest {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir private Path folder;
  private final ManualTimers timers = new ManualTimers();
  private final ManualExecutor reads = new ManualExecutor();
  private final Script store = new Script();
  private SnapshotFile file;
  private Following following;
  private RegistryFollower follower;
  private OrgDirectory directory;

  @BeforeEach
  void open() throws IOException {
    file = Following.file(folder);
    following = new Following(store, new NoKeys(), file, timers, reads, new SplittableRandom(1));
    follower = following.follower;
    directory = following.directory;
  }

  @AfterEach
  void close() {
    following.close();
  }

  @Test
  void start_registryReadable_loadsBeforeItCompletes() {
    store.loaded = snapshot(3, "acme");

    await(follower.start());

    assertThat(directory.snapshot()).isSameAs(store.loaded);
    assertThat(following.meters.get("gateway.registry.version").gauge().value()).isEqualTo(3);
    assertThat(follower.isAway()).isFalse();
    assertThat(follower.source()).isEmpty();
  }

  @Test
  void start_registryUnreadableWithoutSnapshot_failsWithBothReasons() {
    store.loadFailure = new UncheckedIOException("no disk", new IOException());

    assertThatThrownBy(() -> await(follower.start()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll("no disk", "there is no snapshot file");
  }

  @Test
  void start_registryUnreadableAndSnapshotDamaged_failsWithBothReasons() throws IOException {
    Files.writeString(folder.resolve("registry.snapshot"), "rubbish");
    store.loadFailure = new UncheckedIOException("no disk", new IOException());

    assertThatThrownBy(() -> await(follower.start()))
        .hasMessageContainingAll("no disk", "is no snapshot of the registry");
  }

  @Test
  void start_registryUnreadable_servesFromTheSnapshotAndGoesOn() throws IOException {
    write(snapshot(3, "acme"), START.minusSeconds(90));
    store.loadFailure = new UncheckedIOException("no disk", new IOException());

    await(follower.start());

    assertThat(directory.snapshot().version()).isEqualTo(3);
    assertThat(directory.snapshot().orgs()).hasSize(1);
    assertThat(following.age()).isEqualTo(90);
    assertThat(follower.isAway()).isTrue();
    assertThat(follower.source())
        .contains("registry.snapshot at version 3 with 1 organisations", "1 min 30 s ago");
    assertThat(following.keys.load(Following.ISSUER)).isEqualTo("kept");

    store.then(() -> changes(4, "c4", false, "globex"));
    timers.advance(Duration.ofSeconds(2));
    assertThat(directory.snapshot().version()).isEqualTo(4);
    assertThat(follower.isAway()).isFalse();
  }

  @Test
  void start_registryHangs_servesFromTheSnapshotAfterTwoSeconds() throws IOException {
    write(snapshot(3, "acme"), START);
    store.loaded = snapshot(5, "acme", "globex");
    reads.hold();

    Future<Void> started = follower.start();
    timers.advance(Duration.ofMillis(1999));
    assertThat(started.isComplete()).isFalse();
    timers.advance(Duration.ofMillis(1));

    assertThat(started.succeeded()).isTrue();
    assertThat(directory.snapshot().version()).isEqualTo(3);
    assertThat(timers.pending()).as("no read may begin before the first has ended").isZero();

    // What comes too late is not taken: the next read compares.
    reads.release();
    assertThat(directory.snapshot().version()).isEqualTo(3);
    store.then(() -> changes(5, "c5", false, "globex"));
    timers.advance(Duration.ofSeconds(2));
    assertThat(directory.snapshot().version()).isEqualTo(5);
  }

  @Test
  void start_registrySlowWithoutSnapshot_waitsForIt() {
    store.loaded = snapshot(5, "acme");
    reads.hold();

    Future<Void> started = follower.start();
    timers.advance(Duration.ofSeconds(10));
    assertThat(started.isComplete()).isFalse();
    reads.release();

    assertThat(started.succeeded()).isTrue();
    assertThat(directory.snapshot().version()).isEqualTo(5);
  }

  @Test
  void start_registryMadeAnewAndEmpty_servesFromTheSnapshot() throws IOException {
    write(snapshot(3, "acme"), START);

    await(follower.start());
    store.then(() -> changes(0, "", true));
    timers.advance(Duration.ofSeconds(2));

    assertThat(directory.snapshot().version()).isEqualTo(3);
    assertThat(follower.isAway()).isTrue();
    assertThat(following.reads("failed")).isEqualTo(1);
  }

  @Test
  void start_registryEmptiedBehindItsBack_servesFromTheSnapshot() throws IOException {
    write(snapshot(3, "acme"), START);
    store.loaded = Snapshot.of(57, "", List.of());

    await(follower.start());

    assertThat(directory.snapshot().orgs()).hasSize(1);
    assertThat(follower.isAway()).isTrue();
  }

  @Test
  void start_firstOfAll_servesFromNothing() {
    await(follower.start());

    assertThat(directory.snapshot().orgs()).isEmpty();
    assertThat(follower.isAway()).isFalse();
  }

  @Test
  void start_snapshotOfALostHistory_isReplacedByTheRegistrysOwn() throws IOException {
    write(snapshot(9, "acme", "lost"), START);
    store.loadFailure = new UncheckedIOException("no disk", new IOException());
    await(follower.start());

    store.then(() -> changes(4, "other", true, "acme"));
    timers.advance(Duration.ofSeconds(2));

    assertThat(directory.snapshot().version()).isEqualTo(4);
    assertThat(directory.snapshot().orgs()).hasSize(1);
    assertThat(following.reads("reloaded")).isEqualTo(1);
  }

  @Test
  void start_changesComeLater_areFollowedByTheTimer() {
    await(follower.start());

    store.then(() -> changes(1, "c1", false, "acme"));
    timers.advance(Duration.ofMillis(1200));

    assertThat(directory.snapshot().version()).isEqualTo(1);
  }

  @Test
  void start_registryAway_isReadLessThanOnceASecond() throws IOException {
    write(snapshot(3, "acme"), START);
    store.loadFailure = new UncheckedIOException("no disk", new IOException());
    store.failure = new UncheckedIOException("no disk", new IOException());
    await(follower.start());

    timers.advance(Duration.ofMinutes(10));

    assertThat(following.reads("failed")).isBetween(300.0, 500.0);
  }

  private void write(Snapshot snapshot, Instant confirmed) throws IOException {
    file.write(
        new SnapshotFile.Content(
            snapshot, confirmed.toEpochMilli(), Map.of(Following.ISSUER, "kept")));
  }

  @Test
  void poll_nothingNew_keepsTheSnapshotItself() {
    directory.replace(snapshot(3, "acme"));
    Snapshot before = directory.snapshot();

    poll(() -> changes(3, "c3", false));

    assertThat(directory.snapshot()).isSameAs(before);
    assertThat(count("unchanged")).isEqualTo(1);
  }

  @Test
  void poll_changes_replacesTheSnapshot() {
    directory.replace(snapshot(3, "acme"));

    poll(() -> changes(4, "c4", false, "globex"));

    assertThat(directory.snapshot().orgs()).hasSize(2);
    assertThat(directory.snapshot().chain()).isEqualTo("c4");
    assertThat(count("changed")).isEqualTo(1);
  }

  @Test
  void poll_readFails_keepsTheSnapshotCountsAndRecovers() {
    directory.replace(snapshot(3, "acme"));
    Snapshot before = directory.snapshot();

    poll(failing("locked"));
    timers.advance(Duration.ofSeconds(90));

    assertThat(directory.snapshot()).isSameAs(before);
    assertThat(count("failed")).isEqualTo(1);
    assertThat(age()).isEqualTo(90);

    poll(() -> changes(4, "c4", false, "globex"));
    assertThat(directory.snapshot().version()).isEqualTo(4);
    assertThat(age()).isZero();
  }

  @Test
  void poll_olderVersionOfTheSameHistory_isRefused() {
    directory.replace(snapshot(3, "acme"));

    poll(() -> changes(2, "c2", false, "globex"));

    assertThat(directory.snapshot().version()).isEqualTo(3);
    assertThat(count("failed")).isEqualTo(1);
  }

  @Test
  void poll_olderVersionOfAnotherHistory_isTaken() {
    directory.replace(snapshot(3, "acme", "lost"));
    Org acme = directory.snapshot().org(new OrgId("acme"));

    poll(() -> changes(2, "other", true, "acme"));

    assertThat(directory.snapshot().version()).isEqualTo(2);
    assertThat(directory.snapshot().orgs()).hasSize(1);
    assertThat(directory.snapshot().org(new OrgId("acme"))).isSameAs(acme);
    assertThat(count("reloaded")).isEqualTo(1);
  }

  @Test
  void poll_databaseMadeAnewAndEmpty_keepsServing() {
    directory.replace(snapshot(3, "acme"));

    poll(() -> changes(0, "", true));

    assertThat(directory.snapshot().orgs()).hasSize(1);
    assertThat(count("failed")).isEqualTo(1);
  }

  @Test
  void poll_readHangs_isCountedOnceAndUsedWhenItComes() {
    directory.replace(snapshot(3, "acme"));
    store.then(() -> changes(4, "c4", false, "globex"));
    reads.hold();

    Future<Void> poll = follower.poll();
    timers.advance(Duration.ofMillis(999));
    assertThat(count("timeout")).isZero();
    timers.advance(Duration.ofSeconds(5));
    assertThat(count("timeout")).isEqualTo(1);
    assertThat(poll.isComplete()).as("no other read may begin").isFalse();
    assertThat(directory.snapshot().version()).isEqualTo(3);
    assertThat(follower.isAway()).isTrue();

    reads.release();
    await(poll);
    assertThat(directory.snapshot().version()).isEqualTo(4);
    assertThat(count("timeout")).isEqualTo(1);
    assertThat(count("changed")).isZero();
  }

  @Test
  void poll_clockIsSet_changesNoAgeAndNoReads() {
    await(follower.start());
    store.failure = new UncheckedIOException("no disk", new IOException());
    timers.advance(Duration.ofSeconds(60));
    double before = age();

    following.skew = Duration.ofHours(1);
    assertThat(age()).isEqualTo(before);
    following.skew = Duration.ofHours(-1);
    assertThat(age()).isEqualTo(before);

    store.failure = null;
    timers.advance(Duration.ofSeconds(2));
    assertThat(age()).isLessThan(2);
  }

  @Test
  void delay_anyDraw_isAPeriodGiveOrTakeAFifth() {
    Seeded.run(
        1000,
        random -> {
          assertThat(RegistryFollower.delay(random, false)).isBetween(800L, 1200L);
          assertThat(RegistryFollower.delay(random, true)).isBetween(1200L, 1800L);
        });
  }

  @Test
  void follow_writeThroughAnotherInstance_isSeen() {
    try (BackendStore writing = open(folder);
        BackendStore reading = open(folder);
        Following second = new Following(reading, file, timers)) {
      await(second.follower.start());
      assertThat(second.directory.snapshot().orgs()).isEmpty();

      Org acme = writing.write(List.of(StoredOrgs.org("acme")), StoredOrgs.CHANGE).getFirst();
      await(second.follower.poll());
      assertThat(second.directory.snapshot().orgs()).containsExactly(acme);

      writing.delete(acme, StoredOrgs.CHANGE);
      await(second.follower.poll());
      assertThat(second.directory.snapshot().orgs()).isEmpty();
    }
  }

  private static BackendStore open(Path folder) {
    return SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), InstantSource.fixed(START));
  }

  private void poll(Supplier<Snapshot.Changes> answer) {
    store.then(answer);
    await(follower.poll());
  }

  private double count(String result) {
    return following.reads(result);
  }

  private double age() {
    return following.age();
  }

  private static Supplier<Snapshot.Changes> failing(String message) {
    return () -> {
      throw new IllegalStateException(message);
    };
  }

  private static Snapshot snapshot(long version, String... orgs) {
    return Snapshot.of(version, "c" + version, orgs(orgs));
  }

  private static Snapshot.Changes changes(
      long version, String chain, boolean everything, String... orgs) {
    return new Snapshot.Changes(version, chain, everything, orgs(orgs), List.of());
  }

  private static List<Org> orgs(String... ids) {
    return List.of(ids).stream().map(StoredOrgs::org).toList();
  }

  /** Answers what it is told to, one answer a read; nothing new when it is told nothing. */
  private static final class Script implements BackendStore {
    private final Deque<Supplier<Snapshot.Changes>> answers = new ArrayDeque<>();
    private Snapshot loaded = Snapshot.EMPTY;
    private @Nullable RuntimeException loadFailure;
    private @Nullable RuntimeException failure;

    synchronized void then(Supplier<Snapshot.Changes> answer) {
      answers.add(answer);
    }

    private synchronized Supplier<Snapshot.Changes> next(Snapshot known) {
      Supplier<Snapshot.Changes> answer = answers.poll();
      return answer != null
          ? answer
          : () -> new Snapshot.Changes(known.version(), known.chain(), false, List.of(), List.of());
    }

    @Override
    public Snapshot load() {
      if (loadFailure != null) {
        throw loadFailure;
      }
      return loaded;
    }

    @Override
    public @Nullable Org org(OrgId id) {
      throw new UnsupportedOperationException("a follower reads all");
    }

    @Override
    public Snapshot.Changes since(Snapshot known) {
      if (failure != null) {
        throw failure;
      }
      return next(known).get();
    }

    @Override
    public List<Org> write(List<Org> orgs, List<Org> deleted, Change change) {
      throw new UnsupportedOperationException("a follower only reads");
    }

    @Override
    public void close() {}
  }
}
