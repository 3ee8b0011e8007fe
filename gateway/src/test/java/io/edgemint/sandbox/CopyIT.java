package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.app.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** An operator fills backends, and is interrupted. */
class CopyIT extends InSandbox {
  private static final int LARGE = 64 << 20;
  private static final List<String> AWKWARD =
      List.of("a b", "a+b", "100%", "Grüße", "😀", "a?b#c&d=e", "it's", "a".repeat(900));

  private @TempDir Path folder;

  private static String run(int status, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(withSettings(arguments), out, out)).as(said.toString()).isEqualTo(status);
    assertThat(said.toString()).doesNotContain("Exception", "at io.");
    return said.toString();
  }

  private static String[] withSettings(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-s", running().world().files().settings().toString()));
    return all.toArray(String[]::new);
  }

  private static S3Client client(Tenant tenant) {
    return running().world().s3().client(tenant.account());
  }

  private static List<String> keys(S3Client client, String bucket) {
    return client.listObjectsV2Paginator(b -> b.bucket(bucket)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  private static byte[] read(S3Client client, String bucket, String key) {
    return client.getObjectAsBytes(b -> b.bucket(bucket).key(key)).asByteArray();
  }

  private static boolean hasUploads(S3Client client, String bucket) {
    return client.listMultipartUploads(b -> b.bucket(bucket)).hasUploads()
        && !client.listMultipartUploads(b -> b.bucket(bucket)).uploads().isEmpty();
  }

  /** A second backend of an organisation, in a bucket of its own, found well by a probe. */
  private static String addBackend(Tenant tenant, String name) throws IOException {
    String bucket = tenant.id() + "-" + name;
    try (S3Client client = client(tenant)) {
      client.createBucket(b -> b.bucket(bucket));
    }
    Path file = running().world().files().orgs().resolve(tenant.id() + ".yaml");
    String text = Files.readString(file);
    String backends = text.substring(text.indexOf("  - name: prod"));
    Files.writeString(
        file,
        text
            + backends
                .substring(0, backends.length())
                .replace("name: prod", "name: " + name)
                .replace("bucket: " + tenant.bucket(), "bucket: " + bucket)
                .replace("prefix: '" + tenant.prefix() + "'", "prefix: 'new/'"));
    run(0, "apply", file.toString());
    run(0, "backend", "validate", tenant.id(), name);
    Files.writeString(file, text);
    return bucket;
  }

  @Test
  void copy_fromDefaultStorage_letsActivationFindNothingMissing() {
    try (S3Client platform = client(Tenant.PLATFORM);
        S3Client umbrella = client(Tenant.UMBRELLA)) {
      String prefix = Tenant.PLATFORM.prefix() + "umbrella/fw/awkward/";
      for (String key : AWKWARD) {
        platform.putObject(
            b ->
                b.bucket(Tenant.PLATFORM.bucket())
                    .key(prefix + key)
                    .contentType("application/x-firmware")
                    .metadata(java.util.Map.of("note", "kept")),
            RequestBody.fromString(key));
      }
      platform.putObject(
          b -> b.bucket(Tenant.PLATFORM.bucket()).key(prefix + "empty"), RequestBody.empty());
      assertThat(run(1, "copy", "umbrella", "prod")).contains("not verified", "backend validate");
      run(0, "backend", "validate", "umbrella", "prod");
      assertThat(run(1, "backend", "activate", "umbrella", "prod")).contains("lacks");
      assertThat(run(0, "copy", "umbrella", "prod", "--dry-run")).contains("would copy fw/");
      assertThat(keys(umbrella, Tenant.UMBRELLA.bucket())).isEmpty();
      assertThat(run(0, "copy", "umbrella", "prod")).contains("umbrella/prod: copied ");
      assertThat(keys(umbrella, Tenant.UMBRELLA.bucket()))
          .containsExactlyElementsOf(
              keys(platform, Tenant.PLATFORM.bucket()).stream()
                  .map(key -> key.substring("orgs/umbrella/".length()))
                  .toList());
      for (String key : AWKWARD) {
        var copied =
            umbrella.getObjectAsBytes(
                b -> b.bucket(Tenant.UMBRELLA.bucket()).key("fw/awkward/" + key));
        assertThat(copied.asString(StandardCharsets.UTF_8)).isEqualTo(key);
        assertThat(copied.response().contentType()).isEqualTo("application/x-firmware");
        assertThat(copied.response().metadata()).containsEntry("note", "kept");
      }
      assertThat(run(0, "copy", "umbrella", "prod")).contains("copied 0 objects");
      assertThat(hasUploads(umbrella, Tenant.UMBRELLA.bucket())).isFalse();
      assertThat(run(0, "backend", "activate", "umbrella", "prod")).contains("active");
      assertThat(run(0, "copy", "umbrella", "prod")).contains("nothing to copy");
    }
  }

  @Test
  void copy_thousandsOfObjects_arriveOnce() throws Exception {
    String bucket = addBackend(Tenant.INITECH, "many");
    try (S3Client initech = client(Tenant.INITECH)) {
      IntStream.range(0, 2_500)
          .parallel()
          .forEach(
              i ->
                  initech.putObject(
                      b -> b.bucket(Tenant.INITECH.bucket()).key("fw/many/" + i),
                      RequestBody.fromString("object " + i)));
      assertThat(run(0, "copy", "initech", "many", "--prefix", "fw/many/", "--parallel", "8"))
          .contains("copied 2500 objects");
      assertThat(keys(initech, bucket)).hasSize(2_500).allMatch(key -> key.startsWith("new/fw/"));
      assertThat(read(initech, bucket, "new/fw/many/1234")).asString().isEqualTo("object 1234");
    }
  }

  @Test
  void copy_killedInTheMiddle_isFinishedByTheNextInLittleMemory() throws Exception {
    String bucket = addBackend(Tenant.INITECH, "next");
    byte[] large = new byte[LARGE];
    new SplittableRandom(6).nextBytes(large);
    try (S3Client initech = client(Tenant.INITECH)) {
      initech.putObject(
          b -> b.bucket(Tenant.INITECH.bucket()).key("fw/large.bin"), RequestBody.fromBytes(large));
      Process killed = begin();
      Patience.until(() -> hasUploads(initech, bucket));
      killed.destroyForcibly().waitFor();
      assertThat(hasUploads(initech, bucket)).isTrue();
      assertThat(keys(initech, bucket)).doesNotContain("new/fw/large.bin");
      Process next = begin();
      assertThat(next.waitFor(2, TimeUnit.MINUTES)).isTrue();
      String said = Files.readString(folder.resolve("copy.log"));
      assertThat(next.exitValue()).as(said).isZero();
      assertThat(said).contains("initech/next: copied ");
      assertThat(hasUploads(initech, bucket)).isFalse();
      assertThat(read(initech, bucket, "new/fw/large.bin")).isEqualTo(large);
    }
  }

  /** The command in a process of its own with little memory. */
  private Process begin() throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());
    return new ProcessBuilder(
            Stream.concat(
                    command.stream(),
                    Stream.of(withSettings("copy", "initech", "next", "--prefix", "fw/large")))
                .toList())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("copy.log").toFile())
        .start();
  }
}
