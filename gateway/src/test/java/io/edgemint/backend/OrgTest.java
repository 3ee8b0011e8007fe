package io.edgemint.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrgTest {
  @ParameterizedTest
  @ValueSource(strings = {"ac", "a-", "0b", "a2345678901234567890123456789012345678"})
  void orgId_wellFormed_isAccepted(String value) {
    assertThat(new OrgId(value).value()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "-a",
        "Acme",
        "acme ",
        "acme\n",
        "acme/x",
        "аcme",
        "acme\u0000",
        "acme.x",
        "..",
        "a23456789012345678901234567890123456789"
      })
  void orgId_malformed_isRefused(String value) {
    assertThat(OrgId.isWellFormed(value)).isFalse();
    assertThatThrownBy(() -> new OrgId(value)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withActive_verifiedRevision_replacesWhatServed() {
    Org org = Samples.org("acme", Samples.verified("prod", 1), Samples.verified("prod", 2));
    assertThat(org.active()).isNull();
    Org first = org.withActive(org.backends().get(0));
    assertThat(first.active()).isEqualTo(first.backends().get(0)).isNotNull();
    Org second = first.withActive(first.backends().get(1));
    assertThat(second.backends())
        .extracting(Backend::state)
        .containsExactly(Backend.State.REPLACED, Backend.State.ACTIVE);
  }

  @Test
  void withActive_inTurns_keepsTheOneBeforeAndTheNewestOfEachName() {
    Org org =
        Samples.org(
            "acme",
            Samples.verified("prod", 1),
            Samples.verified("prod", 2),
            Samples.verified("cdn", 1));
    org = org.withActive(revision(org, "prod", 1));
    assertThat(org.previous()).isNull();
    org = org.withActive(revision(org, "cdn", 1));
    assertThat(org.previous()).isEqualTo(revision(org, "prod", 1));
    org = org.withActive(revision(org, "prod", 2));
    assertThat(org.previous()).isEqualTo(revision(org, "cdn", 1));
    assertThat(org.backends()).hasSize(2);
    org = org.withActive(revision(org, "cdn", 1));
    assertThat(org.previous()).isEqualTo(revision(org, "prod", 2));
  }

  @Test
  void withActive_theOneThatServes_endsItsSuspensionAndNothingElse() {
    Org org = Samples.org("acme", Samples.verified("prod", 1));
    Org serving = org.withActive(org.backends().get(0));
    Backend active = serving.backends().get(0);
    Backend.Service suspended = active.service().withSuspended(true);
    Org held = serving.withBackend(active.withService(suspended));
    assertThat(held.withActive(held.backends().get(0))).isEqualTo(serving);
  }

  private static Backend revision(Org org, String name, int revision) {
    return org.backends().stream()
        .filter(it -> it.name().equals(name) && it.revision() == revision)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void serving_afterAFailover_isTheStandbyBelowTheSamePrefix() {
    Backend.Standby standby = new Backend.Standby("second", "us-east-1", false);
    Backend backend = Samples.verified("prod", 1).withStandby(standby);
    assertThat(backend.serving()).isEqualTo(backend.download());
    Backend over = backend.withService(backend.service().withFailedOver(true));
    S3Storage first = (S3Storage) backend.download();
    assertThat(over.serving()).isEqualTo(first.in("second", "us-east-1"));
    assertThat(over.withStandby(null).serving()).isEqualTo(first);
  }

  @Test
  void standby_ofADistribution_isRefused() {
    CloudFront cdn =
        new CloudFront("https", "d1.cloudfront.net", "", List.of(), Duration.ofHours(1));
    Backend backend = Backend.draft("prod", 1, Samples.s3("b"), cdn);
    assertThatThrownBy(() -> backend.withStandby(new Backend.Standby("c", "us-east-1", false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("origin group");
  }

  @Test
  void policy_standbyElsewhere_isNotAllowed() {
    Policy policy = new Policy(Entitlement.NONE, Set.of("eu-west-1"), false);
    Backend backend = Samples.verified("prod", 1);
    assertThat(policy.allows(backend)).isTrue();
    assertThat(policy.allows(backend.withStandby(new Backend.Standby("c", "us-east-1", true))))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({"VERIFIED,UNVERIFIED", "UNVERIFIED,VERIFIED", "FAILED,VERIFIED", "VERIFIED,FAILED"})
  void withActive_oneSideNotVerified_isRefused(
      Verification.Verdict upload, Verification.Verdict download) {
    Backend half =
        new Backend(
            "prod",
            1,
            Backend.State.DRAFT,
            Samples.s3("b"),
            Samples.s3("b"),
            new Verification(upload, null),
            new Verification(download, null));
    Org org = Samples.org("acme", half);
    assertThatThrownBy(() -> org.withActive(half))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("verified");
  }

  @Test
  void withActive_regionIsNotAllowedAnyLonger_isRefused() {
    Policy narrowed = new Policy(Entitlement.NONE, Set.of("eu-central-1"), false);
    Backend elsewhere = Samples.verified("prod", 1);
    Org org = Samples.org("acme", narrowed, elsewhere);
    assertThatThrownBy(() -> org.withActive(elsewhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("region");
  }

  @Test
  void constructor_twoActiveOrTwins_isRefused() {
    Backend one = Samples.verified("prod", 1).withState(Backend.State.ACTIVE);
    Backend two = Samples.verified("other", 1).withState(Backend.State.ACTIVE);
    assertThatThrownBy(() -> Samples.org("acme", one, two))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Samples.org("acme", one, one.withState(Backend.State.REPLACED)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "", "Prod", "a.b", "eleven-char"})
  void backend_nameThatIsNone_isRefused(String name) {
    S3Storage storage = Samples.s3("b");
    assertThatThrownBy(() -> Backend.draft(name, 1, storage, storage))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("backend");
  }

  @Test
  void purpose_ofDefaultStorage_isThePlatformsForEveryOrg() {
    OrgId acme = new OrgId("acme");
    OrgId globex = new OrgId("globex");
    assertThat(Secrets.Purpose.s3Secret(acme, "default"))
        .isEqualTo(Secrets.Purpose.s3Secret(globex, "default"));
    assertThat(Secrets.Purpose.s3Secret(acme, "prod"))
        .isNotEqualTo(Secrets.Purpose.s3Secret(globex, "prod"));
  }

  @Test
  void newest_severalRevisions_isTheHighest() {
    Org org =
        Samples.org(
            "acme",
            Samples.verified("prod", 2),
            Samples.verified("prod", 10),
            Samples.verified("test", 11));
    assertThat(org.newest("prod")).isNotNull().extracting(Backend::revision).isEqualTo(10);
    assertThat(org.newest("none")).isNull();
  }

  @Test
  void entitlement_prefixes_areComparedAsTheyStand() {
    Entitlement entitlement = new Entitlement(List.of("fw/", "boot"));
    assertThat(entitlement.permits(Samples.key("fw/a"))).isTrue();
    assertThat(entitlement.permits(Samples.key("bootloader"))).isTrue();
    assertThat(entitlement.permits(Samples.key("fwx"))).isFalse();
    assertThat(entitlement.permits(Samples.key("FW/a"))).isFalse();
    assertThat(Entitlement.NONE.permits(Samples.key("fw/a"))).isFalse();
    assertThat(new Entitlement(List.of("")).permits(Samples.key("x"))).isTrue();
  }

  @Test
  void revocations_eachKind_covers() {
    ObjectKey key = Samples.key("fw/1.bin");
    assertThat(Revocations.NONE.covers("dev", key)).isFalse();
    assertThat(new Revocations(true, Set.of(), List.of()).covers("dev", key)).isTrue();
    assertThat(new Revocations(false, Set.of("dev"), List.of()).covers("dev", key)).isTrue();
    assertThat(new Revocations(false, Set.of("dev"), List.of()).covers("dev2", key)).isFalse();
    assertThat(new Revocations(false, Set.of(), List.of("fw/1")).covers("dev", key)).isTrue();
    assertThat(new Revocations(false, Set.of(), List.of("fw/2")).covers("dev", key)).isFalse();
  }

  @Test
  void sealedSecret_asText_showsNothing() {
    assertThat(new SealedSecret(1, "v1.abc").toString()).doesNotContain("abc");
  }
}
