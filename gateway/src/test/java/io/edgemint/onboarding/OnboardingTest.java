package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.Backend;
import io.edgemint.backend.Backend.State;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Verification;
import io.edgemint.bucket.Listing;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.probe.FakeStorage.Fault;
import io.edgemint.probe.FakeStorage.Pages;
import io.edgemint.probe.FakeStorage.Stored;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnboardingTest {
  private static final OrgId ACME = ProbeWorld.ACME;
  private static final Order ALICE = Order.of("alice");

  @TempDir private Path folder;
  private ProbeWorld world;
  private Onboarding onboarding;

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
    onboarding = world.onboarding();
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Onboarding.Findings validate() {
    return onboarding.validate(ACME, "prod", ALICE, check -> {});
  }

  private Backend apply(String more) {
    return world.applied(Yaml.backend(world.bucket(more)));
  }

  /** Does something while the probe is under way, once. */
  private Onboarding.Findings validateWhile(Runnable other) {
    boolean[] done = {false};
    return onboarding.validate(
        ACME,
        "prod",
        ALICE,
        check -> {
          if (!done[0]) {
            done[0] = true;
            other.run();
          }
        });
  }

  @Test
  void validate_bothSidesWork_verifiesTheDraft() {
    apply("");

    Backend found = validate().backend();

    assertThat(found.state()).isEqualTo(State.VERIFIED);
    assertThat(found.verified()).isTrue();
    assertThat(world.bench.newest("acme", "prod")).isEqualTo(found);
    assertThat(world.bench.org("acme").active()).as("nothing is switched").isNull();
  }

  @Test
  void validate_versionsAreBrought_isKnownUntilAProbeShowsTheContrary() {
    apply("");
    assertThat(validate().backend().objects().pinned()).as("no versions to try").isFalse();

    world.storage.versioned = true;
    assertThat(validate().backend().objects().pinned()).isTrue();

    world.storage.versioned = false;
    assertThat(validate().backend().objects().pinned()).as("nothing was shown").isTrue();

    world.storage.versioned = true;
    world.storage.faults.add(Fault.VERSIONS_IGNORED);
    assertThat(validate().backend().objects().pinned()).isFalse();
  }

  @Test
  void validate_oneSideFails_keepsTheCodeAndTheDraft() {
    apply("");
    world.storage.faults.add(Fault.RANGE_IGNORED);

    Backend found = validate().backend();

    assertThat(found.state()).isEqualTo(State.DRAFT);
    assertThat(found.uploadSide()).isEqualTo(Verification.VERIFIED);
    assertThat(found.downloadSide()).isEqualTo(Verification.failed("range_ignored"));
  }

  @Test
  void validate_verifiedDraftFailsLater_isADraftAgain() {
    apply("");
    validate();
    world.storage.faults.add(Fault.PUT_REFUSED);

    Backend found = validate().backend();

    assertThat(found.state()).isEqualTo(State.DRAFT);
    assertThat(found.downloadSide()).isEqualTo(Verification.UNVERIFIED);
  }

  @Test
  void validate_whatServesFails_servesOn() {
    apply("");
    validate();
    onboarding.activate(ACME, "prod", true, ALICE);
    world.storage.faults.add(Fault.READ_REFUSED);

    validate();

    assertThat(world.bench.active("acme").downloadSide())
        .isEqualTo(Verification.failed("read_denied"));
  }

  @Test
  void validate_orgWrittenMeanwhile_keepsBothChanges() {
    apply("");

    validateWhile(
        () -> {
          Org org = world.bench.org("acme");
          Revocations stolen = new Revocations(false, Set.of("stolen"), List.of());
          world.bench.write(
              new Org(
                  org.id(), org.version(), org.policy(), stolen, org.issuers(), org.backends()));
        });

    assertThat(world.bench.org("acme").revocations().subjects()).containsExactly("stolen");
    assertThat(world.bench.newest("acme", "prod").verified()).isTrue();
  }

  @Test
  void validate_revisionChangedMeanwhile_isRefusedAndVerifiesNothing() {
    apply("");

    assertThatThrownBy(() -> validateWhile(() -> apply(", encryption: sse-s3")))
        .isInstanceOf(Impossible.class)
        .hasMessageContaining("changed while it was probed");

    assertThat(world.bench.org("acme").backends()).noneMatch(Backend::verified);
  }

  @Test
  void validate_unknownNames_sayWhatThereIs() {
    assertThatThrownBy(this::validate)
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("'acme'", "apply");
    apply("");
    assertThatThrownBy(() -> onboarding.validate(ACME, "lab", ALICE, check -> {}))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("'lab'", "[prod]");
  }

  @Test
  void activate_notVerified_isRefusedWithBothVerdicts() {
    apply("");
    assertThatThrownBy(() -> onboarding.activate(ACME, "prod", true, ALICE))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("upload unverified", "download unverified");

    for (Fault fault : List.of(Fault.PUT_REFUSED, Fault.UNSIGNED_SERVED, Fault.DELETE_REFUSED)) {
      world.storage.faults.clear();
      world.storage.faults.add(fault);
      validate();
      assertThatThrownBy(() -> onboarding.activate(ACME, "prod", true, ALICE))
          .isInstanceOf(Impossible.class)
          .hasMessageContaining("failed");
    }
    assertThat(world.bench.org("acme").active()).isNull();
  }

  @Test
  void activate_verified_serves() {
    apply("");
    validate();

    Backend now = onboarding.activate(ACME, "prod", true, ALICE);

    assertThat(now.state()).isEqualTo(State.ACTIVE);
    assertThat(world.bench.active("acme")).isEqualTo(now);
    assertThat(onboarding.activate(ACME, "prod", true, ALICE)).isEqualTo(now);
  }

  @Test
  void activate_newRevision_replacesTheOldInOneSwitch() {
    apply("");
    validate();
    onboarding.activate(ACME, "prod", true, ALICE);
    apply(", encryption: sse-s3");
    assertThatThrownBy(() -> onboarding.activate(ACME, "prod", true, ALICE))
        .isInstanceOf(Impossible.class);
    validate();
    long before = world.bench.registry.load().version();

    onboarding.activate(ACME, "prod", true, ALICE);

    assertThat(world.bench.registry.load().version()).isEqualTo(before + 1);
    assertThat(world.bench.org("acme").backends())
        .extracting(Backend::state)
        .containsExactlyInAnyOrder(State.REPLACED, State.ACTIVE);
    assertThat(world.bench.active("acme").revision()).isEqualTo(2);
  }

  private void hold(String... keys) {
    for (String key : keys) {
      world.storage.objects.put(
          "/acme-firmware/" + key, new Stored(Buffer.buffer("x"), null, Bench.NOW));
    }
  }

  @Test
  void activate_objectsMissing_isRefusedWithTheFirstUnlessAccepted() {
    apply("");
    validate();
    world.storage.pageSize = 3;
    for (int i = 10; i < 40; i++) {
      hold("default/acme/a/" + i);
    }
    hold("default/acme/both é&+", "fw/both é&+", "fw/more", "default/globex/z");
    assertThatThrownBy(() -> onboarding.activate(ACME, "prod", false, ALICE))
        .isInstanceOfSatisfying(
            Impossible.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Reason.OBJECTS_MISSING))
        .hasMessageContainingAll("lacks 30 objects", "[a/10, a/11,", "a/29]")
        .hasMessageNotContainingAny("a/30", "both", "globex");
    assertThat(world.bench.org("acme").active()).isNull();

    assertThat(onboarding.activate(ACME, "prod", true, ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void activate_everythingThere_serves() {
    apply("");
    validate();
    hold("default/acme/a", "default/acme/b", "fw/a", "fw/b", "fw/c");
    assertThat(onboarding.activate(ACME, "prod", false, ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void activate_storageThatCannotBeListed_saysSo() {
    apply("");
    validate();
    world.storage.faults.add(Fault.LIST_REFUSED);
    assertRefused(
        Reason.OBJECTS_MISSING,
        () -> onboarding.activate(ACME, "prod", false, ALICE),
        "could not be found out (HTTP 403 AccessDenied)");
  }

  @ParameterizedTest
  @CsvSource({"NO_LIST,no list", "CUT,more than one page", "ENDLESS,4 minutes"})
  @Timeout(60)
  void activate_listingThatComesToNoEnd_saysSo(Pages pages, String part) {
    apply("");
    validate();
    hold("default/acme/a", "default/acme/b", "fw/a", "fw/b");
    world.storage.pageSize = 1;
    world.storage.pages = pages;
    AtomicLong second = new AtomicLong(Bench.NOW.getEpochSecond());
    InstantSource clock = () -> Instant.ofEpochSecond(second.addAndGet(10));
    Onboarding timed = new Onboarding(world.bench.registry, world.probe, world.inventory(clock));

    assertRefused(Reason.OBJECTS_MISSING, () -> timed.activate(ACME, "prod", false, ALICE), part);
  }

  @Test
  void activate_numberOfTheRevisionGivenOutAgainMeanwhile_isRefused() {
    apply("");
    validate();
    boolean[] done = {false};
    InstantSource clock =
        () -> {
          if (!done[0]) {
            done[0] = true;
            world.bench.write(world.bench.org("acme").without("prod"));
            apply(", encryption: sse-s3");
            validate();
          }
          return Bench.NOW;
        };
    Onboarding racing = new Onboarding(world.bench.registry, world.probe, world.inventory(clock));
    assertRefused(
        Reason.VERSION_CHANGED,
        () -> racing.activate(ACME, "prod", false, ALICE),
        "changed while its objects were compared");
  }

  @Test
  void missing_anyTwoSets_isTheDifference() {
    Seeded.run(
        30,
        random -> {
          world.storage.objects.clear();
          world.storage.pageSize = random.nextInt(1, 5);
          Set<String> before = new TreeSet<>(Listing::compare);
          Set<String> there = new TreeSet<>(Listing::compare);
          for (int i = random.nextInt(12); i > 0; i--) {
            String key = Seeded.string(random, "ab/é#\uFFFD z", 1, 4).replace("#", "\uD83D\uDE00");
            (random.nextBoolean() ? before : there).add(key);
          }
          before.forEach(key -> hold("default/acme/" + key));
          there.forEach(key -> hold("fw/" + key));
          Backend target = apply("");
          Set<String> lacking = new TreeSet<>(Listing::compare);
          lacking.addAll(before);
          lacking.removeAll(there);
          lacking.removeIf(key -> !(ObjectKey.of(key) instanceof ObjectKey));
          assertThat(world.inventory().missing(world.bench.org("acme"), target))
              .isEqualTo(new Inventory.Missing(lacking.size(), List.copyOf(lacking)));
        });
  }

  /** Two revisions of a backend that have served one after the other. */
  private void serveTwice() {
    apply("");
    validate();
    onboarding.activate(ACME, "prod", true, ALICE);
    apply(", encryption: sse-s3");
    validate();
    onboarding.activate(ACME, "prod", true, ALICE);
  }

  @Test
  void rollback_inTurns_goesBackAndForth() {
    serveTwice();
    assertThat(onboarding.rollback(ACME, "prod", ALICE).revision()).isEqualTo(1);
    assertThat(world.bench.active("acme").revision()).isEqualTo(1);
    assertThat(onboarding.rollback(ACME, "prod", ALICE).revision()).isEqualTo(2);
  }

  @Test
  void rollback_nothingServedBefore_isRefusedWithAnotherWay() {
    apply("");
    assertRefused(
        Reason.WRONG_STATE, () -> onboarding.rollback(ACME, "prod", ALICE), "default storage does");
    validate();
    onboarding.activate(ACME, "prod", true, ALICE);
    assertRefused(Reason.WRONG_STATE, () -> onboarding.rollback(ACME, "prod", ALICE), "suspend it");
  }

  @Test
  void rollback_toARegionNoLongerAllowed_isRefused() {
    serveTwice();
    Org org = world.bench.org("acme");
    Policy narrowed = new Policy(org.policy().entitlement(), Set.of("us-east-1"), false);
    world.bench.write(
        new Org(
            org.id(), org.version(), narrowed, org.revocations(), org.issuers(), org.backends()));
    assertRefused(
        Reason.REGION_NOT_ALLOWED, () -> onboarding.rollback(ACME, "prod", ALICE), "region");
  }

  @Test
  void suspend_andResume_changeNothingElse() {
    serveTwice();
    Backend before = world.bench.active("acme");
    Backend held = onboarding.suspend(ACME, "prod", true, ALICE);
    assertThat(held.service().suspended()).isTrue();
    assertThat(onboarding.suspend(ACME, "prod", false, ALICE)).isEqualTo(before);
  }

  @Test
  void suspend_twice_writesOnce() {
    serveTwice();
    onboarding.suspend(ACME, "prod", true, ALICE);
    long version = world.bench.registry.load().version();
    onboarding.suspend(ACME, "prod", true, ALICE);
    assertThat(world.bench.registry.load().version()).isEqualTo(version);
  }

  @Test
  void failover_thereAndBack_keepsTheRevision() {
    apply("");
    assertRefused(
        Reason.WRONG_STATE, () -> onboarding.failover(ACME, "prod", true, ALICE), "default");
    validate();
    onboarding.activate(ACME, "prod", true, ALICE);
    assertRefused(
        Reason.WRONG_STATE, () -> onboarding.failover(ACME, "prod", true, ALICE), "no standby");

    String standby = "standby: {bucket: second-bucket, region: eu-west-1}, upload:";
    world.applied(Yaml.backend(world.bucket("")).replace("upload:", standby));
    assertThat(world.bench.active("acme").revision()).as("acts at once").isEqualTo(1);

    assertRefused(
        Reason.NOT_VERIFIED,
        () -> onboarding.failover(ACME, "prod", true, ALICE),
        "it holds nothing");
    world.storage.objects.put(
        "/second-bucket/fw/a", new Stored(Buffer.buffer("x"), null, Bench.NOW));
    world.storage.faults.add(Fault.ROLE_READ_REFUSED);
    assertRefused(
        Reason.NOT_VERIFIED, () -> onboarding.failover(ACME, "prod", true, ALICE), "HTTP 403");
    world.storage.faults.clear();

    Backend over = onboarding.failover(ACME, "prod", true, ALICE);
    assertThat(((S3Storage) over.serving()).bucket()).isEqualTo("second-bucket");
    assertThatThrownBy(() -> apply("")).hasMessageContaining("fail back before");
    Backend back = onboarding.failover(ACME, "prod", false, ALICE);
    assertThat(back.serving()).isEqualTo(back.download());
  }

  @Test
  void everySwitch_ofAnOlderVersionOrDry_writesNothing() {
    serveTwice();
    long version = world.bench.org("acme").version();
    Order stale = new Order("alice", version - 1, false);
    Order dry = new Order("alice", version, true);
    List<Function<Order, Backend>> switches =
        List.of(
            order -> onboarding.activate(ACME, "prod", true, order),
            order -> onboarding.rollback(ACME, "prod", order),
            order -> onboarding.suspend(ACME, "prod", true, order));
    for (Function<Order, Backend> turn : switches) {
      assertRefused(Reason.VERSION_CHANGED, () -> turn.apply(stale), "read it again");
      assertThat(turn.apply(dry).name()).isEqualTo("prod");
      assertThat(world.bench.org("acme").version()).isEqualTo(version);
    }
    assertThat(onboarding.rollback(ACME, "prod", dry).revision()).isEqualTo(1);
    assertThat(world.bench.active("acme").revision()).isEqualTo(2);
  }

  @Test
  void switches_ofManyAdminsAtOnce_loseNoneAndLeaveOneActive() throws Exception {
    serveTwice();
    long before = world.bench.org("acme").version();
    try (ExecutorService admins = Executors.newFixedThreadPool(4)) {
      List<Callable<Integer>> turns = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        turns.add(
            () -> {
              int done = 0;
              for (int turn = 0; turn < 10; turn++) {
                try {
                  onboarding.rollback(ACME, "prod", ALICE);
                  done++;
                } catch (Conflict e) {
                  // Told to try again, and nothing was written.
                }
              }
              return done;
            });
      }
      int switched = 0;
      for (Future<Integer> done : admins.invokeAll(turns)) {
        switched += done.get();
      }
      Org org = world.bench.org("acme");
      assertThat(org.version()).isEqualTo(before + switched);
      // Each switch went from one of the two to the other.
      assertThat(world.bench.active("acme").revision()).isEqualTo(switched % 2 == 0 ? 2 : 1);
      assertThat(world.bench.active("acme").service().turn()).isEqualTo(2L + switched);
    }
  }

  private static void assertRefused(Reason reason, ThrowingCallable change, String part) {
    assertThatThrownBy(change)
        .isInstanceOfSatisfying(
            Impossible.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason))
        .hasMessageContaining(part);
  }
}
