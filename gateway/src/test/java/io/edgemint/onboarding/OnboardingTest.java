package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Backend.State;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.Verification;
import io.edgemint.onboarding.FakeStorage.Fault;
import io.edgemint.onboarding.Onboarding.Impossible;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnboardingTest {
  private static final OrgId ACME = ProbeWorld.ACME;

  @TempDir private Path folder;
  private ProbeWorld world;
  private Onboarding onboarding;

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
    onboarding = new Onboarding(world.bench.registry, world.probe);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Onboarding.Findings validate() {
    return onboarding.validate(ACME, "prod", "alice", check -> {});
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
        "alice",
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
    onboarding.activate(ACME, "prod", "alice");
    world.storage.faults.add(Fault.READ_REFUSED);

    validate();

    assertThat(world.bench.active("acme").downloadSide())
        .isEqualTo(Verification.failed("read_failed"));
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
    assertThatThrownBy(() -> onboarding.validate(ACME, "lab", "alice", check -> {}))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("'lab'", "[prod]");
  }

  @Test
  void activate_notVerified_isRefusedWithBothVerdicts() {
    apply("");
    assertThatThrownBy(() -> onboarding.activate(ACME, "prod", "alice"))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("upload unverified", "download unverified");

    for (Fault fault : List.of(Fault.PUT_REFUSED, Fault.UNSIGNED_SERVED, Fault.DELETE_REFUSED)) {
      world.storage.faults.clear();
      world.storage.faults.add(fault);
      validate();
      assertThatThrownBy(() -> onboarding.activate(ACME, "prod", "alice"))
          .isInstanceOf(Impossible.class)
          .hasMessageContaining("failed");
    }
    assertThat(world.bench.org("acme").active()).isNull();
  }

  @Test
  void activate_verified_serves() {
    apply("");
    validate();

    Backend now = onboarding.activate(ACME, "prod", "alice");

    assertThat(now.state()).isEqualTo(State.ACTIVE);
    assertThat(world.bench.active("acme")).isEqualTo(now);
    assertThat(onboarding.activate(ACME, "prod", "alice")).isEqualTo(now);
  }

  @Test
  void activate_newRevision_replacesTheOldInOneSwitch() {
    apply("");
    validate();
    onboarding.activate(ACME, "prod", "alice");
    apply(", encryption: sse-s3");
    assertThatThrownBy(() -> onboarding.activate(ACME, "prod", "alice"))
        .isInstanceOf(Impossible.class);
    validate();
    long before = world.bench.registry.load().version();

    onboarding.activate(ACME, "prod", "alice");

    assertThat(world.bench.registry.load().version()).isEqualTo(before + 1);
    assertThat(world.bench.org("acme").backends())
        .extracting(Backend::state)
        .containsExactlyInAnyOrder(State.REPLACED, State.ACTIVE);
    assertThat(world.bench.active("acme").revision()).isEqualTo(2);
  }
}
