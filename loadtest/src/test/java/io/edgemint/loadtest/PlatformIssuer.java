package io.edgemint.loadtest;

import io.edgemint.KeyPairs;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.Issuer.PemKey;
import io.edgemint.caller.TokenMinter;
import java.security.KeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Issues ES256 tokens for the sample organisation, with a key made for the occasion. */
final class PlatformIssuer {
  private static final String NAME = "https://issuer.example.com";
  private static final String AUDIENCE = "edgemint";

  private final KeyPair pair = KeyPairs.ec("secp256r1");

  /** The public half of its key as PEM. */
  String publicPem() {
    return KeyPairs.pem(pair.getPublic());
  }

  /** How the settings would name it. */
  Issuer record() {
    return new Issuer(
        NAME,
        Set.of(AUDIENCE),
        Set.of(Algorithm.ES256),
        new Issuer.KeySource.Pem(List.of(new PemKey(null, Algorithm.ES256, publicPem()))),
        ClaimNames.DEFAULT,
        Issuer.DEFAULT_MAX_LIFE,
        null);
  }

  /** A token of a device, valid for half a day. */
  String token() {
    var content =
        new TokenMinter.Content(
            NAME,
            Set.of(AUDIENCE),
            "device",
            Sample.ORG,
            Set.of(),
            null,
            Duration.ofHours(12),
            ClaimNames.DEFAULT);
    return TokenMinter.ofPrivateKey(KeyPairs.pem(pair.getPrivate()), null, false)
        .mint(content, InstantSource.system().millis() / 1000);
  }
}
