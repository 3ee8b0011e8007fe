package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.backend.Verification;
import io.edgemint.config.InvalidSettings;
import io.edgemint.config.Problem;
import io.edgemint.outbound.Allowance;
import io.edgemint.outbound.OutboundSettings;
import io.edgemint.signing.SigningKeyPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrgFileTest {
  private static final Path EXAMPLE = Path.of("../config/orgs/acme.yaml");

  private static final String MINIMAL = Yaml.org("acme");
  private static final String BUCKET = withBucket("");

  private static final String ALL_SECTIONS =
      """
      qqqqqqqqqqqq: 1
      policy: {qqqqqqqqqqqq: 1}
      revocations: {qqqqqqqqqqqq: 1}
      issuers: [{qqqqqqqqqqqq: 1, claims: {qqqqqqqqqqqq: 1}}]
      backends:
        - qqqqqqqqqqqq: 1
          upload:
            qqqqqqqqqqqq: 1
            s3:
              qqqqqqqqqqqq: 1
              credentials: {qqqqqqqqqqqq: 1, role: x}
              response: {qqqqqqqqqqqq: 1}
          download:
            qqqqqqqqqqqq: 1
            cloudfront:
              qqqqqqqqqqqq: 1
              signing_keys: [{qqqqqqqqqqqq: 1, private_key: {qqqqqqqqqqqq: 1, file: x}}]
        - upload: {s3: {credentials: {static: {qqqqqqqqqqqq: 1}}}}
      """;

  @TempDir private Path folder;
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench(folder, new OutboundSettings(List.of()));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void example_asItIs_isValid() {
    bench.environment.put("ACME_LAB_SECRET_KEY", "lab-secret");

    OrgFile acme = bench.read(EXAMPLE);

    assertThat(acme.org().backends()).extracting(Backend::name).containsExactly("prod", "lab");
    assertThat(acme.org().issuers()).hasSize(1);
    assertThat(acme.generated()).containsExactly("prod/2026-a");
  }

  /** Every section is asked what it knows, by a name that it cannot know. */
  @Test
  void example_everyNameThatAReaderKnows_occursInIt() throws Exception {
    String example = Files.readString(EXAMPLE);
    Set<String> known = new TreeSet<>();
    for (Problem problem : problems(ALL_SECTIONS)) {
      Matcher names = Pattern.compile("use one of: (.*)").matcher(problem.message());
      if (names.find()) {
        assertThat(names.group(1)).as("a list cut short").doesNotEndWith("...");
        known.addAll(List.of(names.group(1).split(", ")));
      }
    }

    assertThat(known)
        .contains("org", "entitlement", "subjects", "claims", "kms_key_id", "via", "generate")
        .contains("access_key_id", "content_type", "path_prefix", "max_life", "hash")
        .allSatisfy(name -> assertThat(example).containsPattern("\\b" + name + ":"));
  }

  private List<Problem> problems(String yaml) {
    try {
      bench.read(yaml);
      return List.of();
    } catch (InvalidSettings e) {
      return e.problems();
    }
  }

  private void assertRefused(String yaml, String... words) {
    assertThatThrownBy(() -> bench.read(yaml))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContainingAll(words);
  }

  private static String withBucket(String more) {
    return MINIMAL + Yaml.backend(Yaml.bucket(Yaml.ROLE, more));
  }

  private static String withDistribution(String keys, String more) {
    return MINIMAL + Yaml.backend(Yaml.bucket(Yaml.ROLE, ""), Yaml.distribution(keys, more));
  }

  private Backend backend(String yaml) {
    return bench.read(yaml).org().backends().getFirst();
  }

  private CloudFront distribution(String yaml) {
    return (CloudFront) backend(yaml).download();
  }

  @Test
  void read_leastFile_hasTheDefaults() {
    OrgFile file = bench.read(MINIMAL);

    assertThat(file.org().policy().allowedRegions()).isEmpty();
    assertThat(file.org().policy().tokenLimited()).isFalse();
    assertThat(file.org().policy().maxStaleness()).isNull();
    assertThat(file.org().revocations()).isEqualTo(Revocations.NONE);
    assertThat(file.revokes()).isFalse();
    assertThat(file.org().version()).isZero();
    assertThat(bench.read(MINIMAL + "revocations: {}").revokes()).isTrue();
  }

  @Test
  void read_maxStaleness_isTenSecondsToThirtyDays() {
    String policy = "org: acme\npolicy: {entitlement: [fw/], max_staleness: %s}\n";

    assertThat(bench.read(policy.formatted("10s")).org().policy().maxStaleness())
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(bench.read(policy.formatted("30d")).org().policy().maxStaleness())
        .isEqualTo(Duration.ofDays(30));
    assertRefused(policy.formatted("9s"), "policy.max_staleness");
    assertRefused(policy.formatted("31d"), "policy.max_staleness");
    assertRefused(policy.formatted("never"), "policy.max_staleness");
  }

  @Test
  void read_bucketAlone_isWrittenToAndReadFrom() {
    Backend backend = backend(BUCKET);

    S3Storage upload = backend.upload();
    assertThat(backend.download()).isEqualTo(upload);
    assertThat(backend.state()).isEqualTo(Backend.State.DRAFT);
    assertThat(backend.uploadSide()).isEqualTo(Verification.UNVERIFIED);
    assertThat(upload.ttl()).isEqualTo(Duration.ofMinutes(15));
    assertThat(upload.prefix()).isEmpty();
    assertThat(upload.endpoint()).isEqualTo(S3Storage.Endpoint.AMAZON);
    assertThat(upload.encryption()).isEqualTo(new S3Storage.Encryption.BucketDefault());
  }

  @Test
  void read_endpointOptions_areTheBuckets() {
    assertThat(backend(withBucket(", dual_stack: true, fips: true")).upload().endpoint())
        .isEqualTo(new S3Storage.Endpoint(null, false, true, true, false));
    assertThat(backend(withBucket(", accelerate: true")).upload().endpoint())
        .isEqualTo(new S3Storage.Endpoint(null, false, false, false, true));
  }

  @Test
  void read_endpointThatS3DoesNotHave_isRefusedWithTheReason() {
    assertRefused(
        withBucket(", accelerate: true, fips: true"), "upload.s3", "accelerate: no accelerated");
    assertRefused(
        withBucket(", accelerate: true").replace("acme-firmware", "acme.firmware"),
        "accelerate: bucket 'acme.firmware'");
    assertRefused(
        withBucket(", fips: true")
            .replace("eu-west-1", "cn-north-1")
            .replace("arn:aws:", "arn:aws-cn:"),
        "fips: region cn-north-1");
    assertRefused(
        withBucket(", fips: true, endpoint: 'https://s3.example.com'"), "fips: it chooses among");
  }

  @Test
  void read_distribution_firstKeySignsAndOthersWait() {
    String second =
        "{name: second, algorithm: rsa-2048, hash: sha1, private_key: {generate: true}}";

    OrgFile file = bench.read(withDistribution(Yaml.MADE_KEY + ", " + second, ""));

    CloudFront cdn = (CloudFront) file.org().backends().getFirst().download();
    assertThat(cdn.scheme()).isEqualTo("https");
    assertThat(cdn.keys())
        .extracting(CloudFront.SigningKey::state)
        .containsExactly(KeyState.ACTIVE, KeyState.NEXT);
    assertThat(cdn.keys().getFirst().algorithm()).isEqualTo(KeyAlgorithm.ECDSA_P256);
    assertThat(cdn.keys().getLast().algorithm()).isEqualTo(KeyAlgorithm.RSA_2048);
    assertThat(cdn.keys().getFirst().publicKey()).startsWith("-----BEGIN PUBLIC KEY-----");
    assertThat(file.generated()).containsExactlyInAnyOrder("prod/first", "prod/second");
  }

  @Test
  void read_importedKey_isSealedForItsPlace() throws Exception {
    SigningKeyPair pair = Keys.pair(KeyAlgorithm.ECDSA_P256);
    Files.writeString(folder.resolve("key.pem"), Keys.pem(pair));
    String key = "{name: first, id: K2JCJMDEHXQW5F, private_key: {file: key.pem}}";

    CloudFront.SigningKey read = distribution(withDistribution(key, "")).keys().getFirst();

    Purpose purpose = Purpose.signingKey(new OrgId("acme"), "prod", "first");
    assertThat(read.publicKey()).isEqualTo(pair.publicPem());
    assertThat(read.id()).isEqualTo("K2JCJMDEHXQW5F");
    assertThat(bench.secrets.open(read.privateKey(), purpose)).isEqualTo(pair.pkcs8());
    String other = key.replace("id: K2JCJMDEHXQW5F", "algorithm: rsa-2048");
    assertRefused(withDistribution(other, ""), "signing_keys[0]", "another algorithm");
  }

  @Test
  void read_manyThingsWrong_saysThemAllAtOnce() {
    String yaml =
        """
        org: A
        policy:
          allowed_regions: [Mars]
        revocation: {}
        backends:
          - name: default
            upload:
              s3:
                bucket: Bad_Bucket
                region: eu west
                prefix: /x
                ttl: 5s
                credentials: {ambient: true}
        """;

    assertRefused(
        yaml,
        "org (line 1)",
        "policy.entitlement",
        "policy.allowed_regions[0]",
        "revocation (line 4): is not a known setting; did you mean 'revocations'?",
        "backends[0].upload.s3.bucket",
        "backends[0].upload.s3.region",
        "backends[0].upload.s3.prefix",
        "backends[0].upload.s3.ttl",
        "backends[0].upload.s3.credentials");
  }

  @Test
  void read_noEntitlement_isRefused() {
    assertRefused("org: acme\npolicy: {}\n", "policy.entitlement", "is missing");
    assertThat(bench.read("org: acme\npolicy: {entitlement: []}\n").org().policy().entitlement())
        .isEqualTo(Entitlement.NONE);
  }

  @Test
  void read_lifeThatCannotBeKept_isRefusedWithTheReason() {
    assertRefused(withBucket(", ttl: 59s"), "from 1m to 7d");
    assertRefused(withBucket(", ttl: 8d"), "from 1m to 7d");
    assertRefused(withBucket(", ttl: 2641s"), "one hour", "at most 2640s");
    assertThat(backend(withBucket(", ttl: 2640s")).upload().ttl())
        .isEqualTo(Duration.ofMinutes(44));
    assertThat(distribution(withDistribution(Yaml.MADE_KEY, ", ttl: 7d")).ttl())
        .isEqualTo(Duration.ofDays(7));
  }

  @Test
  void read_keyPairForABucketAtAmazon_isRefused() {
    bench.environment.put("SECRET", "s3cr3t-canary");

    assertRefused(
        MINIMAL + Yaml.backend(Yaml.bucket(Yaml.KEY_PAIR, "")),
        "static key is for a custom endpoint alone");
    assertThat(backend(withKeyPair("https://s3.example.com")).upload().credentials())
        .isInstanceOf(Credentials.StaticKey.class);
  }

  private static String withKeyPair(String endpoint) {
    return MINIMAL + Yaml.backend(Yaml.bucket(Yaml.KEY_PAIR, ", endpoint: '" + endpoint + "'"));
  }

  @Test
  void read_secretWrittenIntoTheFile_isRefusedWithoutRepeatingIt() {
    String yaml = withKeyPair("https://s3.example.com").replace("{env: SECRET}", "s3cr3t-canary");

    assertThatThrownBy(() -> bench.read(yaml))
        .hasMessageContaining("secret_access_key")
        .hasMessageNotContaining("s3cr3t");
  }

  @Test
  void read_plainHttp_isOnlyForWhatTheOperatorListed() {
    String bucket = withKeyPair("http://minio.internal:9000");
    String distribution = withDistribution(Yaml.MADE_KEY, ", scheme: http");
    bench.environment.put("SECRET", "s3cr3t");

    assertRefused(bucket, "outbound.allow");
    assertRefused(distribution, "outbound.allow");

    List<Allowance> allowed =
        List.of(Allowance.parse("minio.internal:9000"), Allowance.parse("d111.cloudfront.net:80"));
    try (Bench listed = new Bench(folder, new OutboundSettings(allowed))) {
      listed.environment.put("SECRET", "s3cr3t");
      assertThat(listed.read(bucket).org().backends()).hasSize(1);
      assertThat(listed.read(distribution).org().backends()).hasSize(1);
    }
  }

  @Test
  void read_endpointWithMoreThanAHost_isRefused() {
    bench.environment.put("SECRET", "s3cr3t");
    for (String endpoint :
        List.of(
            "https://h/path",
            "https://u@h",
            "https://h?q",
            "https://h#f",
            "ftp://h",
            "h:9000",
            "https://",
            "https://a b")) {
      assertRefused(withKeyPair(endpoint), "upload.s3.endpoint");
    }
  }

  @Test
  void read_bucketThatIsNoName_isRefused() {
    for (String bucket : List.of("ab", "a..b", "192.168.0.1", "-abc", "a/b", "a?b", "ABC")) {
      assertRefused(BUCKET.replace("acme-firmware", "'" + bucket + "'"), "upload.s3.bucket");
    }
  }

  @Test
  void read_regionOutsideOfThePolicy_isRefused() {
    String policy = "policy: {entitlement: [''], allowed_regions: [us-east-1]}";

    assertRefused(
        BUCKET.replace("policy: {entitlement: ['']}", policy), "backend 'prod'", "allowed_regions");
  }

  @Test
  void read_roleOfAnotherPartition_isRefused() {
    assertRefused(BUCKET.replace("eu-west-1", "cn-north-1"), "role: ", "different partitions");
    assertRefused(BUCKET.replace("eu-west-1", "eusc-de-east-1"), "begins with arn:aws-eusc:");
    String inIso = BUCKET.replace("eu-west-1", "us-iso-east-1").replace("arn:aws:", "arn:aws-iso:");
    assertThat(backend(inIso).upload().region()).isEqualTo("us-iso-east-1");
    String via = "', via: 'arn:aws-cn:iam::123456789012:role/middle'}";
    assertRefused(BUCKET.replace("'}", via), "via: arn:aws-cn:", "begins with arn:aws:");
  }

  @Test
  void read_encryptionAndKeyApart_isRefused() {
    assertRefused(withBucket(", encryption: sse-kms"), "kms_key_id goes together");
    assertRefused(withBucket(", kms_key_id: k1"), "kms_key_id goes together");
    assertThat(backend(withBucket(", encryption: sse-s3")).upload().encryption())
        .isEqualTo(new S3Storage.Encryption.SseS3());
  }

  @Test
  void read_sameNameTwice_isRefused() {
    String issuer = Yaml.issuer("https://login.example");

    assertRefused(MINIMAL + "issuers:\n" + issuer + issuer, "two issuers have the same");
    assertRefused(BUCKET + BUCKET.substring(BUCKET.indexOf("  - {name")), "stands once");
    assertRefused(withDistribution(Yaml.MADE_KEY + ", " + Yaml.MADE_KEY, ""), "the same name");
  }

  @Test
  void read_emptyRevocation_isRefused() {
    assertRefused(MINIMAL + "revocations: {key_prefixes: ['']}\n", "everything: true");
    assertRefused(MINIMAL + "revocations: {subjects: ['']}\n", "revocations.subjects[0]");
  }

  @Test
  void read_downloadThatIsNothing_isRefused() {
    String nothing = Yaml.backend(Yaml.bucket(Yaml.ROLE, ""), "{}");

    assertRefused(MINIMAL + nothing, "download.s3", "either");
    assertRefused(withDistribution("", ""), "signing_keys has no key");
  }
}
