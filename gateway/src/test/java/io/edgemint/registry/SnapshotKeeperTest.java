package io.edgemint.registry;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.ManualTimers;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotKeeperTest {
  @TempDir private Path folder;
  private final ManualTimers timers = new ManualTimers();
  private final SwitchedStore store = new SwitchedStore();
  private Path path;
  private SnapshotFile file;
  private Following following;

  @BeforeEach
  void open() throws IOException {
    path = folder.resolve("data/registry.snapshot");
    file = new SnapshotFile(path, Vault.openOrCreate(folder.resolve("kek")));
    following = new Following(store, file, timers);
    store.put(StoredOrgs.org("acme"));
  }

  @AfterEach
  void close() {
    following.close();
  }

  private Snapshot inFile() throws IOException {
    return file.read().snapshot();
  }

  @Test
  void start_registryReadable_writesTheFile() throws IOException {
    await(following.follower.start());

    assertThat(inFile().version()).isEqualTo(1);
  }

  @Test
  void change_taken_isInTheFileBeforeTheNextRead() throws IOException {
    await(following.follower.start());

    store.put(StoredOrgs.revoking(StoredOrgs.org("acme"), "stolen"));
    await(following.follower.poll());

    Org acme = Objects.requireNonNull(inFile().org(new OrgId("acme")));
    assertThat(acme.revocations().subjects()).containsExactly("stolen");
  }

  @Test
  void changes_whileTheDiskIsSlow_areWrittenAtOnceAfterwards() throws IOException {
    await(following.follower.start());
    following.writes.hold();

    for (int i = 0; i < 10; i++) {
      store.put(StoredOrgs.org("org-" + i));
      await(following.follower.poll());
    }
    assertThat(following.directory.snapshot().version()).as("reads go on").isEqualTo(11);
    assertThat(following.writes.waiting()).isEqualTo(1);
    following.writes.release();

    assertThat(inFile().version()).isEqualTo(11);
    assertThat(following.writes("ok")).isEqualTo(2);
  }

  @Test
  void nothingChanges_fileIsRenewedEveryFiveMinutes() throws IOException {
    await(following.follower.start());
    timers.advance(SnapshotKeeper.RENEWAL.minusSeconds(2));
    assertThat(following.writes("ok")).isEqualTo(1);
    timers.advance(Duration.ofSeconds(4));
    assertThat(following.writes("ok")).isEqualTo(2);

    long confirmed = file.read().confirmedAt();
    assertThat(timers.millis() - confirmed).isBetween(0L, 4_000L);
  }

  @Test
  void registryAway_fileKeepsTheTimeAtWhichItWasConfirmed() throws IOException {
    await(following.follower.start());
    long confirmed = file.read().confirmedAt();
    store.away = true;

    timers.advance(Duration.ofHours(1));
    assertThat(following.writes("ok")).as("there is nothing new to say").isEqualTo(1);

    following.keys.save(Following.ISSUER, "fetched");
    timers.advance(Duration.ofSeconds(2));
    assertThat(file.read().keys()).isEqualTo(Map.of(Following.ISSUER, "fetched"));
    assertThat(file.read().confirmedAt()).isEqualTo(confirmed);
  }

  @Test
  void clockSetWhileTheRegistryIsAway_ageInTheFileIsTrueByTheNewClock() throws IOException {
    await(following.follower.start());
    store.away = true;
    timers.advance(Duration.ofMinutes(10));

    following.skew = Duration.ofHours(-1);
    following.keys.save(Following.ISSUER, "fetched");
    timers.advance(Duration.ofSeconds(2));

    long age = timers.millis() - Duration.ofHours(1).toMillis() - file.read().confirmedAt();
    assertThat(age).isBetween(600_000L, 603_000L);
  }

  @Test
  void folderGone_oneWarningServingGoesOnAndItIsTriedAgain() throws IOException {
    Files.createFile(folder.resolve("data"));

    await(following.follower.start());
    assertThat(following.directory.snapshot().version()).isEqualTo(1);
    assertThat(following.writes("failed")).isEqualTo(1);
    timers.advance(SnapshotKeeper.RETRY.minusSeconds(2));
    assertThat(following.writes("failed")).as("not with every read").isEqualTo(1);
    timers.advance(Duration.ofSeconds(4));
    assertThat(following.writes("failed")).isEqualTo(2);

    Files.delete(folder.resolve("data"));
    timers.advance(SnapshotKeeper.RETRY.plusSeconds(2));
    assertThat(following.writes("ok")).isEqualTo(1);
    assertThat(inFile().version()).isEqualTo(1);
  }

  @Test
  void close_confirmedSinceTheLastWrite_leavesTheNewestAge() throws IOException {
    await(following.follower.start());
    timers.advance(Duration.ofMinutes(4));

    following.close();

    assertThat(timers.millis() - file.read().confirmedAt()).isLessThan(2_000);
  }

  @Test
  void restart_registryAway_ageCountsFromWhatTheFileSays() throws IOException {
    Org strict = strict(Duration.ofMinutes(10));
    store.put(strict);
    await(following.follower.start());
    following.close();
    store.away = true;

    timers.advance(Duration.ofMinutes(9));
    try (Following restarted = new Following(store, file, timers)) {
      await(restarted.follower.start());
      assertThat(restarted.age()).isBetween(540.0, 542.0);
      assertThat(restarted.directory.isTooOldFor(strict)).isFalse();
      timers.advance(Duration.ofSeconds(61));
      assertThat(restarted.directory.isTooOldFor(strict)).isTrue();
      assertThat(restarted.directory.isTooOldFor(StoredOrgs.org("globex"))).isFalse();

      store.away = false;
      timers.advance(Duration.ofSeconds(2));
      assertThat(restarted.directory.isTooOldFor(strict)).isFalse();
    }
  }

  @Test
  void restart_clockSetBackAnHour_nobodyKnowsTheAge() throws IOException {
    Org strict = strict(Duration.ofDays(30));
    store.put(strict);
    await(following.follower.start());
    following.close();
    store.away = true;

    try (Following restarted = new Following(store, file, timers)) {
      restarted.skew = Duration.ofHours(-1);
      await(restarted.follower.start());
      assertThat(restarted.follower.source()).contains("confirmed after what is now");
      assertThat(restarted.directory.isTooOldFor(strict)).isTrue();
      assertThat(restarted.directory.snapshot().orgs()).hasSize(2);
    }
  }

  @Test
  void restart_clockSetForwardAnHour_knowledgeCountsAsOlder() throws IOException {
    Org strict = strict(Duration.ofMinutes(30));
    store.put(strict);
    await(following.follower.start());
    following.close();
    store.away = true;

    try (Following restarted = new Following(store, file, timers)) {
      restarted.skew = Duration.ofHours(1);
      await(restarted.follower.start());
      assertThat(restarted.directory.isTooOldFor(strict)).isTrue();
    }
  }

  @Test
  void words_anyAge_areItsTwoLargestUnits() {
    assertThat(SnapshotKeeper.words(Duration.ofSeconds(59))).isEqualTo("59 s");
    assertThat(SnapshotKeeper.words(Duration.ofSeconds(61))).isEqualTo("1 min 1 s");
    assertThat(SnapshotKeeper.words(Duration.ofMinutes(121))).isEqualTo("2 h 1 min");
    assertThat(SnapshotKeeper.words(Duration.ofHours(49))).isEqualTo("2 d 1 h");
  }

  private static Org strict(Duration limit) {
    return new Org(
        new OrgId("strict"),
        0,
        new Policy(new Entitlement(List.of("")), Set.of(), false, false, limit),
        Revocations.NONE,
        List.of(),
        List.of());
  }
}
