package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.KeyPairs;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.Issuer.KeySource.SharedSecret;
import io.edgemint.backend.Org;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.SealedSecret;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may speak for whom, as the organisations' records come and go. */
class IssuersTest {
  private static final String OWN = "https://acme.example";

  private final World world = new World();
  private final SigningKey key = SigningKey.of(Algorithm.ES256);
  private final SigningKey other = SigningKey.make(Algorithm.ES256);

  private String token(SigningKey signer, String org) {
    return world.token(signer, World.KID, claims -> claims.put("iss", OWN).put("org", org));
  }

  private String tokenWithoutOrg(SigningKey signer) {
    return world.token(signer, World.KID, claims -> claims.put("iss", OWN).remove("org"));
  }

  @Test
  void boundIssuer_speaksForItsOrgAlone() {
    world.snapshot(World.org(World.ACME, World.pem(OWN, World.ACME, key)));
    CallerVerifier verifier = world.verifier();

    assertThat(verifier.verify(token(key, "acme")).result().org()).isEqualTo(World.ACME);
    assertThat(verifier.verify(tokenWithoutOrg(key)).result().org()).isEqualTo(World.ACME);
    assertThat(World.flaw(verifier, token(key, "bolt"))).isEqualTo(Flaw.NOT_FOR_ORG);
    assertThat(Flaw.NOT_FOR_ORG.refused().refusal()).isEqualTo(Refusal.ISSUER_NOT_FOR_ORG);
  }

  @Test
  void boundIssuer_forgedClaimOfAnotherOrg_tellsNothing() {
    world.snapshot(World.org(World.ACME, World.pem(OWN, World.ACME, key)));

    assertThat(World.flaw(world.verifier(), token(other, "bolt"))).isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void platformIssuer_isNeverShadowed() {
    CallerVerifier verifier = world.verifier(World.pem(OWN, null, key));
    world.snapshot(World.org(World.BOLT, World.pem(OWN, World.BOLT, other)));

    assertThat(verifier.verify(token(key, "acme")).succeeded()).isTrue();
    assertThat(World.flaw(verifier, token(other, "bolt"))).isEqualTo(Flaw.SIGNATURE);

    world.snapshot();
    assertThat(verifier.verify(token(key, "acme")).succeeded()).isTrue();
  }

  @Test
  void sameNameInTwoOrgs_isAcceptedForNeither() {
    world.snapshot(
        World.org(World.ACME, World.pem(OWN, World.ACME, key)),
        World.org(World.BOLT, World.pem(OWN, World.BOLT, other)));
    CallerVerifier verifier = world.verifier();

    assertThat(World.flaw(verifier, token(key, "acme"))).isEqualTo(Flaw.ISSUER_UNKNOWN);
    assertThat(World.flaw(verifier, token(other, "bolt"))).isEqualTo(Flaw.ISSUER_UNKNOWN);
  }

  @Test
  void issuerInOneOrgsRecordBoundToAnother_isNotAccepted() {
    world.snapshot(World.org(World.ACME, World.pem(OWN, World.BOLT, key)));
    CallerVerifier verifier = world.verifier();

    assertThat(World.flaw(verifier, token(key, "bolt"))).isEqualTo(Flaw.ISSUER_UNKNOWN);
    assertThat(World.flaw(verifier, token(key, "acme"))).isEqualTo(Flaw.ISSUER_UNKNOWN);

    world.snapshot(World.org(World.ACME, World.pem(OWN, null, key)));
    assertThat(World.flaw(verifier, token(key, "bolt"))).isEqualTo(Flaw.ISSUER_UNKNOWN);
  }

  @Test
  void platformIssuers_nameTwiceOrBound_areRefused() {
    Issuer issuer = World.pem(OWN, null, key);

    assertThatThrownBy(() -> world.verifier(issuer, issuer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(OWN);
    assertThatThrownBy(() -> world.verifier(World.pem(OWN, World.ACME, key)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void snapshot_unchangedIssuer_keepsItsTokensAcrossReplacements() {
    CallerVerifier verifier = world.verifier();
    world.snapshot(World.org(World.ACME, World.pem(OWN, World.ACME, key)));
    String token = token(key, "acme");
    Future<Caller> first = verifier.verify(token);

    Policy policy = new Policy(Entitlement.NONE, Set.of("eu-west-1"), true);
    Issuer same = World.pem(OWN, World.ACME, key);
    world.snapshot(
        new Org(World.ACME, 2, policy, Revocations.NONE, List.of(same), List.of()),
        World.org(World.BOLT));

    assertThat(verifier.verify(token)).isSameAs(first);
  }

  @Test
  void snapshot_issuerDropped_endsItsTokensAtOnce() {
    CallerVerifier verifier = world.verifier();
    world.snapshot(World.org(World.ACME, World.pem(OWN, World.ACME, key)));
    String token = token(key, "acme");
    assertThat(verifier.verify(token).succeeded()).isTrue();

    world.snapshot(World.org(World.ACME));
    assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.ISSUER_UNKNOWN);

    world.snapshot(World.org(World.ACME, World.pem(OWN, World.ACME, key)));
    assertThat(verifier.verify(token).succeeded()).isTrue();
  }

  @Test
  void snapshot_issuerMovesToAnotherOrg_rememberedTokensDoNot() {
    CallerVerifier verifier = world.verifier();
    world.snapshot(World.org(World.ACME, World.pem(OWN, World.ACME, key)));
    String token = tokenWithoutOrg(key);
    assertThat(verifier.verify(token).result().org()).isEqualTo(World.ACME);

    world.snapshot(World.org(World.BOLT, World.pem(OWN, World.BOLT, key)));

    assertThat(verifier.verify(token).result().org()).isEqualTo(World.BOLT);
  }

  @Test
  void snapshot_settingsOfTheIssuerChange_rememberedTokensAreJudgedAnew() {
    CallerVerifier verifier = world.verifier();
    Issuer before = World.pem(OWN, World.ACME, key);
    world.snapshot(World.org(World.ACME, before));
    String token = token(key, "acme");
    assertThat(verifier.verify(token).succeeded()).isTrue();

    world.snapshot(
        World.org(
            World.ACME,
            new Issuer(
                OWN,
                Set.of("another"),
                before.algorithms(),
                before.keys(),
                ClaimNames.DEFAULT,
                Duration.ofHours(24),
                World.ACME)));

    assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.AUDIENCE);
  }

  @Test
  void snapshot_settingsOfAUrlIssuerChange_keepItsKeys() {
    CallerVerifier verifier = world.verifier();
    world.snapshot(World.org(World.ACME, World.jwksUrl(OWN, World.ACME)));
    world.fetches.remove().complete(World.jwks(key.jwk(World.KID)));
    Issuer before = World.jwksUrl(OWN, World.ACME);
    world.snapshot(
        World.org(
            World.ACME,
            new Issuer(
                OWN,
                before.audiences(),
                before.algorithms(),
                before.keys(),
                ClaimNames.DEFAULT,
                Duration.ofHours(2),
                World.ACME)));

    assertThat(verifier.verify(token(key, "acme")).succeeded()).isTrue();
    assertThat(world.asked).isEqualTo(1);
  }

  private static Org acmeSharing(String sealed, Duration maxLife) {
    return World.org(
        World.ACME,
        new Issuer(
            OWN,
            Set.of(World.AUDIENCE),
            Set.of(Algorithm.HS256),
            new SharedSecret(World.KID, new SealedSecret(1, sealed)),
            ClaimNames.DEFAULT,
            maxLife,
            World.ACME));
  }

  @Test
  void snapshot_sharedSecretSealedAnew_keepsItsTokens() {
    CallerVerifier verifier = world.verifier();
    world.snapshot(acmeSharing("under the old key", Duration.ofHours(2)));
    String token = token(SigningKey.of(Algorithm.HS256), "acme");
    Future<Caller> first = verifier.verify(token);

    world.snapshot(acmeSharing("under the new key", Duration.ofHours(2)));

    assertThat(first.succeeded()).isTrue();
    assertThat(verifier.verify(token)).isSameAs(first);
  }

  @Test
  void snapshot_sharedSecretReplaced_endsItsTokens() {
    CallerVerifier verifier = world.verifier();
    world.snapshot(acmeSharing("one secret", Duration.ofHours(2)));
    String token = token(SigningKey.of(Algorithm.HS256), "acme");
    assertThat(verifier.verify(token).succeeded()).isTrue();

    world.shared = SigningKey.make(Algorithm.HS256).secret().getEncoded();
    world.snapshot(acmeSharing("another secret", Duration.ofHours(2)));

    assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void snapshot_sealedAnewAndOtherwiseChanged_judgesTokensAnew() {
    CallerVerifier verifier = world.verifier();
    world.snapshot(acmeSharing("under the old key", Duration.ofHours(2)));
    String token = token(SigningKey.of(Algorithm.HS256), "acme");
    assertThat(verifier.verify(token).succeeded()).isTrue();

    world.snapshot(acmeSharing("under the new key", Duration.ofMinutes(30)));

    assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.LIFE_TOO_LONG);
  }

  @Test
  void snapshot_changesWhileATokenIsVerified_itIsJudgedByWhatStandsThen() {
    AtomicReference<@Nullable Org> meanwhile = new AtomicReference<>();
    CallerVerifier verifier =
        new CallerVerifier(
            List.of(),
            world.orgs,
            world.supply,
            caller -> {
              Org next = meanwhile.getAndSet(null);
              if (next != null) {
                world.snapshot(next);
              }
              return () -> null;
            },
            10_000_000,
            world.meters);
    world.snapshot(acmeSharing("sealed", Duration.ofHours(2)));
    SigningKey secret = SigningKey.of(Algorithm.HS256);

    meanwhile.set(acmeSharing("sealed", Duration.ofHours(3)));
    assertThat(verifier.verify(token(secret, "acme")).succeeded()).isTrue();

    meanwhile.set(World.org(World.ACME));
    String late = world.token(secret, World.KID, it -> it.put("iss", OWN).put("sub", "late"));
    assertThat(World.flaw(verifier, late)).isEqualTo(Flaw.ISSUER_UNKNOWN);
  }

  @Test
  void problems_nameTheIssuerAndItsUnusableKeys() {
    CallerVerifier verifier =
        world.verifier(
            World.pem(World.ISS, null, key),
            World.pem(
                "https://weak.example", null, SigningKey.pair(Algorithm.RS256, KeyPairs.rsa(1024))),
            World.pem(
                "https://curve.example",
                null,
                SigningKey.pair(Algorithm.ES256, KeyPairs.ec("secp384r1"))));

    assertThat(verifier.problems())
        .containsExactlyInAnyOrder(
            "issuer https://weak.example: no usable key, so every token of it is refused",
            "issuer https://weak.example: key 1: the RSA key has 1024 bits, and 2,048 to 8,192 are"
                + " accepted",
            "issuer https://curve.example: no usable key, so every token of it is refused",
            "issuer https://curve.example: key 1: the EC key is on another curve than P-256");
  }

  @Test
  void problems_sharedSecretTooShortOrNotOpened_keepsTokensOut() {
    for (SharedSecrets broken :
        List.<SharedSecrets>of(
            (_, _) -> new byte[31],
            (_, _) -> {
              throw new IllegalArgumentException("sealed for something else");
            })) {
      KeySupply supply =
          new KeySupply(
              world.supply.fetch(),
              world.supply.lastGood(),
              broken,
              Runnable::run,
              world.timers,
              world.timers,
              world.supply.random());
      CallerVerifier verifier =
          new CallerVerifier(
              List.of(World.issuer(Algorithm.HS256)),
              world.orgs,
              supply,
              caller -> () -> null,
              1_000_000,
              world.meters);

      assertThat(World.flaw(verifier, world.token(Algorithm.HS256))).isEqualTo(Flaw.KEY_UNKNOWN);
      assertThat(verifier.anybodyGetsIn()).isFalse();
      assertThat(verifier.problems())
          .anyMatch(text -> text.contains("31 bytes") || text.contains("something else"));
    }
  }

  @Test
  void written_sharedSecret_isWipedAfterUse() {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) 7);

    KeySet keys = KeySources.written(World.issuer(Algorithm.HS256), (_, _) -> secret);

    assertThat(keys.size()).isEqualTo(1);
    assertThat(secret).containsOnly(0);
  }

  @Test
  void problems_secretForAnIssuerWithoutHs256_isSaid() {
    Issuer secret = World.issuer(Algorithm.HS256);
    Issuer mixed = World.issuer(World.ISS, Set.of(Algorithm.ES256), secret.keys(), null);

    assertThat(world.verifier(mixed).problems())
        .anyMatch(text -> text.contains("do not include HS256"));
  }

  @Test
  void problems_noIssuerAtAll_saysThatNobodyGetsIn() {
    assertThat(world.verifier().problems())
        .containsExactly("no issuer has a usable key: nobody gets in");
  }
}
