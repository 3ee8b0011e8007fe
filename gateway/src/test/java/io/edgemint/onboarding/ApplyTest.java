package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.Backend;
import io.edgemint.backend.Backend.State;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocation;
import io.edgemint.backend.S3Storage.Credentials.StaticKey;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.backend.Snapshot;
import io.edgemint.backend.Verification;
import io.edgemint.onboarding.Apply.Outcome;
import io.edgemint.outbound.OutboundSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplyTest {
  private static final String ACME = Yaml.org("acme");

  @TempDir private Path folder;
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench(folder, new OutboundSettings(List.of()));
    bench.environment.put("SECRET", "s3cr3t");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static String inBucket(String more) {
    return ACME + Yaml.backend(Yaml.bucket(Yaml.ROLE, more));
  }

  private static String behindCdn(String keys, String more) {
    return ACME + Yaml.backend(Yaml.bucket(Yaml.ROLE, ""), Yaml.distribution(keys, more));
  }

  private static String withKeyPair(String more) {
    String endpoint = ", endpoint: 'https://s3.example.com'" + more;
    return ACME + Yaml.backend(Yaml.bucket(Yaml.KEY_PAIR, endpoint));
  }

  private List<SigningKey> keys(Backend backend) {
    return ((CloudFront) backend.download()).keys();
  }

  private long version() {
    return bench.registry.load().version();
  }

  private void assertOutcome(Outcome outcome, String yaml) {
    assertThat(bench.apply(yaml)).extracting(Apply.Result::outcome).containsExactly(outcome);
  }

  @Test
  void run_newOrg_isCreatedWithAnUnverifiedDraft() {
    assertOutcome(Outcome.CREATED, inBucket(""));

    Backend backend = bench.newest("acme", "prod");
    assertThat(backend.state()).isEqualTo(State.DRAFT);
    assertThat(backend.uploadSide()).isEqualTo(Verification.UNVERIFIED);
    assertThat(bench.org("acme").active()).isNull();
  }

  @Test
  void run_sameFileAgain_changesNothingThoughSecretsAreSealedAnew() {
    String issuer =
        "issuers:\n  - {issuer: 'https://i.example', audiences: [a], algorithms: [HS256],"
            + " keys: {secret: {env: LONG}}}\n";
    bench.environment.put("LONG", "x".repeat(40));
    String yaml =
        withKeyPair("")
            .replace("}}\n", "}, download: %s}\n")
            .formatted(Yaml.distribution(Yaml.MADE_KEY, ""));
    bench.apply(yaml + issuer);
    long before = version();

    assertOutcome(Outcome.UNCHANGED, yaml + issuer);
    assertThat(version()).isEqualTo(before);
  }

  @Test
  void run_keyToBeMade_isMadeOnceAndItsPublicHalfTold() {
    Apply.Result made = bench.apply(behindCdn(Yaml.MADE_KEY, "")).getFirst();
    SigningKey key = keys(bench.newest("acme", "prod")).getFirst();

    assertThat(String.join("\n", made.changes())).contains(key.publicKey().strip(), "register");
    bench.apply(behindCdn(Yaml.MADE_KEY, ", path_prefix: x/"));
    assertThat(keys(bench.newest("acme", "prod"))).containsExactly(key);
  }

  @Test
  void run_keyToBeMadeWithAnId_isRefused() {
    String early = "{name: first, id: K2JCJMDEHXQW5F, private_key: {generate: true}}";

    assertThatThrownBy(() -> bench.apply(behindCdn(early, "")))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("acme", "'first'", "apply without the id");

    bench.apply(behindCdn(Yaml.MADE_KEY, ""));
    SigningKey key = keys(bench.newest("acme", "prod")).getFirst();
    bench.apply(behindCdn(early, ""));
    SigningKey registered = keys(bench.newest("acme", "prod")).getFirst();
    assertThat(registered.id()).isEqualTo("K2JCJMDEHXQW5F");
    assertThat(registered.privateKey()).isEqualTo(key.privateKey());
    assertThat(registered.state()).isEqualTo(KeyState.ACTIVE);
  }

  @Test
  void run_otherMaterialUnderAStandingName_isRefusedAndNothingIsWritten() throws Exception {
    bench.apply(behindCdn(Yaml.MADE_KEY, ""));
    Files.writeString(folder.resolve("key.pem"), Keys.pem(CloudFront.KeyAlgorithm.ECDSA_P256));
    String imported = "{name: first, private_key: {file: key.pem}}";
    String otherKind = "{name: first, algorithm: rsa-2048, private_key: {generate: true}}";
    long before = version();

    for (String key : List.of(imported, otherKind)) {
      assertThatThrownBy(() -> bench.apply(Yaml.org("globex"), behindCdn(key, "")))
          .isInstanceOf(Impossible.class)
          .hasMessageContainingAll("acme", "'first'", "under a new name");
    }
    assertThat(version()).isEqualTo(before);
  }

  @Test
  void run_keyAddedAndAnotherNoLongerNamed_bothStandAndTheNewOneWaits() {
    bench.apply(behindCdn(Yaml.MADE_KEY, ""));
    SigningKey first = keys(bench.newest("acme", "prod")).getFirst();
    bench.activate("acme", "prod");

    bench.apply(behindCdn(Yaml.MADE_KEY.replace("first", "second"), ""));

    List<SigningKey> keys = keys(bench.newest("acme", "prod"));
    assertThat(keys).hasSize(2).first().isEqualTo(first);
    assertThat(keys.getLast().state()).isEqualTo(KeyState.NEXT);
    assertThat(keys(bench.active("acme"))).as("what serves, at once").isEqualTo(keys);
  }

  @Test
  void run_bytesChange_makesAnUnverifiedDraftWhileTheOldOneServes() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");
    Backend serving = bench.active("acme");

    assertOutcome(Outcome.CHANGED, inBucket(", prefix: x/"));

    Backend draft = bench.newest("acme", "prod");
    assertThat(bench.active("acme")).isEqualTo(serving);
    assertThat(draft.revision()).isEqualTo(2);
    assertThat(draft.state()).isEqualTo(State.DRAFT);
    assertThat(draft.uploadSide()).isEqualTo(Verification.UNVERIFIED);
    assertThat(draft.upload().prefix()).isEqualTo("x/");
  }

  @Test
  void run_anotherChangeWhileADraftWaits_takesItsPlaceAsANewRevision() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");
    bench.apply(inBucket(", prefix: x/"));

    bench.apply(inBucket(", prefix: y/"));
    assertThat(bench.org("acme").backends()).extracting(Backend::revision).containsExactly(1, 3);

    bench.apply(inBucket(""));
    assertThat(bench.org("acme").backends()).extracting(Backend::revision).containsExactly(1);
    assertOutcome(Outcome.UNCHANGED, inBucket(""));
  }

  @Test
  void run_checkObjectsChanges_actsAtOnceOnWhatServes() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");
    String checked = inBucket("").replace("{name: prod,", "{name: prod, check_objects: true,");

    bench.apply(checked);

    assertThat(bench.active("acme").objects().checked()).isTrue();
    assertThat(bench.org("acme").backends()).hasSize(1);
  }

  @Test
  void apply_lifeThatFalls_leavesTheLongerLinksOnRecord() {
    bench.apply(behindCdn(Yaml.MADE_KEY, ", ttl: 7d"));
    bench.activate("acme", "prod");
    bench.apply(behindCdn(Yaml.MADE_KEY, ", ttl: 1h"));
    bench.apply(behindCdn(Yaml.MADE_KEY, ", ttl: 2h"));
    CloudFront cdn = (CloudFront) bench.active("acme").download();
    assertThat(cdn.keys().get(0).linksUntil())
        .isEqualTo(Bench.NOW.plus(Duration.ofDays(7)).getEpochSecond());
  }

  @Test
  void apply_lifeFallsInANewDraft_keepsTheLongerLinksOnRecordThere() {
    bench.apply(behindCdn(Yaml.MADE_KEY, ", ttl: 7d"));
    bench.activate("acme", "prod");

    bench.apply(behindCdn(Yaml.MADE_KEY, ", ttl: 1h, path_prefix: x/"));

    assertThat(keys(bench.newest("acme", "prod")).getFirst().linksUntil())
        .isEqualTo(Bench.NOW.plus(Duration.ofDays(7)).getEpochSecond());
  }

  @Test
  void apply_newKeyTogetherWithANewDraft_waitsOnWhatServesToo() {
    bench.apply(behindCdn(Yaml.MADE_KEY, ""));
    bench.activate("acme", "prod");

    String second = Yaml.MADE_KEY + ", {name: second, private_key: {generate: true}}";
    bench.apply(behindCdn(second, ", path_prefix: x/"));

    assertThat(keys(bench.active("acme"))).isEqualTo(keys(bench.newest("acme", "prod")));
    assertThat(keys(bench.active("acme")))
        .extracting(SigningKey::state)
        .containsExactly(KeyState.ACTIVE, KeyState.NEXT);
  }

  @Test
  void run_regionsThatShutOutWhatServes_areRefused() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");
    String elsewhere = ACME.replace("['']", "[''], allowed_regions: [us-east-1]");

    assertThatThrownBy(() -> bench.apply(elsewhere))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("'prod'", "allowed_regions", "suspend");
    assertThat(bench.org("acme").policy().allowedRegions()).isEmpty();
  }

  @Test
  void run_lifeChanges_actsAtOnceOnTheNewestAndOnWhatServes() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");
    bench.apply(inBucket(", prefix: x/"));

    bench.apply(inBucket(", prefix: x/, ttl: 5m"));

    assertThat(bench.active("acme").upload().ttl()).isEqualTo(Duration.ofMinutes(5));
    assertThat(bench.active("acme").download().ttl()).isEqualTo(Duration.ofMinutes(5));
    assertThat(bench.active("acme").verified()).isTrue();
    assertThat(bench.newest("acme", "prod").revision()).isEqualTo(2);
    assertThat(bench.newest("acme", "prod").upload().ttl()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void run_lifeThatOnlyTheDraftCanKeep_isCutForWhatServes() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");

    bench.apply(behindCdn(Yaml.MADE_KEY, ", ttl: 7d"));

    assertThat(bench.newest("acme", "prod").download().ttl()).isEqualTo(Duration.ofDays(7));
    assertThat(bench.active("acme").download().ttl()).isEqualTo(Duration.ofMinutes(44));
  }

  @Test
  void run_otherSecret_isSealedAsTheNextVersionInANewDraft() {
    bench.apply(withKeyPair(""));
    bench.activate("acme", "prod");
    bench.environment.put("SECRET", "another");

    bench.apply(withKeyPair(""));

    StaticKey before = (StaticKey) bench.active("acme").upload().credentials();
    StaticKey after = (StaticKey) bench.newest("acme", "prod").upload().credentials();
    Purpose purpose = Purpose.s3Secret(new OrgId("acme"), "prod");
    assertThat(after.secretAccessKey().version()).isEqualTo(before.secretAccessKey().version() + 1);
    assertThat(
            new String(
                bench.secrets.open(after.secretAccessKey(), purpose), StandardCharsets.UTF_8))
        .isEqualTo("another");
    assertThat(
            new String(
                bench.secrets.open(before.secretAccessKey(), purpose), StandardCharsets.UTF_8))
        .isEqualTo("s3cr3t");
  }

  @Test
  void run_standingSecretNoLongerOpens_isSetAgain() throws Exception {
    bench.apply(withKeyPair(""));
    bench.close();
    Files.delete(folder.resolve("key"));
    open();

    assertOutcome(Outcome.CHANGED, withKeyPair(""));

    StaticKey key = (StaticKey) bench.newest("acme", "prod").upload().credentials();
    Purpose purpose = Purpose.s3Secret(new OrgId("acme"), "prod");
    assertThat(bench.secrets.open(key.secretAccessKey(), purpose)).asString().isEqualTo("s3cr3t");
  }

  @Test
  void run_fileSilentOnRevocations_liftsNone() {
    bench.apply(ACME + "revocations: {subjects: [stolen]}\n");

    assertOutcome(Outcome.UNCHANGED, ACME);
    assertThat(bench.org("acme").revocations().subjects()).containsExactly("stolen");

    assertOutcome(Outcome.CHANGED, ACME + "revocations: {}\n");
    assertThat(bench.org("acme").revocations().subjects()).isEmpty();
  }

  @Test
  void run_issuerNoLongerNamed_standsUntilPruned() {
    String both =
        "issuers:\n" + Yaml.issuer("https://one.example") + Yaml.issuer("https://two.example");
    String second = "issuers:\n" + Yaml.issuer("https://two.example");
    bench.apply(ACME + both);

    assertOutcome(Outcome.UNCHANGED, ACME + second);
    assertOutcome(Outcome.UNCHANGED, ACME + second + Yaml.issuer("https://one.example"));

    assertThat(bench.apply(true, false, ACME + second).getFirst().changes())
        .containsExactly("issuer https://one.example (deleted)");
    assertThat(bench.org("acme").issuers())
        .extracting(Issuer::iss)
        .containsExactly("https://two.example");
  }

  @Test
  void run_backendNoLongerNamed_stands() {
    bench.apply(inBucket(""));

    assertOutcome(Outcome.UNCHANGED, ACME);
    assertThat(bench.org("acme").backends()).hasSize(1);
  }

  @Test
  void run_dryRun_saysTheSameAndWritesNothing() {
    List<Apply.Result> said = bench.apply(false, true, inBucket(""));

    assertThat(version()).isZero();
    assertThat(bench.apply(inBucket(""))).isEqualTo(said);
  }

  @Test
  void run_prune_deletesOrgsThatNoFileNames() {
    bench.apply(ACME, Yaml.org("globex"));

    assertThat(bench.apply(ACME)).hasSize(1);
    assertThat(bench.apply(true, false, ACME))
        .extracting(Apply.Result::outcome)
        .containsExactly(Outcome.UNCHANGED, Outcome.DELETED);
    assertThat(bench.registry.load().orgs())
        .extracting(org -> org.id().value())
        .containsExactly("acme");
  }

  @Test
  void run_prunedOrgGivesUpWhatAFileClaims_isOneTransaction() {
    String issuer = "issuers:\n" + Yaml.issuer("https://login.example");
    bench.apply(ACME + issuer);

    assertThat(bench.apply(true, false, Yaml.org("globex") + issuer))
        .extracting(Apply.Result::outcome)
        .containsExactly(Outcome.CREATED, Outcome.DELETED);
  }

  @Test
  void run_pruneOfAnOrgThatIsServed_isRefused() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");

    assertThatThrownBy(() -> bench.apply(true, false, Yaml.org("globex")))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("acme", "'prod' serves");
    assertThat(bench.registry.load().org(new OrgId("globex"))).isNull();
  }

  @Test
  void run_orgInTwoFiles_isRefusedWithAllOtherReasons() {
    String early = "{name: first, id: K2JCJMDEHXQW5F, private_key: {generate: true}}";

    assertThatThrownBy(
            () -> bench.apply(ACME, ACME, behindCdn(early, "").replace("acme", "globex")))
        .isInstanceOf(Impossible.class)
        .hasMessageContainingAll("'acme' stands in two files", "globex", "apply without the id");
    assertThat(version()).isZero();
  }

  @Test
  void run_secrets_areNowhereInTheDatabase() throws Exception {
    String canary = "canary-5d41402abc4b2a76b9719d911017c592";
    bench.environment.put("SECRET", canary);
    Files.writeString(folder.resolve("key.pem"), Keys.pem(CloudFront.KeyAlgorithm.RSA_2048));
    String key = "{name: first, algorithm: rsa-2048, private_key: {file: key.pem}}";
    bench.apply(
        withKeyPair("")
            .replace("}}\n", "}, download: %s}\n")
            .formatted(Yaml.distribution(key, "")));
    SigningKey stored = keys(bench.newest("acme", "prod")).getFirst();
    byte[] pkcs8 =
        bench.secrets.open(
            stored.privateKey(), Purpose.signingKey(new OrgId("acme"), "prod", "first"));

    StringBuilder bytes = new StringBuilder();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(it -> it.toString().contains("registry.db")).toList()) {
        bytes.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(bytes.toString())
        .contains("acme-firmware", stored.privateKey().text())
        .doesNotContain(canary)
        .doesNotContain(base64(canary.getBytes(StandardCharsets.UTF_8)))
        .doesNotContain(base64(pkcs8).substring(100, 200))
        .doesNotContain(new String(pkcs8, StandardCharsets.ISO_8859_1).substring(100, 200));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Laws 4 and 5: no file switches anything, nor says that something works. */
  @Test
  void run_anyFile_neverVerifiesNorSwitches() {
    bench.apply(inBucket(""));
    bench.activate("acme", "prod");
    Seeded.run(
        25,
        random -> {
          Backend serving = bench.active("acme");
          String more = random.nextBoolean() ? "" : ", prefix: p" + random.nextInt(3) + "/";
          String life = random.nextBoolean() ? "" : ", ttl: " + random.nextInt(1, 44) + "m";
          bench.apply(
              random.nextInt(3) == 0
                  ? behindCdn(Yaml.MADE_KEY, more.replace("prefix", "path_prefix") + life)
                  : inBucket(more + life));

          Org after = bench.org("acme");
          assertThat(bench.active("acme").revision()).isEqualTo(1);
          assertThat(bytes(bench.active("acme"))).isEqualTo(bytes(serving));
          assertThat(after.backends())
              .hasSizeLessThanOrEqualTo(2)
              .filteredOn(it -> it.state() != State.ACTIVE)
              .allSatisfy(it -> assertThat(it.uploadSide()).isEqualTo(Verification.UNVERIFIED));
        });
  }

  private static Object bytes(Backend backend) {
    Duration any = Duration.ofMinutes(1);
    return List.of(Lives.of(backend.upload(), any), Lives.of(backend.download(), any));
  }

  /** Whoever guesses the next version must not get past a rule with the record before it. */
  @Test
  void put_somebodyWritesBehindTheRule_isRefused() {
    bench.apply(ACME);
    Org before = bench.org("acme");
    OrgFile file = bench.read(ACME + "revocations: {everything: true}\n");
    Apply apply = new Apply(new Overtaken(bench), bench.secrets, InstantSource.fixed(Bench.NOW));
    List<Org> judged = new ArrayList<>();
    Order next = new Order("mallory", before.version() + 1, false);

    assertThatThrownBy(() -> apply.put(file, next, judged::add))
        .isInstanceOfSatisfying(
            Impossible.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Impossible.Reason.VERSION_CHANGED));

    assertThat(judged).containsExactly(before);
    assertThat(bench.org("acme").version()).isEqualTo(before.version() + 1);
    assertThat(bench.org("acme").revocations().everything()).isFalse();
  }

  /** Somebody else writes behind each read. */
  private record Overtaken(Bench bench) implements BackendStore {
    @Override
    public Snapshot load() {
      return bench.registry.load();
    }

    @Override
    public Org org(OrgId id) {
      Org read = bench.org(id.value());
      bench.registry.write(
          List.of(
              read.withRevocations(
                  read.revocations().with(new Revocation.Subject("dev-" + read.version())))),
          new Change("olga", "revoke"));
      return read;
    }

    @Override
    public Snapshot.Changes since(Snapshot known) {
      return bench.registry.since(known);
    }

    @Override
    public List<Org> write(List<Org> orgs, List<Org> deleted, Change change) {
      return bench.registry.write(orgs, deleted, change);
    }

    @Override
    public void close() {}
  }
}
