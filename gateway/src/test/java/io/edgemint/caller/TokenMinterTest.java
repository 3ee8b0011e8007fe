package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.KeyPairs;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.caller.TokenMinter.Content;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenMinterTest {
  private static final Content CONTENT =
      new Content(
          World.ISS,
          Set.of(World.AUDIENCE),
          "device",
          World.ACME,
          Set.of("publish", "deliver"),
          new Entitlement(List.of("fw/", "cfg/ü")),
          Duration.ofMinutes(10),
          ClaimNames.DEFAULT);

  private final World world = new World();

  private static TokenMinter minter(Algorithm algorithm) {
    SigningKey key = SigningKey.of(algorithm);
    return algorithm == Algorithm.HS256
        ? TokenMinter.ofSecret(key.secret().getEncoded(), World.KID)
        : TokenMinter.ofPrivateKey(key.privatePem(), World.KID, algorithm == Algorithm.PS256);
  }

  @ParameterizedTest
  @EnumSource
  void mint_everyAlgorithm_isAcceptedByTheVerifier(Algorithm algorithm) {
    CallerVerifier verifier = world.verifier(World.issuer(algorithm));
    long now = world.timers.seconds();

    Caller caller = verifier.verify(minter(algorithm).mint(CONTENT, now)).result();

    assertThat(caller)
        .isEqualTo(
            new Caller(
                World.ISS,
                "device",
                World.ACME,
                CONTENT.scopes(),
                CONTENT.entitlement(),
                now + 600));
  }

  @Test
  void mint_nothingOptional_leavesTheClaimsOut() {
    CallerVerifier verifier = world.verifier();
    SigningKey key = SigningKey.of(Algorithm.EDDSA);
    world.snapshot(World.org(World.BOLT, World.pem("https://bolt.example", World.BOLT, key)));
    Content bare =
        new Content(
            "https://bolt.example",
            Set.of("x", World.AUDIENCE),
            "device",
            null,
            Set.of(),
            null,
            Duration.ofHours(24),
            ClaimNames.DEFAULT);
    TokenMinter minter = TokenMinter.ofPrivateKey(key.privatePem(), null, false);

    Caller caller = verifier.verify(minter.mint(bare, world.timers.seconds())).result();

    assertThat(caller.org()).isEqualTo(World.BOLT);
    assertThat(caller.scopes()).isEmpty();
    assertThat(caller.entitlement()).isNull();
  }

  @Test
  void mint_many_numbersTheSubjects() {
    CallerVerifier verifier = world.verifier(World.issuer(Algorithm.HS256));

    List<String> tokens = minter(Algorithm.HS256).mint(CONTENT, world.timers.seconds(), 3).toList();

    assertThat(tokens)
        .extracting(token -> verifier.verify(token).result().subject())
        .containsExactly("device-1", "device-2", "device-3");
  }

  @Test
  void ofPrivateKey_unusableKey_saysWhatIsWrong() {
    SigningKey key = SigningKey.of(Algorithm.RS256);
    String weak = KeyPairs.pem(KeyPairs.rsa(1024).getPrivate());
    String curve = KeyPairs.pem(KeyPairs.ec("secp384r1").getPrivate());
    String kind = KeyPairs.pem(KeyPairs.of("X25519").getPrivate());

    assertThatThrownBy(() -> TokenMinter.ofPrivateKey(key.publicPem(), null, false))
        .hasMessageContainingAll("PRIVATE KEY", "openssl pkcs8");
    assertThatThrownBy(() -> TokenMinter.ofPrivateKey("secret", null, false))
        .hasMessageContaining("BEGIN PRIVATE KEY")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> TokenMinter.ofPrivateKey(weak, null, false))
        .hasMessageContaining("2,048");
    assertThatThrownBy(() -> TokenMinter.ofPrivateKey(curve, null, false))
        .hasMessageContaining("P-256");
    assertThatThrownBy(() -> TokenMinter.ofPrivateKey(kind, null, false))
        .hasMessageContaining("no RSA, P-256 or Ed25519");
    assertThatThrownBy(() -> TokenMinter.ofSecret(new byte[31], null)).hasMessageContaining("31");
  }
}
