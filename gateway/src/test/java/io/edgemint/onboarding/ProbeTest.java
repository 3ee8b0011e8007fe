package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.S3Storage;
import io.edgemint.onboarding.FakeStorage.Fault;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {
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

  private Backend inBucket() {
    return world.applied(Yaml.backend(world.bucket("")));
  }

  private List<Check> runWith(Fault... faults) {
    world.storage.faults.addAll(List.of(faults));
    return world.run(inBucket());
  }

  private static List<String> codes(List<Check> checks) {
    return checks.stream().filter(check -> !check.passed()).map(Check::code).toList();
  }

  private void assertNothingLeft() {
    assertThat(world.storage.objects).as("test objects left behind").isEmpty();
  }

  @Test
  void run_bucketThatWorks_passesEveryStepAndLeavesNothing() {
    List<Check> told = new ArrayList<>();

    List<Check> checks = world.probe.run(ProbeWorld.ACME, inBucket(), told::add);

    assertThat(checks).hasSize(6).allMatch(Check::passed).isEqualTo(told);
    assertThat(world.storage.methods())
        .containsExactly("PUT", "GET", "GET", "GET", "GET", "DELETE");
    assertThat(world.storage.requests)
        .allSatisfy(
            request -> assertThat(request.path()).startsWith("/acme-firmware/fw/edgemint-probe/"));
    assertNothingLeft();
  }

  /** Files are held against the same rules, but a record may be older than they are. */
  @Test
  void run_bucketWithoutAnAddress_saysWhyAndSendsNothing() {
    S3Storage known = inBucket().upload();
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

    assertThat(codes(checks)).containsExactly("session_unavailable");
    assertThat(checks.getFirst().seen()).startsWith("dual_stack: ");
    assertThat(world.storage.requests).isEmpty();
  }

  @Test
  void run_linkOfADevice_isSignedByTheInjectedClock() {
    world.run(inBucket());

    HttpServerRequest get = world.storage.requests.get(1);
    assertThat(get.getParam("X-Amz-Date")).isEqualTo("20261120T115945Z");
    assertThat(get.getParam("X-Amz-Credential")).startsWith("AKIDEXAMPLE/20261120/eu-west-1/s3/");
  }

  @Test
  void run_encryptedBucket_asksForIt() {
    Backend backend =
        world.applied(Yaml.backend(world.bucket(", encryption: sse-kms, kms_key_id: key-1")));

    assertThat(codes(world.run(backend))).isEmpty();

    HttpServerRequest put = world.storage.requests.getFirst();
    assertThat(put.getHeader("x-amz-server-side-encryption")).isEqualTo("aws:kms");
    assertThat(put.getHeader("x-amz-server-side-encryption-aws-kms-key-id")).isEqualTo("key-1");
    assertThat(put.getParam("X-Amz-SignedHeaders")).contains("x-amz-server-side-encryption");
  }

  @Test
  void run_distributionWithEitherKind_passesEveryStep() throws Exception {
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      Files.writeString(folder.resolve("key.pem"), Keys.pem(algorithm));
      String key =
          "{name: %s, id: K2JCJMDEHXQW5F, algorithm: %s, private_key: {file: key.pem}}"
              .formatted(
                  algorithm == KeyAlgorithm.RSA_2048 ? "a" : "b",
                  algorithm == KeyAlgorithm.RSA_2048 ? "rsa-2048" : "ecdsa-p256");
      Backend backend =
          world
              .bench
              .read(Yaml.org("acme") + Yaml.backend(world.bucket(""), world.distribution(key)))
              .org()
              .backends()
              .getFirst();

      assertThat(codes(world.run(backend))).isEmpty();
    }
    assertNothingLeft();
  }

  @Test
  void run_keyWithoutAnId_saysSoAndStillDeletes() {
    Backend backend =
        world.applied(Yaml.backend(world.bucket(""), world.distribution(Yaml.MADE_KEY)));

    assertThat(codes(world.run(backend))).containsExactly("signer_unusable");
    assertNothingLeft();
  }

  @Test
  void run_uploadRefused_triesNoDownload() {
    List<Check> checks = runWith(Fault.PUT_REFUSED);

    assertThat(codes(checks)).containsExactly("write_failed");
    assertThat(checks).extracting(Check::side).containsOnly(Check.Side.UPLOAD);
    assertThat(world.storage.methods()).containsExactly("PUT", "DELETE");
  }

  @Test
  void run_answerToTheUploadLost_deletesWhatMayBeThere() {
    List<Check> checks = runWith(Fault.PUT_ANSWER_LOST);

    assertThat(codes(checks)).containsExactly("write_failed");
    assertNothingLeft();
  }

  @Test
  void run_linkRefused_saysSoOnceAndDeletes() {
    assertThat(codes(runWith(Fault.READ_REFUSED))).containsExactly("read_failed");
    assertNothingLeft();
  }

  @Test
  void run_otherBytes_isNotTheSameStorage() {
    assertThat(codes(runWith(Fault.OTHER_BYTES))).containsExactly("bytes_differ");
    assertNothingLeft();
  }

  @Test
  void run_rangesIgnored_isFound() {
    assertThat(codes(runWith(Fault.RANGE_IGNORED))).containsExactly("range_ignored");
  }

  @Test
  void run_unsignedReadersServed_isFound() {
    assertThat(codes(runWith(Fault.UNSIGNED_SERVED))).containsExactly("unsigned_served");
  }

  @Test
  void run_anySignatureServed_isFound() {
    assertThat(codes(runWith(Fault.TAMPERED_SERVED))).containsExactly("tampered_served");
  }

  @Test
  void run_deleteRefused_isTheUploadSidesFailure() {
    List<Check> checks = runWith(Fault.DELETE_REFUSED);

    assertThat(codes(checks)).containsExactly("delete_failed");
    assertThat(checks.getLast().side()).isEqualTo(Check.Side.UPLOAD);
  }

  @Test
  void run_storageThatIsNotThere_saysSo() {
    Backend backend = inBucket();
    world.storage.close();

    List<Check> checks = world.run(backend);

    assertThat(codes(checks)).containsExactly("write_failed");
    assertThat(checks.getFirst().seen()).contains("127.0.0.1");
  }

  @Test
  void run_anyFailure_showsNoSecretAndNoByteOfTheStorage() {
    for (Fault fault : Fault.values()) {
      world.storage.faults.clear();
      List<Check> checks = runWith(fault);

      assertThat(codes(checks)).as(fault.name()).isNotEmpty();
      assertThat(checks.toString())
          .doesNotContain("canary")
          .doesNotContain("private")
          .doesNotContain("X-Amz-Signature");
      assertThat(checks)
          .filteredOn(check -> !check.passed())
          .allSatisfy(check -> assertThat(check.fix()).isNotEmpty());
    }
  }

  @Test
  void tampered_anyLink_differsInItsSignatureAlone() {
    URI s3 = URI.create("https://h/k?X-Amz-Expires=9&X-Amz-Signature=0123456789abcdef");
    URI cdn = URI.create("https://h/k?Expires=9&Signature=A~B-C_D0&Key-Pair-Id=K1");

    assertThat(Probe.tampered(s3))
        .hasToString("https://h/k?X-Amz-Expires=9&X-Amz-Signature=0123456709abcdef");
    assertThat(Probe.tampered(cdn))
        .hasToString("https://h/k?Expires=9&Signature=A~B-0_D0&Key-Pair-Id=K1");
  }
}
