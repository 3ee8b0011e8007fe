package io.edgemint.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.onboarding.Keys;
import io.edgemint.onboarding.ProbeWorld;
import io.edgemint.onboarding.Yaml;
import io.edgemint.sandbox.Account;
import io.edgemint.sandbox.Distribution;
import io.edgemint.sandbox.Distribution.Origin;
import io.edgemint.sandbox.S3Server;
import io.edgemint.signing.SigningKeyPair;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/** Probes of servers that verify signatures themselves. */
class ProbeIT {
  private static final Account ACCOUNT =
      new Account("AKIDEXAMPLE", "s3cr3t-canary", "acme-firmware*");
  private static final String ID = "K2JCJMDEHXQW5F";
  private static final SigningKeyPair KEY = Keys.pair(KeyAlgorithm.ECDSA_P256);
  private static final Vertx VERTX = Vertx.vertx();
  private static @Nullable S3Server s3;

  @TempDir private Path folder;
  private ProbeWorld world;
  private Distribution cdn;

  @BeforeAll
  static void startBucket() {
    s3 = S3Server.start(VERTX, 0, InstantSource.system(), ACCOUNT);
    try (S3Client client = client()) {
      client.createBucket(b -> b.bucket("acme-firmware"));
      client.createBucket(b -> b.bucket("acme-firmware-kept"));
      client.putBucketVersioning(
          b ->
              b.bucket("acme-firmware-kept")
                  .versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
    }
  }

  @AfterAll
  static void stopBucket() {
    server().close();
    VERTX.close().toCompletionStage().toCompletableFuture().join();
  }

  @BeforeEach
  void open() throws IOException {
    world = new ProbeWorld(folder, InstantSource.system());
    Files.writeString(folder.resolve("key.pem"), Keys.pem(KEY));
    distribute("acme-firmware", "");
  }

  @AfterEach
  void close() {
    cdn.close();
    world.close();
  }

  private static S3Server server() {
    return Objects.requireNonNull(s3);
  }

  private static S3Client client() {
    return server().client(ACCOUNT);
  }

  private void distribute(String bucket, String originPath) {
    if (cdn != null) {
      cdn.close();
    }
    Origin origin = new Origin(ACCOUNT, bucket, originPath);
    cdn = Distribution.start(VERTX, 0, InstantSource.system(), server(), origin);
    cdn.trust(ID, KEY.publicPem());
  }

  private List<Check> run(String bucket, boolean behindCdn) {
    String upload =
        Yaml.bucket(
                Yaml.KEY_PAIR,
                ", path_style: true, endpoint: '%s', prefix: fw/".formatted(server().base()))
            .replace("bucket: acme-firmware", "bucket: " + bucket);
    String key = "{name: first, id: %s, private_key: {file: key.pem}}".formatted(ID);
    String download =
        Yaml.distribution(key, ", scheme: http, path_prefix: fw/")
            .replace("d111.cloudfront.net", "'" + cdn.base().getAuthority() + "'");
    String yaml = behindCdn ? Yaml.backend(upload, download) : Yaml.backend(upload);
    Backend backend = world.bench.read(Yaml.org("acme") + yaml).org().backends().getFirst();
    return world.run(backend);
  }

  private static void assertNothingLeft(String bucket) {
    try (S3Client client = client()) {
      assertThat(client.listObjectsV2(b -> b.bucket(bucket)).contents()).isEmpty();
      assertThat(client.listMultipartUploads(b -> b.bucket(bucket)).uploads()).isEmpty();
    }
  }

  @Test
  void run_rightSetUps_raiseNoFalseAlarmAndLeaveNothing() {
    assertThat(run("acme-firmware", false)).allMatch(check -> check.code().equals("ok"));
    assertThat(run("acme-firmware", true)).allMatch(check -> check.code().equals("ok"));
    assertNothingLeft("acme-firmware");
  }

  @Test
  void run_versionedBucket_pinsVersionsAndLeavesNone() {
    List<Check> checks = run("acme-firmware-kept", false);

    assertThat(checks).allMatch(check -> check.code().equals("ok"));
    assertThat(checks).extracting(Check::step).contains("pin a version");
    assertNothingLeft("acme-firmware-kept");
    try (S3Client client = client()) {
      assertThat(client.listObjectVersions(b -> b.bucket("acme-firmware-kept")).versions())
          .isEmpty();
    }
  }

  @Test
  void run_distributionThatPassesNoVersionOn_isAWarning() {
    distribute("acme-firmware-kept", "");

    List<Check> checks = run("acme-firmware-kept", true);

    assertThat(ProbeWorld.codes(checks)).isEmpty();
    assertThat(checks)
        .filteredOn(Check::warning)
        .extracting(Check::code)
        .containsOnly("unpinnable");
  }

  @Test
  void run_missingBucket_isNamed() {
    assertThat(ProbeWorld.codes(run("acme-firmware-gone", false)))
        .containsExactly("bucket_missing");
  }

  @Test
  void run_keyThatTheDistributionDoesNotKnow_isToldFromOneThatDoesNotFit() {
    cdn.distrust(ID);
    assertThat(ProbeWorld.codes(run("acme-firmware", true))).containsExactly("key_unknown");

    cdn.trust(ID, Keys.pair(KeyAlgorithm.ECDSA_P256).publicPem());
    assertThat(ProbeWorld.codes(run("acme-firmware", true))).containsExactly("key_mismatch");
    assertNothingLeft("acme-firmware");
  }

  @Test
  void run_distributionThatServesUnsigned_isFound() {
    cdn.requireSignature(false);

    assertThat(ProbeWorld.codes(run("acme-firmware", true)))
        .containsExactly(
            "unsigned_served", "tampered_served", "expired_served", "unsigned_name_served");
    assertNothingLeft("acme-firmware");
  }

  @Test
  void run_prefixInOriginPathAndInLinks_isNamed() {
    distribute("acme-firmware", "/fw");

    assertThat(ProbeWorld.codes(run("acme-firmware", true))).containsExactly("double_prefix");
  }
}
