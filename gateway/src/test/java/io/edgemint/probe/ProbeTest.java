package io.edgemint.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Backend;
import io.edgemint.backend.S3Storage;
import io.edgemint.onboarding.Bench;
import io.edgemint.onboarding.ProbeWorld;
import io.edgemint.onboarding.Yaml;
import io.edgemint.probe.FakeStorage.Fault;
import io.edgemint.probe.FakeStorage.Stored;
import io.edgemint.probe.FakeStorage.Upload;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole of a probe, and its upload side. */
class ProbeTest {
  private static final String PROBES = "/acme-firmware/fw/edgemint-probe/";
  private static final String OLD = PROBES + "00000000000000aa.bin";
  private static final String YOUNG = PROBES + "00000000000000bb.bin";

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

  private Backend inBucket(String more) {
    return world.applied(Yaml.backend(world.bucket(more)));
  }

  private List<Check> runWith(Fault... faults) {
    world.storage.faults.addAll(List.of(faults));
    return world.run(inBucket(""));
  }

  private static Check check(List<Check> checks, String code) {
    return checks.stream().filter(it -> it.code().equals(code)).findFirst().orElseThrow();
  }

  private void assertNothingLeft() {
    assertThat(world.storage.objects).as("test objects left behind").isEmpty();
    assertThat(world.storage.uploads).as("uploads left behind").isEmpty();
  }

  @Test
  void run_bucketThatWorks_passesEveryStepAndLeavesNothing() {
    List<Check> told = new ArrayList<>();

    List<Check> checks = world.probe.run(ProbeWorld.ACME, inBucket(""), told::add);

    assertThat(checks).allMatch(check -> check.code().equals("ok")).isEqualTo(told);
    assertThat(checks)
        .extracting(Check::step)
        .containsExactly(
            "find the bucket in its region",
            "write a test object",
            "read it back",
            "list below the prefix",
            "read it through a link",
            "read a range",
            "read it without a signature",
            "read it with another signature",
            "read it with an expired link",
            "begin an upload in parts",
            "ask for its parts",
            "abort it",
            "delete it");
    assertThat(world.storage.requests)
        .extracting(FakeStorage::path)
        .allMatch(path -> path.equals("/acme-firmware") || path.startsWith(PROBES));
    assertNothingLeft();
  }

  /** Files are held against the same rules, but a record may be older than they are. */
  @Test
  void run_bucketWithoutAnAddress_saysWhyAndSendsNothing() {
    S3Storage known = inBucket("").upload();
    S3Storage storage =
        new S3Storage(
            known.bucket(),
            known.region(),
            known.prefix(),
            new S3Storage.Endpoint(known.endpoint().uri(), true, true, false, false),
            known.credentials(),
            known.encryption(),
            known.ttl(),
            known.responseHeaders());

    List<Check> checks = world.run(Backend.draft("prod", 2, storage, storage));

    assertThat(ProbeWorld.codes(checks)).containsExactly("address_invalid");
    assertThat(checks.getFirst().seen()).startsWith("dual_stack: ");
    assertThat(world.storage.requests).isEmpty();
  }

  @Test
  void run_everyRequest_isSignedByTheInjectedClock() {
    world.run(inBucket(""));

    List<HttpServerRequest> requests = world.storage.requests;
    assertThat(requests.getFirst().getHeader("X-Amz-Date")).isEqualTo("20261120T120000Z");
    assertThat(requests)
        .extracting(request -> String.valueOf(request.getParam("X-Amz-Date")))
        .as("a link that holds, and one that is over")
        .contains("20261120T115945Z", "20261120T115000Z");
  }

  @Test
  void run_severalFaults_areAllToldAtOnce() {
    List<Check> checks =
        runWith(Fault.LIST_REFUSED, Fault.RANGE_IGNORED, Fault.PARTS_REFUSED, Fault.DELETE_REFUSED);

    assertThat(ProbeWorld.codes(checks))
        .containsExactly("list_denied", "range_ignored", "multipart_denied", "delete_denied");
  }

  @Test
  void run_listenerThatFails_stillDeletes() {
    Backend backend = inBucket("");

    assertThatThrownBy(
            () ->
                world.probe.run(
                    ProbeWorld.ACME,
                    backend,
                    check -> {
                      if (check.step().equals("read a range")) {
                        throw new IllegalStateException("gone");
                      }
                    }))
        .hasMessage("gone");

    assertNothingLeft();
  }

  @Test
  void run_leftoversOfProbesThatDied_areRemovedOnceTheyAreOld() {
    Instant old = Bench.NOW.minusSeconds(3601);
    Instant young = Bench.NOW.minusSeconds(3599);
    for (String path : List.of(OLD, "/acme-firmware/fw/firmware", "/acme-firmware/x")) {
      world.storage.objects.put(path, new Stored(Buffer.buffer("1"), null, old));
      world.storage.uploads.put("of-" + path, new Upload(path, old));
    }
    world.storage.objects.put(YOUNG, new Stored(Buffer.buffer("1"), null, young));
    world.storage.uploads.put("young", new Upload(YOUNG, young));

    assertThat(ProbeWorld.codes(world.run(inBucket("")))).isEmpty();

    assertThat(world.storage.objects)
        .containsOnlyKeys(YOUNG, "/acme-firmware/fw/firmware", "/acme-firmware/x");
    assertThat(world.storage.uploads)
        .containsOnlyKeys("young", "of-/acme-firmware/fw/firmware", "of-/acme-firmware/x");
  }

  @Test
  void run_leftoversThatTheStorageListsBeyondTheFolder_areLeftAlone() {
    Instant old = Bench.NOW.minusSeconds(7200);
    List<String> others =
        List.of(
            "/acme-firmware/fw/edgemint-probe/../firmware",
            "/acme-firmware/fw/edgemint-probe/theirs.bin",
            "/acme-firmware/fw/firmware");
    for (String path : others) {
      world.storage.objects.put(path, new Stored(Buffer.buffer("1"), null, old));
    }
    world.storage.listsEverything = true;

    world.run(inBucket(""));

    assertThat(world.storage.objects).containsOnlyKeys(others);
  }

  @Test
  void run_manyLeftovers_removesAFewAndGoesOn() {
    for (int i = 10; i < 60; i++) {
      Stored old = new Stored(Buffer.buffer("1"), null, Bench.NOW.minusSeconds(7200));
      world.storage.objects.put(PROBES + "00000000000000%d.bin".formatted(i), old);
    }

    assertThat(ProbeWorld.codes(world.run(inBucket("")))).isEmpty();

    assertThat(world.storage.objects).hasSize(40);
  }

  @Test
  void run_wrongRegion_namesTheRightOneAndTriesNothingElse() {
    List<Check> checks = runWith(Fault.WRONG_REGION);

    assertThat(ProbeWorld.codes(checks)).containsExactly("wrong_region");
    assertThat(checks.getFirst().fix()).contains("region: us-west-2");
    assertThat(world.storage.methods()).containsExactly("GET");
  }

  @Test
  void run_missingBucket_saysSoAndTriesNothingElse() {
    assertThat(ProbeWorld.codes(runWith(Fault.BUCKET_MISSING))).containsExactly("bucket_missing");
    assertThat(world.storage.methods()).containsExactly("GET");
  }

  @Test
  void run_bucketThatMayNotBeListed_isFoundAndTheRestTried() {
    List<Check> checks = runWith(Fault.LIST_REFUSED);

    assertThat(ProbeWorld.codes(checks)).containsExactly("list_denied");
    assertThat(checks).hasSizeGreaterThan(10);
  }

  @Test
  void run_addressInTheOperatorsNetwork_isRefusedByName() {
    world.close();
    world = new ProbeWorld(folder.resolve("strict"), InstantSource.fixed(Bench.NOW), List.of());

    List<Check> checks = world.run(inBucket(""));

    assertThat(ProbeWorld.codes(checks)).containsExactly("address_not_allowed");
    assertThat(world.storage.requests).isEmpty();
  }

  @Test
  void run_storageThatIsNotThere_saysSoOnce() {
    Backend backend = inBucket("");
    world.storage.close();

    List<Check> checks = world.run(backend);

    assertThat(ProbeWorld.codes(checks)).containsExactly("host_unreachable");
    assertThat(checks.getFirst().seen()).contains("127.0.0.1");
  }

  @Test
  void run_readOnlyRole_triesNoDownloadAndStillUploadsInParts() {
    List<Check> checks = runWith(Fault.PUT_REFUSED, Fault.PARTS_REFUSED);

    assertThat(ProbeWorld.codes(checks)).containsExactly("write_denied", "multipart_denied");
    assertThat(checks).extracting(Check::side).containsOnly(Check.Side.UPLOAD);
    assertThat(world.storage.methods()).contains("PUT", "DELETE");
  }

  @ParameterizedTest
  @CsvSource({
    "THROTTLING, inconclusive",
    "KEY_PAIR_WRONG, credentials_refused",
    "CODE_UNKNOWN, write_failed",
    "PUT_ANSWER_LOST, host_broken_reply",
    "PLAIN_REFUSED, encryption_required",
    "ROLE_READ_REFUSED, read_back_denied",
    "LIST_REFUSED, list_denied",
    "PARTS_REFUSED, multipart_denied",
    "PARTS_ANSWER_LOST, host_broken_reply",
    "DELETE_REFUSED, delete_denied"
  })
  void run_uploadFault_isFoundAndNothingLeft(Fault fault, String code) {
    List<Check> checks = runWith(fault);

    assertThat(ProbeWorld.codes(checks)).containsExactly(code);
    assertThat(check(checks, code).side()).isEqualTo(Check.Side.UPLOAD);
    if (fault != Fault.DELETE_REFUSED) {
      assertNothingLeft();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', sse-kms, ",
    "'', sse-s3, ",
    "KMS_REFUSED, sse-kms, kms_denied",
    "KMS_DISABLED, sse-kms, kms_denied",
    "DECRYPT_REFUSED, sse-kms, kms_denied",
    "DECRYPT_REFUSED, sse-s3, read_back_denied",
    "AES_REFUSED, sse-s3, encryption_refused",
    "PUT_REFUSED, sse-kms, write_denied",
    "ENCRYPTION_IGNORED, sse-s3, encryption_ignored"
  })
  void run_encryptedBucket_isAskedForAndItsFaultsNamed(
      String fault, String encryption, String code) {
    if (!fault.isEmpty()) {
      world.storage.faults.add(Fault.valueOf(fault));
    }
    String key = encryption.equals("sse-kms") ? ", kms_key_id: key-1" : "";

    List<Check> checks = world.run(inBucket(", encryption: " + encryption + key));

    assertThat(ProbeWorld.codes(checks)).isEqualTo(code == null ? List.of() : List.of(code));
    assertThat(world.storage.requests)
        .filteredOn(request -> request.method().name().equals("POST"))
        .allSatisfy(
            start ->
                assertThat(start.getHeader("x-amz-server-side-encryption"))
                    .isEqualTo(encryption.equals("sse-kms") ? "aws:kms" : "AES256"));
    assertNothingLeft();
  }

  /** "Enhanced" policies of real guides ask GET and DELETE for a header that these never carry. */
  @Test
  void run_encryptionConditionOnReadsAndDeletes_isNamed() {
    List<Check> checks = runWith(Fault.ROLE_READ_REFUSED, Fault.DELETE_REFUSED);

    assertThat(ProbeWorld.codes(checks))
        .containsExactly("read_back_denied", "encryption_condition");
  }

  @Test
  void run_archivedObjects_areNamedOnBothSides() {
    List<Check> checks = runWith(Fault.ARCHIVED);

    assertThat(ProbeWorld.codes(checks)).containsOnly("archived");
    assertThat(checks)
        .filteredOn(check -> !check.passed())
        .extracting(Check::side)
        .containsExactlyInAnyOrder(Check.Side.UPLOAD, Check.Side.DOWNLOAD);
    assertNothingLeft();
  }

  @ParameterizedTest
  @CsvSource({
    "<Prefix></Prefix>, 0, GLACIER, Enabled, archived",
    "<Filter><Prefix>fw/</Prefix></Filter>, 0, DEEP_ARCHIVE, Enabled, archived",
    "<Filter><Prefix>fw/</Prefix></Filter>, 90, GLACIER, Enabled, lifecycle_archives",
    "<Filter><Prefix>fw/old/</Prefix></Filter>, 0, GLACIER, Enabled, lifecycle_archives",
    "<Filter><Tag><Key>a</Key></Tag></Filter>, 0, GLACIER, Enabled, lifecycle_archives",
    "<Filter><Prefix>logs/</Prefix></Filter>, 0, GLACIER, Enabled, ",
    "<Prefix></Prefix>, 0, GLACIER, Disabled, ",
    "<Prefix></Prefix>, 0, STANDARD_IA, Enabled, "
  })
  void run_lifecycleThatArchives_isToldWhereItHitsFirmware(
      String filter, String days, String storageClass, String status, String code) {
    world.storage.lifecycle =
        """
        <LifecycleConfiguration><Rule>%s<Status>%s</Status>
        <Transition><Days>%s</Days><StorageClass>%s</StorageClass></Transition></Rule>
        </LifecycleConfiguration>
        """
            .formatted(filter, status, days, storageClass);

    List<Check> checks = world.run(inBucket(""));

    List<Check> told = checks.stream().filter(check -> !check.code().equals("ok")).toList();
    assertThat(told).extracting(Check::code).isEqualTo(code == null ? List.of() : List.of(code));
    assertThat(told).allMatch(check -> check.passed() == check.code().equals("lifecycle_archives"));
  }

  @Test
  void run_uploadThatMayNotBeAborted_isAFailureAndUnlistedPartsAWarning() {
    assertThat(ProbeWorld.codes(runWith(Fault.ABORT_REFUSED)))
        .containsExactly("multipart_abort_failed");

    world.storage.faults.clear();
    List<Check> checks = runWith(Fault.PARTS_UNLISTED);

    assertThat(ProbeWorld.codes(checks)).isEmpty();
    assertThat(check(checks, "multipart_list_denied").warning()).isTrue();
  }

  @Test
  void run_versionedBucket_leavesNoVersionAndNoMarker() {
    world.storage.versioned = true;

    List<Check> checks = world.run(inBucket(""));

    assertThat(checks).allMatch(check -> check.code().equals("ok"));
    assertThat(checks).extracting(Check::step).contains("pin a version");
    assertThat(world.storage.versions).isEmpty();
    assertNothingLeft();
  }

  @Test
  void run_versionsThatMayNotBeDeleted_areAWarning() {
    world.storage.versioned = true;

    List<Check> checks = runWith(Fault.VERSIONS_STAY);

    assertThat(ProbeWorld.codes(checks)).isEmpty();
    assertThat(check(checks, "versions_left").warning()).isTrue();
  }

  @Test
  void run_anyFailure_showsNoSecretAndNoByteOfTheStorage() {
    for (Fault fault : Fault.values()) {
      world.storage.faults.clear();
      world.storage.versioned = fault.name().startsWith("VERSIONS");
      world.storage.faults.add(fault);
      List<Check> checks = new ArrayList<>(world.run(inBucket("")));
      checks.addAll(world.run(inBucket(", encryption: sse-kms, kms_key_id: k")));
      checks.addAll(world.run(inBucket(", encryption: sse-s3")));

      assertThat(checks).as(fault.name()).anyMatch(check -> !check.code().equals("ok"));
      assertThat(checks.toString())
          .doesNotContainIgnoringCase("canary")
          .doesNotContainIgnoringCase("private ")
          .doesNotContain("Signature=");
      assertThat(checks)
          .allSatisfy(
              check -> assertThat(check.fix().isEmpty()).isEqualTo(check.code().equals("ok")));
    }
  }
}
