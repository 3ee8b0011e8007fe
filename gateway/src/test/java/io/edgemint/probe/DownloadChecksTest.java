package io.edgemint.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.onboarding.Keys;
import io.edgemint.onboarding.ProbeWorld;
import io.edgemint.onboarding.Yaml;
import io.edgemint.probe.Check.Side;
import io.edgemint.probe.FakeStorage.Fault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DownloadChecksTest {
  @TempDir private Path folder;
  private ProbeWorld world;

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private List<Check> runInBucket(Fault... faults) {
    world.storage.faults.addAll(List.of(faults));
    return world.run(world.applied(Yaml.backend(world.bucket(""))));
  }

  private Backend behindCdn(KeyAlgorithm algorithm, String pathPrefix) throws IOException {
    Files.writeString(world.bench.folder.resolve("key.pem"), Keys.pem(algorithm));
    String key = "{name: first, id: K2JCJMDEHXQW5F, private_key: {file: key.pem}}";
    String yaml = Yaml.backend(world.bucket(""), world.distribution(key, pathPrefix));
    return world.bench.read(Yaml.org("acme") + yaml).org().backends().getFirst();
  }

  private List<Check> runBehindCdn(FakeCdn.Fault... faults) throws IOException {
    world.cdn.faults.addAll(List.of(faults));
    return world.run(behindCdn(KeyAlgorithm.ECDSA_P256, "fw/"));
  }

  private void assertNothingLeft() {
    assertThat(world.storage.objects).as("test objects left behind").isEmpty();
    assertThat(world.storage.uploads).as("uploads left behind").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "READ_REFUSED, read_denied",
    "OTHER_BYTES, bytes_differ",
    "RANGE_IGNORED, range_ignored",
    "UNSIGNED_SERVED, unsigned_served",
    "TAMPERED_SERVED, tampered_served",
    "EXPIRED_SERVED, expired_served",
    "UNSIGNED_BROKEN, inconclusive"
  })
  void run_linkFault_isFoundOnceAndNothingLeft(Fault fault, String code) {
    List<Check> checks = runInBucket(fault);

    assertThat(ProbeWorld.codes(checks)).containsExactly(code);
    assertThat(checks)
        .filteredOn(check -> !check.passed())
        .allMatch(check -> check.side() == Side.DOWNLOAD);
    assertNothingLeft();
  }

  @Test
  void run_signedLinkRefused_provesNothingByOtherRefusals() {
    List<Check> checks = runInBucket(Fault.READ_REFUSED, Fault.UNSIGNED_SERVED);

    assertThat(ProbeWorld.codes(checks)).containsExactly("read_denied", "unsigned_served");
    assertThat(checks).filteredOn(check -> check.side() == Side.DOWNLOAD).noneMatch(Check::passed);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"VERSIONS_IGNORED", "VERSIONS_REFUSED"})
  void run_versionsThatCannotBePinned_areAWarning(Fault fault) {
    world.storage.versioned = true;

    List<Check> checks = runInBucket(fault);

    assertThat(ProbeWorld.codes(checks)).isEmpty();
    assertThat(checks)
        .filteredOn(Check::warning)
        .extracting(Check::code)
        .containsOnly("unpinnable");
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void run_distributionWithEitherKind_passesEveryStep(KeyAlgorithm algorithm) throws Exception {
    world.storage.versioned = true;

    List<Check> checks = world.run(behindCdn(algorithm, "fw/"));

    assertThat(checks).allMatch(check -> check.code().equals("ok"));
    assertThat(checks)
        .extracting(Check::step)
        .contains("read a name without .bin", "read that without a signature", "pin a version");
    assertThat(world.storage.versions).isEmpty();
    assertNothingLeft();
  }

  @ParameterizedTest
  @CsvSource({
    "KEY_UNKNOWN, key_unknown",
    "KEY_OF_ANOTHER_PAIR, key_mismatch",
    "SIGNATURE_DROPPED, signature_dropped",
    "ORIGIN_DENIED, origin_denied",
    "BLOCKED, blocked",
    "ARCHIVED, archived",
    "ONLY_BIN_SERVED, name_blocked",
    "ONLY_BIN_SIGNED, unsigned_name_served"
  })
  void run_distributionFault_isFoundOnceAndNothingLeft(FakeCdn.Fault fault, String code)
      throws Exception {
    List<Check> checks = runBehindCdn(fault);

    assertThat(ProbeWorld.codes(checks)).containsExactly(code);
    assertThat(checks.toString()).doesNotContain("canary");
    assertNothingLeft();
  }

  @Test
  void run_distributionThatServesUnsigned_isFoundForEveryName() throws Exception {
    assertThat(ProbeWorld.codes(runBehindCdn(FakeCdn.Fault.UNSIGNED_SERVED)))
        .containsExactly("unsigned_served", "unsigned_name_served");
  }

  /** An error page with status 200 is what a device would take for its firmware. */
  @Test
  void run_errorPagesInPlaceOfRefusals_areFound() throws Exception {
    assertThat(ProbeWorld.codes(runBehindCdn(FakeCdn.Fault.ERROR_PAGES)))
        .containsExactly(
            "unsigned_served", "tampered_served", "expired_served", "unsigned_name_served");
  }

  @Test
  void run_distributionThatIgnoresVersions_isAWarning() throws Exception {
    world.storage.versioned = true;

    List<Check> checks = runBehindCdn(FakeCdn.Fault.VERSIONS_IGNORED);

    assertThat(ProbeWorld.codes(checks)).isEmpty();
    assertThat(checks)
        .filteredOn(Check::warning)
        .singleElement()
        .satisfies(check -> assertThat(check.code()).isEqualTo("unpinnable"))
        .satisfies(check -> assertThat(check.seen()).contains("same bytes"));
  }

  @ParameterizedTest
  @CsvSource({
    "/fw, fw/, double_prefix",
    "'', '', path_prefix_missing",
    "/other, '', origin_denied"
  })
  void run_prefixThatStandsTwiceOrNowhere_isNamed(String originPath, String pathPrefix, String code)
      throws Exception {
    world.cdn.originPath = originPath;

    List<Check> checks = world.run(behindCdn(KeyAlgorithm.ECDSA_P256, pathPrefix));

    assertThat(ProbeWorld.codes(checks)).containsExactly(code);
    assertNothingLeft();
  }

  @Test
  void run_prefixAsOriginPathAlone_isRight() throws Exception {
    world.cdn.originPath = "/fw";

    assertThat(ProbeWorld.codes(world.run(behindCdn(KeyAlgorithm.ECDSA_P256, "")))).isEmpty();
  }

  @Test
  void run_keyWithoutAnId_saysSoAndStillDeletes() {
    Backend backend =
        world.applied(Yaml.backend(world.bucket(""), world.distribution(Yaml.MADE_KEY)));

    assertThat(ProbeWorld.codes(world.run(backend))).containsExactly("signer_unusable");
    assertNothingLeft();
  }

  /** Files are held against the shape of ids, but a record may be older than that. */
  @Test
  void run_idOfAKeyGroup_isNamed() throws Exception {
    Backend backend = behindCdn(KeyAlgorithm.ECDSA_P256, "fw/");
    CloudFront cdn = (CloudFront) backend.download();
    SigningKey key = cdn.keys().getFirst();
    SigningKey group =
        new SigningKey(
            key.name(),
            "1b2ab8d9-4a0e-4a5e-9d3a-5a0d5b7e6c11",
            key.algorithm(),
            key.hash(),
            key.state(),
            key.privateKey(),
            key.publicKey());
    CloudFront wrong =
        new CloudFront(cdn.scheme(), cdn.host(), cdn.pathPrefix(), List.of(group), cdn.ttl());

    List<Check> checks = world.run(Backend.draft("prod", 1, backend.upload(), wrong));

    assertThat(ProbeWorld.codes(checks)).containsExactly("key_group_id");
  }

  @Test
  void run_nothingWrittenAndKeyUnknown_tellsBothAtOnce() throws Exception {
    world.storage.faults.add(Fault.PUT_REFUSED);

    List<Check> checks = runBehindCdn(FakeCdn.Fault.KEY_UNKNOWN);

    assertThat(ProbeWorld.codes(checks)).containsExactly("write_denied", "key_unknown");
  }

  /** A pass would verify a side that nobody has read from. */
  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"PUT_REFUSED", "BUCKET_MISSING"})
  void run_nothingWrittenAndKeyKnown_tellsNothingOfTheDownloadSide(Fault fault) throws Exception {
    world.storage.faults.add(fault);

    assertThat(runBehindCdn()).noneMatch(check -> check.side() == Side.DOWNLOAD);
  }

  @Test
  void run_distributionInTheOperatorsNetwork_isRefusedByName() throws Exception {
    Backend backend = behindCdn(KeyAlgorithm.ECDSA_P256, "fw/");
    CloudFront cdn = (CloudFront) backend.download();
    CloudFront inside = new CloudFront("http", "10.1.2.3", cdn.pathPrefix(), cdn.keys(), cdn.ttl());

    List<Check> checks = world.run(Backend.draft("prod", 1, backend.upload(), inside));

    assertThat(ProbeWorld.codes(checks)).containsOnly("address_not_allowed");
    assertNothingLeft();
  }

  @Test
  void tampered_anyLink_differsInItsSignatureAlone() {
    URI s3 = URI.create("https://h/k?X-Amz-Expires=9&X-Amz-Signature=0123456789abcdef");
    URI cdn = URI.create("https://h/k?Expires=9&Signature=A~B-C_D0&Key-Pair-Id=K1");

    assertThat(DownloadChecks.tampered(s3))
        .hasToString("https://h/k?X-Amz-Expires=9&X-Amz-Signature=0123456709abcdef");
    assertThat(DownloadChecks.tampered(cdn))
        .hasToString("https://h/k?Expires=9&Signature=A~B-0_D0&Key-Pair-Id=K1");
  }
}
