package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static io.edgemint.registry.StoredOrgs.revoking;
import static io.edgemint.registry.StoredOrgs.stored;
import static io.edgemint.registry.StoredOrgs.withIssuer;
import static io.edgemint.registry.StoredOrgs.withRole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of organisations promises; a test of one extends this. */
abstract class BackendStoreContract {
  static final String PLATFORM_ISSUER = "https://platform.example";

  private final List<BackendStore> opened = new ArrayList<>();
  private BackendStore store;

  /** Another store on the same database, as another process would have. */
  abstract BackendStore open();

  /** Keeps the database as it is now for {@link #restore}. */
  abstract void backUp() throws Exception;

  /** Puts the database back to what it was at {@link #backUp}, while stores are open. */
  abstract void restore() throws Exception;

  final BackendStore opened() {
    BackendStore another = open();
    opened.add(another);
    return another;
  }

  final BackendStore store() {
    return store;
  }

  @BeforeEach
  void openStore() {
    store = opened();
  }

  @AfterEach
  void closeStores() {
    opened.forEach(BackendStore::close);
  }

  @Test
  void load_newDatabase_isEmptyAtVersionZero() {
    assertThat(store.load().version()).isZero();
    assertThat(store.load().orgs()).isEmpty();
  }

  @Test
  void write_anyOrgs_areReadBackEqual() {
    Seeded.run(
        60,
        random -> {
          Org drawn = new RandomOrgs(random).org();

          List<Org> written = store.write(List.of(drawn), CHANGE);

          assertThat(written).containsExactly(drawn.withVersion(written.getFirst().version()));
          assertThat(store.load().org(drawn.id())).isEqualTo(written.getFirst());
        });
    assertThat(opened().load().orgs()).containsExactlyInAnyOrderElementsOf(store.load().orgs());
  }

  @Test
  void org_oneAlone_isAsItStandsAmongAllOrNull() {
    Org acme = write(org("acme"));
    Org globex = write(org("globex"));
    assertThat(store.org(acme.id())).isEqualTo(acme).isEqualTo(store.load().org(acme.id()));
    assertThat(store.org(new OrgId("nobody"))).isNull();
    store.delete(globex, CHANGE);
    assertThat(store.org(globex.id())).isNull();
    assertThat(store.org(acme.id())).isEqualTo(acme);
  }

  @Test
  void write_severalOrgs_eachHasAVersionAboveAllEarlier() {
    Org first = write(org("first"));
    List<Org> more = store.write(List.of(org("second"), org("third")), CHANGE);
    Org again = write(first);

    assertThat(first.version()).isPositive();
    assertThat(more).extracting(Org::version).isSorted().doesNotHaveDuplicates();
    assertThat(more.getFirst().version()).isGreaterThan(first.version());
    assertThat(again.version()).isGreaterThan(more.getLast().version());
    assertThat(store.load().version()).isEqualTo(again.version());
  }

  @Test
  void write_recordChangedSinceItWasRead_isAConflictThatSaysSo() {
    Org read = write(org("acme"));
    Org newer = write(read);

    assertConflict(
        () -> write(read),
        "acme",
        "version " + read.version(),
        "now " + newer.version(),
        "read it again");
  }

  @Test
  void write_newRecordOfAnOrgThatStands_isAConflict() {
    write(org("acme"));

    assertConflict(() -> write(org("acme")), "acme exists already");
  }

  @Test
  void write_changedRecordOfAnOrgThatNeverWas_isAConflict() {
    assertConflict(() -> write(org("acme").withVersion(3)), "acme is not in the registry");
  }

  @Test
  void write_oneOfABatchConflicts_writesNothing() {
    Org stale = write(org("acme"));
    write(stale);
    Snapshot before = store.load();

    assertConflict(() -> store.write(List.of(org("fresh"), stale), CHANGE));

    assertThat(store.load().version()).isEqualTo(before.version());
    assertThat(store.load().org(new OrgId("fresh"))).isNull();
    assertThat(write(org("next")).version()).isEqualTo(before.version() + 1);
  }

  @Test
  void write_sameOrgTwiceInABatch_isRefused() {
    assertThatThrownBy(() -> store.write(List.of(org("acme"), org("acme")), CHANGE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("acme is written twice");
  }

  @Test
  void delete_org_isGoneAndItsIdIsNeverUsedAgain() {
    Org acme = write(org("acme"));

    store.delete(acme, CHANGE);

    assertThat(store.load().org(acme.id())).isNull();
    assertThat(store.load().version()).isEqualTo(acme.version() + 1);
    assertThatThrownBy(() -> write(org("acme")), "acme was deleted at 2026-", "choose another");
    assertConflict(() -> write(acme));
    assertConflict(() -> store.delete(acme, CHANGE));
  }

  @Test
  void delete_recordChangedSinceItWasRead_isAConflict() {
    Org read = write(org("acme"));
    write(read);

    assertThatThrownBy(() -> store.delete(read, CHANGE), "has changed since it was read");
  }

  @Test
  void delete_orgThatWasNeverWritten_isAConflict() {
    assertConflict(() -> store.delete(org("acme"), CHANGE));
  }

  @Test
  void write_issuerOfAnotherOrg_isAConflictUntilItIsFree() {
    Org first = write(withIssuer(org("first"), "https://one.example"));

    assertThatThrownBy(
        () -> write(withIssuer(org("second"), "https://one.example")),
        "second",
        "https://one.example",
        "first");

    store.delete(first, CHANGE);
    assertThat(write(withIssuer(org("second"), "https://one.example")).version()).isPositive();
  }

  @Test
  void write_roleOfAnotherOrg_isAConflictWhateverItsCase() {
    write(withRole(org("first"), "arn:aws:iam::123456789012:role/Edge"));

    assertConflict(
        () -> write(withRole(org("second"), "arn:aws:iam::123456789012:role/edge")),
        "belongs to organisation first");
  }

  @Test
  void write_authorityOfAnotherOrg_isAConflictAlsoWithinABatch() {
    write(withAuthority(org("first"), "aa"));

    assertConflict(
        () -> write(withAuthority(org("second"), "aa")),
        "certificate authority 'aa'",
        "belongs to organisation first");
    assertConflict(
        () ->
            store.write(
                List.of(withAuthority(org("third"), "bb"), withAuthority(org("fourth"), "bb")),
                CHANGE),
        "fourth",
        "belongs to organisation third");
    assertThat(store.org(new OrgId("third"))).isNull();
  }

  private static Org withAuthority(Org org, String publicKey) {
    return org.withAuthorities(
        List.of(
            new CertificateAuthority(
                "devices", "PEM", publicKey, CertificateAuthority.Subject.CN, null)));
  }

  @Test
  void write_issuerOfThePlatform_isAConflict() {
    assertConflict(
        () -> write(withIssuer(org("acme"), PLATFORM_ISSUER)),
        "acme",
        PLATFORM_ISSUER,
        "platform's");
  }

  @Test
  void write_rootsChangeHandsWithinABatch_isAllowed() {
    Org first = write(withIssuer(org("first"), "https://one.example"));
    Org second = write(withIssuer(org("second"), "https://two.example"));

    List<Org> swapped =
        store.write(
            List.of(
                withIssuer(first, "https://two.example"),
                withIssuer(second, "https://one.example")),
            CHANGE);

    assertThat(store.load().org(first.id())).isEqualTo(swapped.getFirst());
  }

  @Test
  void since_versionInThePast_givesEachChangeOnce() {
    Org kept = write(org("kept"));
    Org changed = write(org("changed"));
    Org doomed = write(org("doomed"));
    Snapshot known = store.load();

    Org newest = write(write(changed));
    store.delete(doomed, CHANGE);
    Org added = write(org("added"));

    Snapshot.Changes changes = store.since(known);
    assertThat(changes.everything()).isFalse();
    assertThat(changes.changed()).containsExactly(newest, added).doesNotContain(kept);
    assertThat(changes.deleted()).containsExactly(doomed.id());
    assertThat(changes.version()).isEqualTo(added.version());
    assertThat(store.since(known.with(changes)).changed()).isEmpty();
    assertThat(store.since(known)).as("asked again").isEqualTo(changes);
  }

  @Test
  void since_emptySnapshot_leadsToAll() {
    Org acme = write(org("acme"));

    assertThat(Snapshot.EMPTY.with(store.since(Snapshot.EMPTY)).orgs()).containsExactly(acme);
  }

  @Test
  void since_snapshotOfNoHistory_givesEverything() {
    Org acme = write(org("acme"));

    for (long version : List.of(acme.version(), acme.version() + 10)) {
      Snapshot.Changes changes = store.since(Snapshot.of(version, List.of()));
      assertThat(changes.everything()).isTrue();
      assertThat(changes.changed()).containsExactly(acme);
    }
  }

  @Test
  void since_writeThroughAnotherStore_isSeen() {
    BackendStore other = opened();
    Snapshot known = store.load();

    Org acme = other.write(List.of(org("acme")), CHANGE).getFirst();

    assertThat(store.since(known).changed()).containsExactly(acme);
  }

  @Test
  void since_databaseRestored_givesEverythingAndGoesOn() throws Exception {
    Org old = write(org("acme"));
    Snapshot known = store.load();
    backUp();
    write(write(old));
    Snapshot lost = known.with(store.since(known));

    restore();

    Snapshot.Changes changes = store.since(lost);
    assertThat(changes.everything()).isTrue();
    assertThat(changes.version()).isEqualTo(known.version());
    assertThat(changes.changed()).containsExactly(old);
    Org next = write(old);
    assertThat(store.since(known).changed()).containsExactly(next);
  }

  @Test
  void since_databaseRestoredAndWrittenToTheSameVersion_givesEverything() throws Exception {
    Org acme = write(org("acme"));
    backUp();
    write(org("lost"));
    Snapshot known = store.load();

    restore();
    Org other = write(org("other"));
    store.load();

    assertThat(other.version()).isEqualTo(known.version());
    assertThat(store.since(known).everything()).isTrue();
    assertThat(store.since(known).changed()).containsExactlyInAnyOrder(acme, other);
  }

  @Test
  void since_otherHistoryWithTheSameLastWrite_givesEverything() throws Exception {
    Org acme = write(org("acme"));
    backUp();
    write(org("lost"));
    write(acme);
    Snapshot known = store.load();

    restore();
    write(org("other"));
    Org again = write(acme);

    assertThat(known.org(acme.id())).isEqualTo(again);
    assertThat(store.since(known).everything()).isTrue();
  }

  @Test
  void write_manyWritersAtOnce_losesNothingAndLetsOneWinEachRound() throws Exception {
    int writers = 4;
    int rounds = 25;
    Org shared = write(org("shared"));
    CyclicBarrier start = new CyclicBarrier(writers);
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      tasks.add(race(opened(), shared.id(), start, rounds));
    }
    int won = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (Future<Integer> wins : threads.invokeAll(tasks)) {
        won += wins.get();
      }
    }

    assertThat(won).isGreaterThanOrEqualTo(rounds);
    assertThat(store.load().version()).isEqualTo(shared.version() + won);
    assertThat(revokedIn(shared.id())).as("one word for each write that won").hasSize(won);
  }

  private static Callable<Integer> race(
      BackendStore mine, OrgId id, CyclicBarrier start, int rounds) {
    return () -> {
      int wins = 0;
      for (int round = 0; round < rounds; round++) {
        start.await(20, TimeUnit.SECONDS);
        Org read = stored(mine, id);
        try {
          mine.write(List.of(revoking(read, "w" + read.version())), CHANGE);
          wins++;
        } catch (Conflict lost) {
          assertThat(lost).hasMessageContaining("has changed since it was read");
        }
      }
      return wins;
    };
  }

  private Set<String> revokedIn(OrgId id) {
    return stored(store, id).revocations().subjects();
  }

  @Test
  void follower_anyHistory_endsWithWhatTheStoreHolds() {
    Seeded.run(
        5,
        random -> {
          BackendStore other = opened();
          Snapshot followed = store.load();
          for (int step = 0; step < 30; step++) {
            RandomOrgs.step(random.nextBoolean() ? store : other, random);
            if (random.nextInt(3) == 0) {
              followed = followed.with(store.since(followed));
            }
          }
          followed = followed.with(store.since(followed));
          assertThat(followed.orgs()).containsExactlyInAnyOrderElementsOf(store.load().orgs());
        });
  }

  private static void assertConflict(ThrowingCallable write, String... words) {
    var conflict = assertThatThrownBy(write).isInstanceOf(Conflict.class);
    List.of(words).forEach(conflict::hasMessageContaining);
  }

  final Org write(Org org) {
    return store.write(List.of(org), CHANGE).getFirst();
  }
}
