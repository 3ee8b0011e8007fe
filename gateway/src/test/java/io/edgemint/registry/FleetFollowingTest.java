package io.edgemint.registry;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PassingStore;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.ManualTimers;
import io.edgemint.caller.NoKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twenty gateways follow one registry, while their connections break and answers come late: time,
 * chance and the order of everything are the seed's.
 */
class FleetFollowingTest {
  private static final int GATEWAYS = 20;
  private static final long CHANGES = 1_000;

  /** Two organisations that are only ever written together. */
  private static final List<String> TWINS = List.of("twin-a", "twin-b");

  @TempDir private Path folder;
  private final ManualTimers timers = new ManualTimers();

  @Test
  void thousandChanges_withTrouble_everyGatewayIsThereAfterTwoReads() {
    Seeded.run(1, this::follow);
  }

  private void follow(RandomGenerator random) throws IOException {
    List<Gateway> gateways = new ArrayList<>();
    try (SqlRegistry registry =
        SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), timers)) {
      registry.write(TWINS.stream().map(StoredOrgs::org).toList(), StoredOrgs.CHANGE);
      SnapshotFile file = Following.file(folder);
      for (int i = 0; i < GATEWAYS; i++) {
        Gateway gateway = new Gateway(registry, file, random.nextLong());
        await(gateway.following.follower.start());
        gateways.add(gateway);
      }
      long version = registry.load().version();
      for (long rest = 250; version < CHANGES; rest += 250) {
        gateways.forEach(gateway -> gateway.trouble = true);
        while (version < Math.min(rest, CHANGES)) {
          change(registry, random);
          timers.advance(Duration.ofMillis(random.nextInt(200)));
          version = registry.load().version();
        }
        heal(gateways, registry.load());
      }
      assertThat(gateways).allSatisfy(gateway -> assertThat(gateway.troubles).isGreaterThan(5));
    } finally {
      gateways.forEach(gateway -> gateway.following.close());
    }
  }

  private static void change(SqlRegistry registry, RandomGenerator random) {
    if (random.nextInt(4) == 0) {
      String mark = Long.toHexString(random.nextLong());
      registry.write(
          TWINS.stream()
              .map(id -> StoredOrgs.revoking(StoredOrgs.stored(registry, new OrgId(id)), mark))
              .toList(),
          StoredOrgs.CHANGE);
      return;
    }
    List<Org> others = new ArrayList<>(registry.load().orgs());
    others.removeIf(org -> TWINS.contains(org.id().value()));
    if (others.isEmpty() || random.nextInt(2) == 0) {
      registry.write(
          List.of(StoredOrgs.org("o" + Seeded.string(random, "0123456789abcdef", 12, 12))),
          StoredOrgs.CHANGE);
    } else if (random.nextInt(3) == 0) {
      registry.delete(Seeded.pick(random, others), StoredOrgs.CHANGE);
    } else {
      Org org = Seeded.pick(random, others);
      registry.write(List.of(StoredOrgs.revoking(org, "dev")), StoredOrgs.CHANGE);
    }
  }

  /** Lets everything work again, and looks at each gateway after its second read. */
  private void heal(List<Gateway> gateways, Snapshot newest) {
    gateways.forEach(Gateway::heal);
    for (int i = 0; i < 1_000 && !gateways.stream().allMatch(g -> g.checked); i++) {
      timers.advance(Duration.ofMillis(100));
      gateways.forEach(gateway -> gateway.check(newest));
    }
    assertThat(gateways).allMatch(gateway -> gateway.checked);
  }

  /** A gateway that can be cut off. */
  private final class Gateway extends PassingStore {
    private final SqlRegistry registry;
    private final RandomGenerator random;
    private final Following following;
    private boolean trouble;
    private boolean checked;
    private int troubles;
    private double healedAt;
    private long cutOffUntil;
    private Snapshot seen = Snapshot.EMPTY;

    /** What was read before and comes only now. */
    private Snapshot.@Nullable Changes late;

    private Gateway(SqlRegistry registry, SnapshotFile file, long seed) {
      super(registry);
      this.registry = registry;
      this.random = new SplittableRandom(seed);
      following = new Following(this, new NoKeys(), file, timers, new Reader(this), random);
      // What becomes of files is not what this is about.
      following.writes.hold();
      following.directory.onReplace(this::replaced);
    }

    /** Runs a read: now, later, or with what it would have got now later. */
    private void read(Runnable task) {
      int fate = trouble ? random.nextInt(10) : 9;
      if (fate > 1 || timers.millis() < cutOffUntil) {
        task.run();
        return;
      }
      troubles++;
      if (fate == 0) {
        late = registry.since(following.directory.snapshot());
      }
      timers.after(Duration.ofMillis(random.nextInt(5_000)), task);
    }

    private void replaced(Snapshot next) {
      assertThat(next.version()).as("never backwards").isGreaterThan(seen.version());
      assertThat(marks(next, "twin-a")).as("never half").isEqualTo(marks(next, "twin-b"));
      seen = next;
    }

    private static Set<String> marks(Snapshot snapshot, String id) {
      return Objects.requireNonNull(snapshot.org(new OrgId(id))).revocations().subjects();
    }

    private void heal() {
      trouble = false;
      checked = false;
      cutOffUntil = 0;
      healedAt = following.succeeded();
    }

    private void check(Snapshot newest) {
      double reads = following.succeeded() - healedAt;
      if (!checked && reads >= 2) {
        assertThat(reads).as("looked at in time").isLessThan(3);
        assertThat(seen.version()).isEqualTo(newest.version());
        assertThat(seen.orgs()).containsExactlyInAnyOrderElementsOf(newest.orgs());
        checked = true;
      }
    }

    @Override
    public Snapshot.Changes since(Snapshot known) {
      Snapshot.Changes kept = late;
      if (kept != null) {
        late = null;
        return kept;
      }
      if (timers.millis() < cutOffUntil) {
        throw new UncheckedIOException("cut off", new IOException());
      }
      if (!trouble) {
        return registry.since(known);
      }
      int fate = random.nextInt(10);
      if (fate > 1) {
        return registry.since(known);
      }
      troubles++;
      cutOffUntil = fate == 0 ? 0 : timers.millis() + random.nextInt(30_000);
      throw new UncheckedIOException("reset", new IOException());
    }
  }

  /** The thread of a gateway's reads. */
  private static final class Reader extends AbstractExecutorService {
    private final Gateway gateway;

    private Reader(Gateway gateway) {
      this.gateway = gateway;
    }

    @Override
    public void execute(Runnable task) {
      gateway.read(task);
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
