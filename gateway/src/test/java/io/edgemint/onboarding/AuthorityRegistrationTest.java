package io.edgemint.onboarding;

import static io.edgemint.TestAuthority.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.edgemint.KeyPairs;
import io.edgemint.ManualClock;
import io.edgemint.TestAuthority;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PlainSecrets;
import io.edgemint.backend.Samples;
import io.edgemint.onboarding.AuthorityRegistration.Challenge;
import io.edgemint.onboarding.AuthorityRegistration.NewAuthority;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.registry.SqlRegistry;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityRegistrationTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId OTHER = new OrgId("other");
  private static final Order ORDER = Order.of("test");

  @TempDir Path folder;
  private final ManualClock clock = new ManualClock(NOW.getEpochSecond());
  private final PlainSecrets secrets = new PlainSecrets();
  private final Set<String> platform = new HashSet<>();
  private final TestAuthority ca = TestAuthority.root("Acme Devices", NOW);
  private @Nullable SqlRegistry opened;
  private @Nullable AuthorityRegistration made;

  @BeforeEach
  void open() {
    SqlRegistry registry = SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), clock);
    registry.write(
        List.of(Samples.org("acme").withVersion(0), Samples.org("other").withVersion(0)),
        new Change("test", "make"));
    opened = registry;
    made = new AuthorityRegistration(registry, secrets, () -> platform, clock);
  }

  @AfterEach
  void close() {
    store().close();
  }

  private SqlRegistry store() {
    return Objects.requireNonNull(opened);
  }

  private AuthorityRegistration registration() {
    return Objects.requireNonNull(made);
  }

  private Org org(OrgId id) {
    return Objects.requireNonNull(store().org(id));
  }

  private NewAuthority proven(OrgId org, String name, TestAuthority authority) {
    Challenge challenge = registration().challenge(org, authority.pem(), ORDER);
    return new NewAuthority(
        name,
        authority.pem(),
        challenge.challenge(),
        authority.proof(challenge.nonce(), NOW),
        Subject.CN,
        null);
  }

  private Org add(OrgId org, String name, TestAuthority authority) {
    return registration().put(org, proven(org, name, authority), ORDER);
  }

  private Reason refusal(Runnable call) {
    return catchThrowableOfType(Impossible.class, call::run).reason();
  }

  private Reason refusal(TestAuthority authority) {
    return refusal(() -> registration().challenge(ACME, authority.pem(), ORDER));
  }

  @Test
  void authority_thatProvesItsKey_isRegistered() {
    Challenge challenge = registration().challenge(ACME, ca.pem(), ORDER);
    assertThat(challenge.nonce()).hasSize(64);
    assertThat(org(ACME).authorities()).isEmpty();

    add(ACME, "devices", ca);

    CertificateAuthority written = AuthorityRegistration.standing(org(ACME), "devices");
    assertThat(written.publicKey()).isEqualTo(ca.fingerprint());
    assertThat(written.crl()).isNull();
  }

  @Test
  void proof_ofAnotherKeyNonceOrOrganisation_isRefused() {
    Challenge mine = registration().challenge(ACME, ca.pem(), ORDER);
    Challenge others = registration().challenge(OTHER, ca.pem(), ORDER);
    TestAuthority stranger = TestAuthority.root("Acme Devices", NOW);
    String proof = ca.proof(mine.nonce(), NOW);

    assertThat(put(ca, mine.challenge(), stranger.proof(mine.nonce(), NOW)))
        .isEqualTo(Reason.PROOF_INVALID);
    assertThat(put(ca, mine.challenge(), ca.proof(others.nonce(), NOW)))
        .isEqualTo(Reason.PROOF_INVALID);
    assertThat(put(ca, others.challenge(), ca.proof(others.nonce(), NOW)))
        .isEqualTo(Reason.CHALLENGE_INVALID);
    assertThat(put(stranger, mine.challenge(), stranger.proof(mine.nonce(), NOW)))
        .isEqualTo(Reason.CHALLENGE_INVALID);
    assertThat(put(ca, "made up", proof)).isEqualTo(Reason.CHALLENGE_INVALID);
    assertThat(put(ca, mine.challenge(), "no certificate")).isEqualTo(Reason.AUTHORITY_UNFIT);
    clock.pass(Duration.ofDays(8));
    assertThat(put(ca, mine.challenge(), proof)).isEqualTo(Reason.CHALLENGE_INVALID);
    assertThat(org(ACME).authorities()).isEmpty();
  }

  private Reason put(TestAuthority authority, String challenge, String proof) {
    return refusal(
        () ->
            registration()
                .put(
                    ACME,
                    new NewAuthority(
                        "devices", authority.pem(), challenge, proof, Subject.CN, null),
                    ORDER));
  }

  @Test
  void certificates_thatAreNoStrongAuthorities_areRefused() {
    assertThat(refusal(TestAuthority.root(draft("x", NOW).device())))
        .isEqualTo(Reason.NOT_AN_AUTHORITY);
    assertThat(refusal(TestAuthority.root(draft("x", NOW).authority().version1())))
        .isEqualTo(Reason.NOT_AN_AUTHORITY);
    byte[] signsNothing = {3, 2, 7, (byte) 0x80};
    assertThat(
            refusal(
                TestAuthority.root(
                    draft("x", NOW)
                        .extension("551d13", true, new byte[] {0x30, 3, 1, 1, (byte) 0xff})
                        .extension("551d0f", true, signsNothing))))
        .isEqualTo(Reason.NOT_AN_AUTHORITY);
    assertThat(refusal(TestAuthority.root(draft("x", NOW).authority().key(KeyPairs.rsa(1024)))))
        .isEqualTo(Reason.WEAK_KEY);
    assertThat(
            refusal(
                TestAuthority.root(
                    draft("x", NOW).authority().key(KeyPairs.rsa(2048)).hash("SHA1"))))
        .isEqualTo(Reason.WEAK_SIGNATURE);
    assertThat(
            refusal(
                TestAuthority.root(
                    draft("x", NOW).authority().valid(NOW.minusSeconds(9), NOW.minusSeconds(1)))))
        .isEqualTo(Reason.AUTHORITY_EXPIRED);
    assertThat(refusal(ca.intermediate(draft("x", NOW).authority().permits("a.test"))))
        .isEqualTo(Reason.NOT_AN_AUTHORITY);
    platform.add(ca.fingerprint());
    assertThat(refusal(ca)).isEqualTo(Reason.AUTHORITY_OF_PLATFORM);
  }

  @Test
  void key_ofAnotherOrganisation_isAConflictUntilItIsRemoved() {
    add(ACME, "devices", ca);

    NewAuthority second = proven(OTHER, "mine", ca);
    assertThatThrownBy(() -> registration().put(OTHER, second, ORDER)).isInstanceOf(Conflict.class);

    registration().remove(ACME, "devices", ORDER);
    registration().put(OTHER, second, ORDER);
    assertThat(org(OTHER).authorities()).hasSize(1);
  }

  @Test
  void key_twiceOrNameWithAnotherKey_isRefused() {
    add(ACME, "devices", ca);

    assertThat(refusal(() -> add(ACME, "again", ca))).isEqualTo(Reason.CONTRADICTION);
    TestAuthority next = TestAuthority.root("Next", NOW);
    assertThat(refusal(() -> add(ACME, "devices", next))).isEqualTo(Reason.CONTRADICTION);
    add(ACME, "devices", ca);
    assertThat(org(ACME).authorities()).hasSize(1);
  }

  @Test
  void authorities_moreThanTwenty_areRefused() {
    Org full = org(ACME);
    for (int i = 0; i < 20; i++) {
      TestAuthority each = TestAuthority.root("CA " + i, NOW);
      full =
          full.withAuthority(
              new CertificateAuthority(
                  "ca-" + i, each.pem(), each.fingerprint(), Subject.CN, null));
    }
    store().write(List.of(full), new Change("test", "fill"));

    assertThat(refusal(ca)).isEqualTo(Reason.TOO_MANY_AUTHORITIES);
  }

  @Test
  void revocationList_newer_replacesTheOneThatStands() {
    add(ACME, "devices", ca);
    Instant next = NOW.plus(Duration.ofDays(1));
    registration().putCrl(ACME, "devices", ca.crlPem(2, NOW, next, BigInteger.TEN), ORDER);
    registration().putCrl(ACME, "devices", ca.crlPem(2, NOW, next, BigInteger.TEN), ORDER);

    assertThat(list(ca.crlPem(1, NOW, next))).isEqualTo(Reason.CRL_OLDER);
    TestAuthority stranger = TestAuthority.root("Acme Devices", NOW);
    assertThat(list(stranger.crlPem(3, NOW, next))).isEqualTo(Reason.CRL_INVALID);
    assertThat(list(ca.crlPem(3, NOW.minusSeconds(9), NOW))).isEqualTo(Reason.CRL_INVALID);
    assertThat(list(ca.crlPem(3, NOW.plusSeconds(9), next))).isEqualTo(Reason.CRL_INVALID);
    assertThat(list(ca.pem())).isEqualTo(Reason.CRL_INVALID);
    assertThat(refusal(() -> registration().putCrl(ACME, "no", ca.crlPem(3, NOW, next), ORDER)))
        .isEqualTo(Reason.AUTHORITY_MISSING);

    add(ACME, "devices", ca);
    assertThat(AuthorityRegistration.standing(org(ACME), "devices").crl())
        .as("the list that stood")
        .isNotNull();
  }

  private Reason list(String pem) {
    return refusal(() -> registration().putCrl(ACME, "devices", pem, ORDER));
  }

  @Test
  void file_applied_dropsNoAuthority() {
    add(ACME, "devices", ca);
    OrgFile file = new OrgFile(Samples.org("acme"), false, Set.of());

    new Apply(store(), secrets, clock).run(List.of(file), true, false, "test");

    assertThat(org(ACME).authorities()).hasSize(1);
  }
}
