package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.sandbox.Viewer.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a large object costs in memory on its way through {@code edgemint upload}, and from one
 * bucket into the next through {@code edgemint copy}: 128 MiB, or what {@code -Dvolume.mib} says.
 */
class RadosVolumeIT {
  private static final String ORG = "massive";
  private static final int SIZE_MIB = Integer.getInteger("volume.mib", 128);
  private static final String HEAP = "-Xmx64m";

  /** Half of it is a JVM's own: code, classes, threads; a larger object must not come on top. */
  private static final long MOST_KIB = 256 * 1024;

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount CUSTOMER = WORLD.account("200000000002");
  private static final RadosSite SITE = site();
  private static final URI EDGE = SITE.serve();
  private static final HttpClient HTTP = WORLD.device();
  private static final RadosDevice DEVICE = new RadosDevice(HTTP, EDGE, SITE.token(ORG));

  @TempDir private Path folder;

  private static RadosSite site() {
    AwsAccount platform = WORLD.platform();
    String role =
        platform.addRole(
            "edgemint-volume",
            Policies.trust(platform.userArn("owner")),
            Policies.assume(CUSTOMER.roleArn("edgemint-*")));
    AwsKey identity = WORLD.session(platform.key(), role, null, null);
    return new RadosSite(WORLD, "volume", identity, "sessions: {identity: \"" + role + "\"}\n");
  }

  @BeforeAll
  static void activate() throws Exception {
    SITE.admin().putOrg(ORG, "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
    prepare("massive-first", "edgemint-first");
    SITE.admin().call("POST", ORG + "/backends/prod/activate");
    String token = "Bearer " + SITE.publisherToken(ORG);
    Patience.until(
        () -> {
          Answer answer =
              Viewer.send(
                  "GET", EDGE.resolve("/v1/binaries").toString(), Map.of("Authorization", token));
          return answer.status() == 200;
        });
  }

  /** The backend's newest revision: in a bucket that the documents have set up, and verified. */
  private static void prepare(String bucket, String role) {
    SITE.admin()
        .putBackend(
            ORG,
            """
            {"upload": {"s3": {"bucket": "%s", "region": "eu-central-1", "prefix": "all/",
                               "credentials": {"role": "%s"}}}}
            """
                .formatted(bucket, CUSTOMER.roleArn(role)));
    new RadosCustomer(CUSTOMER)
        .apply(SITE.admin().call("GET", ORG + "/backends/prod/setup?format=json"));
    assertThat(SITE.admin().codes(ORG)).isEmpty();
  }

  @AfterAll
  static void close() {
    SITE.close();
    CUSTOMER.close();
  }

  @Test
  void uploadAndCopy_largeObjectAndSmallHeap_stayWithinBounds() throws Exception {
    Path file = folder.resolve("large.bin");
    String sha256 = fill(file);
    Path token = Files.writeString(folder.resolve("token"), SITE.publisherToken(ORG));

    run(
        "upload",
        file.toString(),
        "--prefix",
        "fw/",
        "--gateway",
        EDGE.toString(),
        "--token-file",
        token.toString());
    assertThat(digest(DEVICE.link("fw/large.bin"))).isEqualTo(sha256);

    // Several at once, for a copy takes four.
    for (int i = 0; i < 6; i++) {
      CUSTOMER.put("massive-first", "all/fw/middle-" + i, new byte[20 << 20]);
    }
    prepare("massive-second", "edgemint-second");
    run("copy", ORG, "prod", "-s", SITE.settingsFile());
    SITE.admin().call("POST", ORG + "/backends/prod/activate");
    Patience.until(() -> DEVICE.link("fw/large.bin").getHost().startsWith("massive-second."));
    assertThat(digest(DEVICE.link("fw/large.bin"))).isEqualTo(sha256);
    for (String bucket : List.of("massive-first", "massive-second")) {
      assertThat(CUSTOMER.s3().listMultipartUploads(it -> it.bucket(bucket)).uploads()).isEmpty();
    }
  }

  /** Runs a command with a small heap, and tells on standard output how much memory it took. */
  private void run(String... arguments) throws Exception {
    Path log = folder.resolve("log");
    Stream<String> way = WORLD.jvmOptions().stream().filter(option -> option.startsWith("-D"));
    ProcessBuilder builder =
        SITE.command(Stream.concat(way, Stream.of(HEAP)).toList(), arguments)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
    long peak = 0;
    Process process = builder.start();
    try {
      do {
        peak =
            Math.max(peak, process.descendants().mapToLong(RadosVolumeIT::peakKib).max().orElse(0));
      } while (!process.waitFor(50, TimeUnit.MILLISECONDS));
    } finally {
      Daemon.end(process);
    }
    String said = Files.readString(log);
    assertThat(process.exitValue()).as(said).isZero();
    System.out.printf(
        "edgemint %s of %d MiB with %s: VmHWM %d kB%n%s%n",
        arguments[0], SIZE_MIB, HEAP, peak, said);
    assertThat(peak).as("KiB in memory at most").isBetween(1L, MOST_KIB);
  }

  /** "proc_pid_status(5)", Linux manual: the most that was ever in memory. */
  private static long peakKib(ProcessHandle process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | java.io.UncheckedIOException e) {
      // It has ended.
      return 0;
    }
  }

  private static String fill(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    var random = new SplittableRandom(1);
    byte[] bytes = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < SIZE_MIB; i++) {
        random.nextBytes(bytes);
        digest.update(bytes);
        out.write(bytes);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of what a device gets. */
  private static String digest(URI link) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    HttpRequest request = HttpRequest.newBuilder(link).build();
    try (InputStream in =
        new DigestInputStream(HTTP.send(request, BodyHandlers.ofInputStream()).body(), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
