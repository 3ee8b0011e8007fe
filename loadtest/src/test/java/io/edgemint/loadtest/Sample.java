package io.edgemint.loadtest;

import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Download;
import io.edgemint.backend.LinkSigner;
import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PlainSecrets;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.signing.CryptoProvider;
import io.edgemint.signing.Signers;
import io.edgemint.signing.SigningKeyPair;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** One organisation with its storage, as benchmarks need it: no registry and no network. */
final class Sample {
  static final OrgId ORG = new OrgId("acme");
  static final String KEY = "fw/gateway/1.2.3.bin";
  static final String BUCKET = "acme-firmware";
  static final String REGION = "eu-west-1";
  static final Duration TTL = Duration.ofMinutes(15);

  /** A session as STS gives it: its token stands in every link, and has about 700 bytes. */
  static final AwsCredentials SESSION =
      AwsSessionCredentials.create(
          "ASIAEXAMPLE000000000",
          "secret/secret/secret/secret/secret+secre",
          "Token/+=".repeat(88));

  private static final String NAME = "prod";
  private static final Secrets SECRETS = new PlainSecrets();
  private static final CryptoProvider CRYPTO = CryptoProvider.install(CryptoProvider.Choice.AUTO);

  private Sample() {}

  /** The cryptography of the process; with it, the JCA's first provider is the one in use. */
  static CryptoProvider crypto() {
    return CRYPTO;
  }

  /** Signs S3 links with a session, as for a role or for default storage. */
  static Signing s3() {
    var storage =
        new S3Storage(
            BUCKET,
            REGION,
            "",
            S3Storage.Endpoint.AMAZON,
            new S3Storage.Credentials.Ambient(),
            new S3Storage.Encryption.BucketDefault(),
            TTL,
            new TreeMap<>());
    return signer(DefaultStorage.NAME, storage).renewed(TTL.toSeconds()).await();
  }

  /** Signs CloudFront links with a key. */
  static Signing cloudFront(SigningKeyPair pair, Hash hash) {
    return signer(NAME, distribution(pair, hash)).renewed(TTL.toSeconds()).await();
  }

  /** A backend that signs with a key. */
  static ReadyBackend backend(SigningKeyPair pair) {
    CloudFront distribution = distribution(pair, Hash.SHA256);
    LinkSigner signer = signer(NAME, distribution);
    return new ReadyBackend(
        Samples.org(ORG.value()), NAME, "cloudfront", TTL.toSeconds(), signer, null, false, false);
  }

  private static CloudFront distribution(SigningKeyPair pair, Hash hash) {
    KeyAlgorithm algorithm = pair.algorithm();
    Purpose purpose = Purpose.signingKey(ORG, NAME, "first");
    SealedSecret half = SECRETS.seal(pair.pkcs8(), purpose, 1);
    String id = "K2JCJMDEHXQW5F";
    var key = new SigningKey("first", id, algorithm, hash, KeyState.ACTIVE, half, pair.publicPem());
    return new CloudFront("https", "d111111abcdef8.cloudfront.net", "", List.of(key), TTL);
  }

  private static LinkSigner signer(String backend, Download download) {
    MeterRegistry meters = new SimpleMeterRegistry();
    var sessions =
        new Sessions(
            SECRETS,
            SessionSettings.DEFAULT,
            StaticCredentialsProvider.create(SESSION),
            Runnable::run,
            InstantSource.system(),
            RandomGenerator.of("L64X128MixRandom"),
            meters);
    return new Signers(CRYPTO, SECRETS, sessions).signer(ORG, backend, download);
  }
}
