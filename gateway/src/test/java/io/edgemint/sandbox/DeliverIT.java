package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.app.Main;
import io.edgemint.canary.Canaries;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A job's folder on its way through a real gateway into the bucket of a destination. */
class DeliverIT extends InSandbox {
  private static final String PREFIX = "deliveries/tenant-a/";

  @TempDir private Path temp;
  private Path folder = Path.of("");
  private List<String> before;

  private static S3Client client() {
    return running().world().s3().client(Tenant.ACME.account());
  }

  private static List<String> keys() {
    try (S3Client client = client()) {
      return client.listObjectsV2(b -> b.bucket(Tenant.ACME.bucket())).contents().stream()
          .map(S3Object::key)
          .toList();
    }
  }

  @BeforeEach
  void setUp() throws Exception {
    before = keys();
    folder = temp.resolve("run");
    Files.createDirectories(folder.resolve("sub"));
    byte[] large = new byte[17 << 20];
    new Random(1).nextBytes(large);
    Files.write(folder.resolve("large.bin"), large);
    Files.writeString(folder.resolve("sub/m\u00e4rz.log"), "log");
    String settings = running().world().files().settings().toString();
    run(0, "destination", "validate", "-s", settings, "acme", "archive");
    // The gateway follows the registry.
    Patience.until(() -> list().status() == 200);
  }

  /** Nothing outside the tenant's prefix has come or gone. */
  @AfterEach
  void nothingElse() {
    Predicate<String> outside = key -> !key.startsWith(PREFIX);
    assertThat(keys()).filteredOn(outside).isEqualTo(before.stream().filter(outside).toList());
    try (S3Client client = client()) {
      assertThat(client.listMultipartUploads(b -> b.bucket(Tenant.ACME.bucket())).uploads())
          .isEmpty();
    }
  }

  private static Answer list() {
    String token = running().world().files().tokens().get("deliverer");
    return Viewer.send(
        "GET",
        running().edge() + "/v1/binaries?destination=archive",
        Map.of("Authorization", "Bearer " + token));
  }

  private static String run(int status, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(arguments, out, out)).as(said.toString()).isEqualTo(status);
    Canaries.heard("what commands say", said.toString());
    return said.toString();
  }

  private String deliver(int status, String job, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "deliver",
                folder.toString(),
                "--job",
                job,
                "--destination",
                "archive",
                "--gateway",
                running().edge().toString(),
                "--token-file",
                running().world().files().token("deliverer").toString()));
    all.addAll(Arrays.asList(more));
    return run(status, all.toArray(String[]::new));
  }

  private static byte[] object(String key) {
    try (S3Client client = client()) {
      return client
          .getObjectAsBytes(b -> b.bucket(Tenant.ACME.bucket()).key(PREFIX + key))
          .asByteArray();
    }
  }

  @Test
  void deliver_folder_isInTheBucketAsTheManifestSays() throws Exception {
    deliver(0, "job-1");

    byte[] archive = object("job-1/run_job-1.tar");
    String text = new String(object("job-1/run_job-1.manifest.json"), StandardCharsets.UTF_8);
    JsonObject manifest = new JsonObject(text);
    JsonObject part = manifest.getJsonArray("archives").getJsonObject(0);
    assertThat(part.getString("sha256")).isEqualTo(Firmware.sha256(archive));
    assertThat(part.getInteger("size")).isEqualTo(archive.length);
    try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(archive), "UTF-8")) {
      assertThat(tar.getNextEntry().getName()).isEqualTo("large.bin");
      assertThat(tar.readAllBytes()).isEqualTo(Files.readAllBytes(folder.resolve("large.bin")));
      assertThat(tar.getNextEntry().getName()).isEqualTo("sub/m\u00e4rz.log");
    }
    assertThat(deliver(0, "job-1")).contains("had been delivered before");
    assertThat(deliver(1, "job-1", "--cancel")).contains("--force");
    deliver(0, "job-1", "--cancel", "--force");
    assertThat(keys()).isEqualTo(before);
  }

  @Test
  void deliver_inParts_isListedAndCancelledWithoutATrace() {
    deliver(0, "job-2", "--max-size", "17828000");

    assertThat(keys())
        .contains(
            PREFIX + "job-2/run_part1_job-2.tar",
            PREFIX + "job-2/run_part2_job-2.tar",
            PREFIX + "job-2/run_job-2.manifest.json");
    deliver(0, "job-2", "--cancel", "--force");
    assertThat(keys()).isEqualTo(before);
  }

  @Test
  void otherScope_destination_isRefused() {
    String token = running().world().files().tokens().get("publisher");
    Answer answer =
        Viewer.send(
            "GET",
            running().edge() + "/v1/binaries?destination=archive",
            Map.of("Authorization", "Bearer " + token));
    assertThat(answer.status()).isEqualTo(403);
    assertThat(new JsonObject(answer.text()).getString("code")).isEqualTo("scope_missing");
  }

  @Test
  void unknownDestination_isRefused() {
    String token = running().world().files().tokens().get("deliverer");
    Answer answer =
        Viewer.send(
            "GET",
            running().edge() + "/v1/binaries?destination=nowhere",
            Map.of("Authorization", "Bearer " + token));
    assertThat(answer.text()).contains("destination: the organisation has none of that name");
  }
}
