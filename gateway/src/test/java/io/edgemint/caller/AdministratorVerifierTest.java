package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Org;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdministratorVerifierTest {
  private final World world = new World();
  private final SigningKey key = SigningKey.of(Algorithm.ES256);

  private AdministratorVerifier verifier(Issuer... administrators) {
    return new AdministratorVerifier(
        List.of(administrators), List.of(), world.supply, world.meters);
  }

  private static Refusal refusal(Future<Administrator> answer) {
    assertThat(answer.failed()).isTrue();
    return ((Refused) answer.cause()).refusal();
  }

  @Test
  void verify_rightToken_isLookedAtOnceAndNeedsNoOrg() {
    AdministratorVerifier verifier = verifier(World.issuer(Algorithm.ES256));
    String token =
        world.token(
            Algorithm.ES256,
            claims -> {
              claims.put("scope", "edgemint:viewer other");
              claims.remove("org");
            });

    assertThat(verifier.remembered(token)).isNull();
    Administrator administrator = verifier.verify(token).result();

    assertThat(administrator.org()).isNull();
    assertThat(administrator.issuer()).isEqualTo(World.ISS);
    assertThat(administrator.scopes()).isEqualTo(Set.of("edgemint:viewer", "other"));
    assertThat(verifier.remembered(token)).isSameAs(administrator);
    assertThat(verifier.verify(token).result()).isSameAs(administrator);
    assertThat(
            world
                .meters
                .get("gateway.admin.auth")
                .tag("result", "accepted")
                .tag("reason", "verified")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void verify_tokenEndsMeanwhile_isExpired() {
    AdministratorVerifier verifier = verifier(World.issuer(Algorithm.ES256));
    String token = world.token(Algorithm.ES256);
    assertThat(verifier.verify(token).succeeded()).isTrue();

    world.timers.advance(Duration.ofHours(1));

    assertThat(verifier.remembered(token)).isNull();
    assertThat(refusal(verifier.verify(token))).isEqualTo(Refusal.TOKEN_EXPIRED);
  }

  @Test
  void verify_keyWithdrawnMeanwhile_opensNothingAnyMore() {
    AdministratorVerifier verifier = verifier(World.jwksUrl(World.ISS, null));
    world.fetches.remove().complete(World.jwks(key.jwk("a")));
    String token = world.token(key, "a", claims -> {});
    assertThat(verifier.verify(token).succeeded()).isTrue();

    while (world.fetches.isEmpty()) {
      world.timers.advance(Duration.ofSeconds(1));
    }
    SigningKey next = SigningKey.make(Algorithm.ES256);
    world.fetches.remove().complete(World.jwks(next.jwk("b")));

    assertThat(verifier.remembered(token)).isNull();
    assertThat(verifier.verify(token).succeeded()).isFalse();
    assertThat(verifier.verify(world.token(next, "b", claims -> {})).succeeded()).isTrue();
  }

  @Test
  void verify_issuerOfAnOrganisation_isUnknown() {
    AdministratorVerifier verifier = verifier();
    Org org = World.org(World.ACME, World.pem(World.ISS, World.ACME, key));
    world.snapshot(org);

    assertThat(refusal(verifier.verify(world.token(key, World.KID, claims -> {}))))
        .isEqualTo(Refusal.TOKEN_INVALID);
  }

  @Test
  void verify_tokenMeantForDevicesToo_isRefused() {
    Issuer devices =
        new Issuer(
            World.ISS,
            Set.of("devices"),
            Set.of(Algorithm.ES256),
            World.issuer(Algorithm.ES256).keys(),
            Issuer.ClaimNames.DEFAULT,
            Issuer.DEFAULT_MAX_LIFE,
            null);
    AdministratorVerifier verifier =
        new AdministratorVerifier(
            List.of(World.issuer(Algorithm.ES256)), List.of(devices), world.supply, world.meters);
    String both =
        world.token(
            Algorithm.ES256, claims -> claims.putArray("aud").add(World.AUDIENCE).add("devices"));

    assertThat(refusal(verifier.verify(both))).isEqualTo(Refusal.TOKEN_INVALID);
    assertThat(verifier.remembered(both)).isNull();
    assertThat(verifier.verify(world.token(Algorithm.ES256)).succeeded()).isTrue();
  }

  @Test
  void close_everyToken_opensNothingAnyMore() {
    AdministratorVerifier verifier = verifier(World.issuer(Algorithm.ES256));
    String token = world.token(Algorithm.ES256);
    assertThat(verifier.verify(token).succeeded()).isTrue();

    verifier.close();

    assertThat(verifier.remembered(token)).isNull();
    assertThat(verifier.verify(token).failed()).isTrue();
  }
}
