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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryFollowerTest {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final OrgDirectory directory = new OrgDirectory();
  private final Script store = new Script();
  private final RegistryFollower follower = follower(store, directory, meters);

  private RegistryFollower follower(
      BackendStore from, OrgDirectory to, SimpleMeterRegistry counted) {
    return new RegistryFollower(vertx, from, to, new SplittableRandom(1), now::get, counted);
  }

  @AfterEach
  void close() {
    follower.close();
    await(vertx.close());
  }

  @Test
  void start_registryReadable_loadsBeforeItCompletes() {
    store.loaded = snapshot(3, "acme");

    await(follower.start());

    assertThat(directory.snapshot()).isSameAs(store.loaded);
    assertThat(meters.get("gateway.registry.version").gauge().value()).isEqualTo(3);
  }

  @Test
  void start_registryUnreadable_fails() {
    store.loadFailure = new IllegalStateException("no disk");

    assertThatThrownBy(() -> await(follower.start())).hasMessageContaining("no disk");
  }

  @Test
  void start_changesComeLater_areFollowedByTheTimer() throws Exception {
    CompletableFuture<Snapshot> replaced = new CompletableFuture<>();
    await(follower.start());
    directory.onReplace(replaced::complete);

    store.then(() -> changes(1, "c1", false, "acme"));

    assertThat(replaced.get(20, TimeUnit.SECONDS).version()).isEqualTo(1);
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
    now.set(START.plusSeconds(90));

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
  void poll_readHangs_isCountedOnceAndUsedWhenItComes() throws Exception {
    directory.replace(snapshot(3, "acme"));
    CountDownLatch hang = new CountDownLatch(1);
    CompletableFuture<Void> timedOut = new CompletableFuture<>();
    store.then(
        () -> {
          awaitLatch(hang);
          return changes(4, "c4", false, "globex");
        });

    Future<Void> poll = follower.poll();
    long timer =
        vertx.setPeriodic(
            20,
            id -> {
              if (count("timeout") > 0) {
                timedOut.complete(null);
              }
            });
    timedOut.get(20, TimeUnit.SECONDS);
    vertx.cancelTimer(timer);
    assertThat(poll.isComplete()).as("no other read may begin").isFalse();
    assertThat(directory.snapshot().version()).isEqualTo(3);

    hang.countDown();
    await(poll);
    assertThat(directory.snapshot().version()).isEqualTo(4);
    assertThat(count("timeout")).isEqualTo(1);
  }

  @Test
  void delay_anyDraw_isASecondGiveOrTakeAFifth() {
    Seeded.run(1000, random -> assertThat(RegistryFollower.delay(random)).isBetween(800L, 1200L));
  }

  @Test
  void follow_writeThroughAnotherInstance_isSeen(@TempDir Path folder) {
    OrgDirectory own = new OrgDirectory();
    try (BackendStore writing = open(folder);
        BackendStore reading = open(folder);
        RegistryFollower second = follower(reading, own, new SimpleMeterRegistry())) {
      await(second.start());
      assertThat(own.snapshot().orgs()).isEmpty();

      Org acme = writing.write(List.of(StoredOrgs.org("acme")), StoredOrgs.CHANGE).getFirst();
      await(second.poll());
      assertThat(own.snapshot().orgs()).containsExactly(acme);

      writing.delete(acme, StoredOrgs.CHANGE);
      await(second.poll());
      assertThat(own.snapshot().orgs()).isEmpty();
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
    return meters.get("gateway.registry.refresh").tag("result", result).counter().count();
  }

  private double age() {
    return meters.get("gateway.registry.age").gauge().value();
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

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Answers what it is told to, one answer a read; nothing new when it is told nothing. */
  private static final class Script implements BackendStore {
    private final Deque<Supplier<Snapshot.Changes>> answers = new ArrayDeque<>();
    private Snapshot loaded = Snapshot.EMPTY;
    private @Nullable RuntimeException loadFailure;

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
