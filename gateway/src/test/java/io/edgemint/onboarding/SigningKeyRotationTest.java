package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.ManualClock;
import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Verification;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.onboarding.SigningKeyRotation.NewKey;
import io.edgemint.onboarding.SigningKeyRotation.Promotion;
import io.edgemint.probe.Check;
import io.edgemint.probe.FakeCdn;
import io.edgemint.signing.SigningKeys;
import java.nio.CharBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyRotationTest {
  private static final OrgId ACME = ProbeWorld.ACME;
  private static final Order ALICE = Order.of("alice");
  private static final String FIRST_ID = "K2JCJMDEHXQW5F";
  private static final String SECOND_ID = "K36X4X2EO997HM";

  private final ManualClock clock = new ManualClock(Bench.NOW.getEpochSecond());
  @TempDir private Path folder;
  private ProbeWorld world;
  private SigningKeyRotation rotation;

  @BeforeEach
  void serve() {
    world = new ProbeWorld(folder);
    rotation =
        new SigningKeyRotation(
            world.bench.registry,
            world.probe,
            world.bench.secrets,
            new SigningKeys(Bench.CRYPTO),
            clock);
    apply(Yaml.MADE_KEY);
    rotation.register(ACME, "prod", "first", FIRST_ID, ALICE);
    world.bench.activate("acme", "prod");
  }

  private void apply(String keys) {
    world.applied(Yaml.backend(world.bucket(""), world.distribution(keys)));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private SigningKey add() {
    return rotation.add(
        ACME, "prod", new NewKey("second", KeyAlgorithm.ECDSA_P256, Hash.SHA256, null), ALICE);
  }

  private Promotion promote() {
    return rotation.promote(ACME, "prod", "second", ALICE, check -> {});
  }

  private static SigningKey key(Backend backend, String name) {
    return Objects.requireNonNull(((CloudFront) backend.download()).key(name));
  }

  private SigningKey standing(String name) {
    return key(world.bench.active("acme"), name);
  }

  @Test
  void rotation_wholeRound_letsTheOldKeyGoAfterItsLastLink() {
    Duration ttl = world.bench.active("acme").download().ttl();
    SigningKey added = add();
    assertThat(added.state()).isEqualTo(KeyState.NEXT);
    assertThat(added.publicKey()).startsWith("-----BEGIN PUBLIC KEY-----");
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);

    assertThat(promote().promoted()).isTrue();

    assertThat(standing("second").state()).isEqualTo(KeyState.ACTIVE);
    assertThat(standing("first").state()).isEqualTo(KeyState.RETIRING);
    assertThat(world.bench.active("acme").revision()).isEqualTo(1);
    assertThat(world.cdn.keyIds).as("links that proved it").contains(SECOND_ID);
    assertThat(world.storage.objects).isEmpty();

    clock.pass(ttl);
    assertRefused(
        Reason.WRONG_STATE, () -> rotation.retire(ACME, "prod", "first", ALICE), "live until");
    clock.pass(Duration.ofMinutes(2));
    rotation.retire(ACME, "prod", "first", ALICE);
    assertThat(((CloudFront) world.bench.active("acme").download()).keys())
        .containsExactly(standing("second"));
  }

  @Test
  void rotation_eachStep_isOneTransaction() {
    long before = world.bench.registry.load().version();
    add();
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);
    promote();
    clock.pass(Duration.ofDays(8));
    rotation.retire(ACME, "prod", "first", ALICE);
    assertThat(world.bench.registry.load().version()).isEqualTo(before + 4);
  }

  @Test
  void promote_whileADraftIsVerified_letsItBeTriedAgain() {
    add();
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);
    world.applied(
        Yaml.backend(world.bucket(", ttl: 5m"), world.distribution(Yaml.MADE_KEY, "other/")));
    Backend draft = world.bench.newest("acme", "prod");
    world.bench.write(
        world
            .bench
            .org("acme")
            .withBackend(draft.withFindings(Verification.VERIFIED, Verification.VERIFIED)));

    assertThat(promote().promoted()).isTrue();

    Backend after = world.bench.newest("acme", "prod");
    assertThat(key(after, "second").state()).isEqualTo(KeyState.ACTIVE);
    assertThat(after.downloadSide()).isEqualTo(Verification.UNVERIFIED);
    assertThat(world.bench.active("acme").verified()).isTrue();
  }

  @Test
  void retirement_lastLinkEnded_letsTheKeyGoByItself() {
    add();
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);
    promote();
    KeyRetirement retirement =
        new KeyRetirement(
            () -> world.bench.registry.load().orgs(), world.bench.registry, rotation, clock, "one");
    retirement.run();
    assertThat(standing("first").state()).isEqualTo(KeyState.RETIRING);
    clock.pass(world.bench.active("acme").download().ttl().plusMinutes(2));
    retirement.run();
    assertThat(((CloudFront) world.bench.active("acme").download()).keys())
        .containsExactly(standing("second"));
    long version = world.bench.registry.load().version();
    retirement.run();
    assertThat(world.bench.registry.load().version()).isEqualTo(version);
  }

  @Test
  void retirement_whileAnotherGatewayHasTheWork_leavesTheKey() {
    add();
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);
    promote();
    clock.pass(Duration.ofDays(8));
    world.bench.registry.take("key retirement", "two", Duration.ofMinutes(1));
    new KeyRetirement(
            () -> world.bench.registry.load().orgs(), world.bench.registry, rotation, clock, "one")
        .run();
    assertThat(standing("first").state()).isEqualTo(KeyState.RETIRING);
  }

  @Test
  void promote_linkThatTheDistributionRefuses_changesNothing() {
    add();
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);
    Backend before = world.bench.active("acme");
    world.cdn.faults.add(FakeCdn.Fault.KEY_UNKNOWN);

    Promotion refused = promote();

    assertThat(refused.promoted()).isFalse();
    assertThat(refused.checks()).extracting(Check::code).contains("key_unknown");
    assertThat(world.bench.active("acme")).isEqualTo(before);
  }

  @Test
  void promote_withoutAnIdOrNotWaiting_isRefused() {
    add();
    assertRefused(Reason.WRONG_STATE, this::promote, "has no id; register");
    assertRefused(
        Reason.WRONG_STATE,
        () -> rotation.promote(ACME, "prod", "first", ALICE, check -> {}),
        "it is active");
  }

  @Test
  void promote_distributionChangedMeanwhile_isRefused() {
    add();
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);
    boolean[] done = {false};
    assertRefused(
        Reason.VERSION_CHANGED,
        () ->
            rotation.promote(
                ACME,
                "prod",
                "second",
                ALICE,
                check -> {
                  if (!done[0]) {
                    done[0] = true;
                    rotation.add(
                        ACME,
                        "prod",
                        new NewKey("third", KeyAlgorithm.RSA_2048, Hash.SHA1, null),
                        ALICE);
                  }
                }),
        "promote it again");
    assertThat(standing("first").state()).isEqualTo(KeyState.ACTIVE);
  }

  @Test
  void register_idOfAnotherKeyOrOfAKeyGroup_isRefused() {
    add();
    assertRefused(
        Reason.CONTRADICTION,
        () -> rotation.register(ACME, "prod", "second", FIRST_ID, ALICE),
        "another signing key");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                rotation.register(
                    ACME, "prod", "second", "f2fc6bae-0000-4000-8000-000000000000", ALICE))
        .withMessageContaining("key group");
    assertRefused(
        Reason.WRONG_STATE,
        () -> rotation.register(ACME, "prod", "first", SECOND_ID, ALICE),
        "add a new key");
    assertThat(rotation.register(ACME, "prod", "first", FIRST_ID, ALICE).id()).isEqualTo(FIRST_ID);
  }

  @Test
  void add_importedPem_isSealedAndNeverShown() {
    String pem = Keys.pem(KeyAlgorithm.RSA_2048);
    NewKey wanted = new NewKey("rsa", KeyAlgorithm.ECDSA_P256, Hash.SHA1, CharBuffer.wrap(pem));

    SigningKey key = rotation.add(ACME, "prod", wanted, ALICE);

    assertThat(key.algorithm()).isEqualTo(KeyAlgorithm.RSA_2048);
    assertThat(wanted.toString()).isEqualTo("NewKey[rsa]");
    assertThat(standing("rsa")).isEqualTo(key);
  }

  @Test
  void add_nameThatStandsOrIsNone_isRefused() {
    add();
    assertRefused(Reason.CONTRADICTION, this::add, "choose another name");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                rotation.add(
                    ACME,
                    "prod",
                    new NewKey("A key", KeyAlgorithm.ECDSA_P256, Hash.SHA256, null),
                    ALICE))
        .withMessageContaining("a key's name is");
  }

  @Test
  void retire_waitingKey_isGoneAtOnceAndTheActiveOneStays() {
    add();
    rotation.retire(ACME, "prod", "second", ALICE);
    assertRefused(
        Reason.KEY_MISSING, () -> rotation.retire(ACME, "prod", "second", ALICE), "[first]");
    assertRefused(
        Reason.WRONG_STATE,
        () -> rotation.retire(ACME, "prod", "first", ALICE),
        "signs; promote another");
  }

  @Test
  void everyChange_reachesTheRevisionsOfTheSameDistribution() {
    world.applied(
        Yaml.backend(world.bucket(", encryption: sse-s3"), world.distribution(Yaml.MADE_KEY)));
    Backend draft = world.bench.newest("acme", "prod");
    assertThat(draft.revision()).isEqualTo(2);

    add();
    rotation.register(ACME, "prod", "second", SECOND_ID, ALICE);
    promote();

    Backend after = world.bench.newest("acme", "prod");
    assertThat(after.revision()).isEqualTo(2);
    assertThat(key(after, "second").state()).isEqualTo(KeyState.ACTIVE);
    assertThat(key(after, "first").state()).isEqualTo(KeyState.RETIRING);
  }

  @Test
  void keys_ofABackendInS3_areRefused() {
    world.applied(Yaml.backend(world.bucket("")).replace("prod", "plain"));
    assertRefused(
        Reason.WRONG_STATE,
        () ->
            rotation.add(
                ACME,
                "plain",
                new NewKey("second", KeyAlgorithm.ECDSA_P256, Hash.SHA256, null),
                ALICE),
        "needs no signing key");
  }

  @Test
  void file_withAnotherKey_addsItToTheRevisionThatServes() {
    apply(
        "{name: first, id: "
            + FIRST_ID
            + ", private_key: {generate: true}}, "
            + "{name: later, private_key: {generate: true}}");
    Backend active = world.bench.active("acme");
    assertThat(active.revision()).isEqualTo(world.bench.newest("acme", "prod").revision());
    assertThat(key(active, "later").state()).isEqualTo(KeyState.NEXT);
    assertThat(List.of(key(active, "first").state())).containsExactly(KeyState.ACTIVE);
  }

  private static void assertRefused(Reason reason, ThrowingCallable change, String part) {
    assertThatThrownBy(change)
        .isInstanceOfSatisfying(
            Impossible.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason))
        .hasMessageContaining(part);
  }
}
