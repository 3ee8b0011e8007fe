package io.edgemint.signing;

import static io.edgemint.signing.Storages.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.ManualClock;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.LinkSigner;
import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.signing.CryptoProvider.Choice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

class SignersTest {
  private static final long NOON = 1_795_176_000;
  private static final OrgId ACME = new OrgId("acme");
  private static final CryptoProvider CRYPTO = CryptoProvider.install(Choice.AUTO);
  private static final SigningKeyPair RSA = new SigningKeys(CRYPTO).generate(KeyAlgorithm.RSA_2048);
  private static final SigningKeyPair P256 =
      new SigningKeys(CRYPTO).generate(KeyAlgorithm.ECDSA_P256);

  private final Drawer secrets = new Drawer();
  private final Sessions sessions =
      new Sessions(
          secrets,
          SessionSettings.DEFAULT,
          () -> AwsBasicCredentials.create("AKIAOWN", "own"),
          Runnable::run,
          new ManualClock(NOON),
          new SplittableRandom(1),
          new SimpleMeterRegistry());
  private final Signers signers = new Signers(CRYPTO, secrets, sessions);

  @AfterEach
  void close() {
    sessions.close();
  }

  private SigningKey signingKey(
      String name, @Nullable String id, SigningKeyPair pair, Hash hash, KeyState state) {
    var sealed = secrets.seal(pair.pkcs8(), Secrets.Purpose.signingKey(ACME, "prod", name), 1);
    return new SigningKey(name, id, pair.algorithm(), hash, state, sealed, pair.publicPem());
  }

  private static CloudFront cdn(SigningKey... keys) {
    CloudFront cdn = Storages.cloudFront("d111111abcdef8.cloudfront.net", "prod/");
    return new CloudFront(cdn.scheme(), cdn.host(), cdn.pathPrefix(), List.of(keys), cdn.ttl());
  }

  @Test
  void signer_cloudFront_signsWithTheActiveKeyAndWipesWhatItOpened() {
    LinkSigner signer =
        signers.signer(
            ACME,
            "prod",
            cdn(
                signingKey("old", "KOLD", RSA, Hash.SHA1, KeyState.RETIRING),
                signingKey("now", "KNOW", P256, Hash.SHA256, KeyState.ACTIVE),
                signingKey("then", null, RSA, Hash.SHA1, KeyState.NEXT)));

    Signing signing = requireNonNull(signer.current());
    assertThat(signing.link(key("k"), null, NOON, NOON + 900))
        .startsWith("https://d111111abcdef8.cloudfront.net/prod/k?Expires=")
        .endsWith("&Key-Pair-Id=KNOW&Hash-Algorithm=SHA256");
    assertThat(secrets.opened)
        .singleElement()
        .satisfies(bytes -> assertThat(bytes).containsOnly(0));
  }

  @Test
  void signer_noKeyThatCanSign_isRefusedWithTheFix() {
    for (CloudFront cdn :
        List.of(
            cdn(),
            cdn(signingKey("a", null, P256, Hash.SHA1, KeyState.ACTIVE)),
            cdn(signingKey("a", "K1", P256, Hash.SHA1, KeyState.NEXT)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> signers.signer(ACME, "prod", cdn))
          .withMessageContaining("register the public half with CloudFront");
    }
  }

  @Test
  void signer_keyOfAnotherOrg_isRefusedByName() {
    CloudFront cdn = cdn(signingKey("now", "K1", P256, Hash.SHA1, KeyState.ACTIVE));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> signers.signer(new OrgId("zeta"), "prod", cdn))
        .withMessage("key 'now': sealed for something else");
  }

  @Test
  void signer_publicHalfOfAnotherKey_isRefusedByName() {
    SigningKey good = signingKey("now", "K1", P256, Hash.SHA1, KeyState.ACTIVE);
    SigningKey wrong =
        new SigningKey(
            "now",
            "K1",
            good.algorithm(),
            good.hash(),
            good.state(),
            good.privateKey(),
            new SigningKeys(CRYPTO).generate(KeyAlgorithm.ECDSA_P256).publicPem());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> signers.signer(ACME, "prod", cdn(wrong)))
        .withMessageStartingWith("key 'now': signing key: the public half belongs to another");
    assertThat(secrets.opened).allSatisfy(bytes -> assertThat(bytes).containsOnly(0));
  }

  @Test
  void signer_recordNamesAnotherAlgorithm_isRefused() {
    SigningKey good = signingKey("now", "K1", P256, Hash.SHA1, KeyState.ACTIVE);
    SigningKey wrong =
        new SigningKey(
            "now",
            "K1",
            KeyAlgorithm.RSA_2048,
            good.hash(),
            good.state(),
            good.privateKey(),
            good.publicKey());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> signers.signer(ACME, "prod", cdn(wrong)))
        .withMessageContaining("it is ECDSA_P256, and its record says RSA_2048");
  }

  @Test
  void signer_s3WithAStaticKey_signsAtOnce() {
    var secret = secrets.seal("s3cret".getBytes(UTF_8), Secrets.Purpose.s3Secret(ACME, "prod"), 1);
    var storage =
        new S3Storage(
            "acme-fw",
            "eu-west-1",
            "prod/",
            Storages.endpoint("http://127.0.0.1:9000", true),
            new S3Storage.Credentials.StaticKey("AKID", secret),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>());

    Signing signing = requireNonNull(signers.signer(ACME, "prod", storage).current());

    assertThat(signing.link(key("k"), "v1", NOON, NOON + 900))
        .startsWith("http://127.0.0.1:9000/acme-fw/prod/k?X-Amz-Algorithm=")
        .contains("&versionId=v1&");
  }

  @Test
  void signer_s3OfDefaultStorage_signsWithTheGatewaysOwnIdentity() {
    LinkSigner signer =
        signers.signer(ACME, "default", Storages.s3("shared", "eu-west-1", "acme/"));

    Signing signing = signer.renewed(960).result();

    assertThat(signing.link(key("k"), null, NOON, NOON + 900))
        .startsWith("https://shared.s3.eu-west-1.amazonaws.com/acme/k?")
        .contains("X-Amz-Credential=AKIAOWN%2F");
  }

  /** Keeps secrets under their purpose, and the arrays that it gave away. */
  private static final class Drawer implements Secrets {
    private final Map<String, byte[]> kept = new HashMap<>();
    private final List<byte[]> opened = new ArrayList<>();

    @Override
    public SealedSecret seal(byte[] secret, Purpose purpose, int version) {
      String place = purpose + "#" + kept.size();
      kept.put(place, secret.clone());
      return new SealedSecret(version, place);
    }

    @Override
    public byte[] open(SealedSecret secret, Purpose purpose) {
      byte[] bytes = kept.get(secret.text());
      if (bytes == null || !secret.text().startsWith(purpose + "#")) {
        throw new IllegalArgumentException("sealed for something else");
      }
      byte[] copy = bytes.clone();
      opened.add(copy);
      return copy;
    }
  }
}
