package io.edgemint.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PassingStore;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.backend.SealedSecrets.Held;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewrapTest {
  @TempDir Path folder;
  private Vault before;
  private Vault after;
  private SqlRegistry store;

  @BeforeEach
  void open() throws IOException {
    before = Vault.openOrCreate(folder.resolve("old"));
    after = Vault.openOrCreate(folder.resolve("new"), List.of(folder.resolve("old")));
    store = SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), InstantSource.system());
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** An organisation with every kind of record, whose secrets say what they are for. */
  private Org sealedBy(Vault vault, long seed) {
    return sealedBy(vault, new RandomOrgs(new SplittableRandom(seed)).org());
  }

  private static Org sealedBy(Vault vault, Org org) {
    return SealedSecrets.map(
        org,
        (purpose, secret) ->
            new SealedSecret(
                secret.version(),
                vault.seal(purpose.toString().getBytes(UTF_8), purpose.context(secret.version()))));
  }

  private List<Org> fill(int orgs) {
    List<Org> made = new ArrayList<>();
    for (int i = 0; i < orgs; i++) {
      made.add(sealedBy(before, i));
    }
    return store.write(made, StoredOrgs.CHANGE);
  }

  private static Rewrap.Result rewrap(BackendStore store, Vault vault) {
    return new Rewrap(store, vault, "operator").run(progress -> {});
  }

  private void assertAllUnder(Vault vault, int secrets) {
    int seen = 0;
    for (Org org : store.load().orgs()) {
      for (Held held : SealedSecrets.of(org)) {
        String text = held.secret().text();
        assertThat(Vault.keyIdOf(text)).isEqualTo(vault.keyId());
        assertThat(vault.open(text, held.purpose().context(held.secret().version())))
            .asString()
            .isEqualTo(held.purpose().toString());
        seen++;
      }
    }
    assertThat(seen).isEqualTo(secrets);
  }

  private int secrets() {
    return KeyCensus.of(store.load().orgs(), after).secrets();
  }

  @Test
  void run_everyKindOfSecret_isUnderTheNewKeyAndNothingElseChanged() throws IOException {
    List<Org> made = fill(120);
    int secrets = secrets();

    Rewrap.Result result = rewrap(store, after);

    assertThat(result.done()).isTrue();
    assertThat(result.secrets()).isEqualTo(secrets).isGreaterThan(100);
    assertThat(result.stuck()).isEmpty();
    assertThat(result.census().held())
        .extracting(KeyCensus.Usage::secrets)
        .containsExactly(secrets, 0);
    assertAllUnder(Vault.openOrCreate(folder.resolve("new")), secrets);
    for (Org org : made) {
      Org now = StoredOrgs.stored(store, org.id());
      assertThat(blank(now).withVersion(0)).isEqualTo(blank(org).withVersion(0));
      assertThat(SealedSecrets.of(now))
          .extracting(held -> held.secret().version())
          .isEqualTo(SealedSecrets.of(org).stream().map(held -> held.secret().version()).toList());
    }
    assertThat(store.entries(null, Long.MAX_VALUE, 1).getFirst().action())
        .isEqualTo("re-wrap secrets");
  }

  private static Org blank(Org org) {
    return SealedSecrets.map(org, (purpose, secret) -> new SealedSecret(secret.version(), ""));
  }

  @Test
  void run_again_writesNothing() {
    fill(30);
    rewrap(store, after);
    long version = store.load().version();

    Rewrap.Result again = rewrap(store, after);

    assertThat(again.orgs()).isZero();
    assertThat(again.done()).isTrue();
    assertThat(store.load().version()).isEqualTo(version);
  }

  @Test
  void rehearse_anything_writesNothing() {
    fill(30);
    long version = store.load().version();

    Rewrap.Result result = new Rewrap(store, after, "operator").rehearse();

    assertThat(result.secrets()).isEqualTo(secrets()).isPositive();
    assertThat(store.load().version()).isEqualTo(version);
  }

  @Test
  void run_cutBeforeOrAfterAnyWrite_goesOnFromThere() {
    fill(170);
    int secrets = secrets();
    for (int write = 1; ; write++) {
      CutStore cut = new CutStore(store, write % 2 == 0);
      try {
        rewrap(cut, after);
        break;
      } catch (Cut e) {
        assertThat(secrets()).isEqualTo(secrets);
      }
    }

    assertThat(rewrap(store, after).orgs()).isZero();
    assertAllUnder(after, secrets);
  }

  @Test
  void run_twiceAtOnce_bothEndAndEverySecretOpens() throws Exception {
    fill(200);
    int secrets = secrets();
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<Rewrap.Result>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        both.add(
            pool.submit(
                () -> {
                  start.await();
                  return rewrap(store, after);
                }));
      }
      int written = 0;
      for (Future<Rewrap.Result> each : both) {
        assertThat(each.get().done()).isTrue();
        written += each.get().secrets();
      }
      assertThat(written).as("nothing is wrapped twice").isEqualTo(secrets);
    }
    assertAllUnder(after, secrets);
  }

  @Test
  void run_adminChangesOrgsMeanwhile_losesNoChange() {
    List<Org> made = fill(60);
    // Before each write somebody else changes the organisation, adds one and deletes one.
    BackendStore busy =
        new PassingStore(store) {
          private int writes;

          @Override
          public List<Org> write(List<Org> orgs, List<Org> deleted, Change change) {
            if (writes++ == 0) {
              Org first = StoredOrgs.stored(store, orgs.get(0).id());
              store.write(List.of(StoredOrgs.revoking(first, "dev-9")), StoredOrgs.CHANGE);
              store.delete(StoredOrgs.stored(store, orgs.get(1).id()), StoredOrgs.CHANGE);
              store.write(List.of(sealedBy(before, 1_000)), StoredOrgs.CHANGE);
            }
            return store.write(orgs, deleted, change);
          }
        };

    Rewrap.Result result = rewrap(busy, after);

    assertThat(result.done()).isTrue();
    assertThat(store.load().orgs()).hasSize(made.size());
    assertThat(store.load().orgs())
        .filteredOn(org -> org.revocations().subjects().contains("dev-9"))
        .hasSize(1);
    assertAllUnder(after, secrets());
  }

  @Test
  void run_lostKey_isListedAndTheRestIsDone() throws IOException {
    Vault lost = Vault.openOrCreate(folder.resolve("lost"));
    fill(40);
    Org locked = store.write(List.of(sealedBy(lost, 77)), StoredOrgs.CHANGE).getFirst();
    int stuck = SealedSecrets.of(locked).size();
    assertThat(stuck).isPositive();

    Rewrap.Result result = rewrap(store, after);

    assertThat(result.done()).isFalse();
    assertThat(result.stuck())
        .isNotEmpty()
        .allMatch(each -> each.purpose().org().equals(locked.id()))
        .allMatch(each -> each.reason().contains(lost.keyId()));
    assertThat(result.census().missing())
        .singleElement()
        .satisfies(key -> assertThat(key.secrets()).isEqualTo(stuck))
        .satisfies(key -> assertThat(key.orgs()).containsExactly(locked.id()));
    assertThat(result.census().held().get(1).secrets()).isZero();
    assertThat(StoredOrgs.stored(store, locked.id())).isEqualTo(locked);
  }

  @Test
  void run_secretMovedFromAnotherOrg_staysAndIsListed() {
    Org acme = sealedBy(before, RandomOrgs.withKey(new OrgId("acme")));
    Org evil =
        SealedSecrets.map(
            RandomOrgs.withKey(new OrgId("evil")),
            (purpose, secret) -> SealedSecrets.of(acme).getFirst().secret());
    store.write(List.of(acme, evil), StoredOrgs.CHANGE);

    Rewrap.Result result = rewrap(store, after);

    assertThat(result.stuck())
        .singleElement()
        .satisfies(each -> assertThat(each.purpose().org()).isEqualTo(new OrgId("evil")))
        .satisfies(each -> assertThat(each.reason()).contains("another organisation"));
    Held moved =
        new Held(
            SealedSecrets.of(evil).getFirst().purpose(),
            SealedSecrets.of(StoredOrgs.stored(store, acme.id())).getFirst().secret());
    assertThatThrownBy(
            () ->
                after.open(
                    moved.secret().text(), moved.purpose().context(moved.secret().version())))
        .as("nor does what was re-wrapped open in another place")
        .hasMessageContaining("another organisation");
  }

  @Test
  void run_damagedText_isListedAndTheRestIsDone() {
    Org damaged =
        SealedSecrets.map(
            RandomOrgs.withKey(new OrgId("acme")),
            (purpose, secret) -> new SealedSecret(1, "v1.damaged"));
    store.write(List.of(damaged, sealedBy(before, 3)), StoredOrgs.CHANGE);

    Rewrap.Result result = rewrap(store, after);

    assertThat(result.stuck()).hasSize(1);
    assertThat(result.census().missing())
        .extracting(KeyCensus.Usage::keyId)
        .containsExactly(KeyCensus.DAMAGED);
  }

  @Test
  void run_tenThousandOrgs_areAllDone() {
    List<Org> made = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      made.add(sealedBy(before, RandomOrgs.withKey(new OrgId("org-" + i))));
    }
    store.write(made, StoredOrgs.CHANGE);
    long begun = System.nanoTime();

    Rewrap.Result result = rewrap(store, after);

    System.out.printf(
        "re-wrapped 10,000 organisations in %.1f s%n", (System.nanoTime() - begun) / 1e9);
    assertThat(result.orgs()).isEqualTo(10_000);
    assertThat(result.done()).isTrue();
  }

  @Test
  void rewrapping_anyOrgs_neverLosesASecret() {
    Seeded.run(
        25,
        random -> {
          Vault from = random.nextBoolean() ? before : after;
          Org org =
              store.write(List.of(sealedBy(from, random.nextLong())), StoredOrgs.CHANGE).getFirst();
          rewrap(store, after);
          for (Held held : SealedSecrets.of(StoredOrgs.stored(store, org.id()))) {
            assertThat(
                    after.open(
                        held.secret().text(), held.purpose().context(held.secret().version())))
                .asString()
                .isEqualTo(held.purpose().toString());
          }
        });
  }

  /** The end of a process. */
  private static final class Cut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Lets one write pass, and ends the process before or after the second. */
  private static final class CutStore extends PassingStore {
    private final boolean afterwards;
    private int writes;

    private CutStore(BackendStore store, boolean afterwards) {
      super(store);
      this.afterwards = afterwards;
    }

    @Override
    public List<Org> write(List<Org> orgs, List<Org> deleted, Change change) {
      if (++writes == 2 && !afterwards) {
        throw new Cut();
      }
      List<Org> written = super.write(orgs, deleted, change);
      if (writes == 2) {
        throw new Cut();
      }
      return written;
    }
  }
}
