package io.edgemint.loadtest;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.Issuer.PemKey;
import io.edgemint.caller.TokenMinter;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Issues ES256 tokens to devices of the sample organisation, with a key made for the occasion. */
final class PlatformIssuer {
  private static final String NAME = "https://issuer.example.com";
  private static final String AUDIENCE = "edgemint";

  private final SigningKeyPair pair =
      new SigningKeys(Sample.crypto()).generate(KeyAlgorithm.ECDSA_P256);

  /** The public half of its key as PEM. */
  String publicPem() {
    return pair.publicPem();
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

  /** A token for each of so many devices, valid for half a day. */
  Stream<String> tokens(int devices) {
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
    return TokenMinter.ofPrivateKey(privatePem(pair), null, false)
        .mint(content, InstantSource.system().millis() / 1000, devices);
  }

  /** The private half of a key as PEM. */
  private static String privatePem(SigningKeyPair pair) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair.pkcs8())
        + "\n-----END PRIVATE KEY-----\n";
  }
}
