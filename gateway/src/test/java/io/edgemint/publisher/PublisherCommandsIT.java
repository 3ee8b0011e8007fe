package io.edgemint.publisher;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.canary.Canaries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a publisher runs them: the launcher, in a process of its own. */
@Timeout(180)
class PublisherCommandsIT {
  private static final int SEVERAL = FakeWorld.PART * 8 + 7;

  @TempDir private Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final List<Process> processes = new ArrayList<>();
  private FakeWorld world;

  private record Outcome(int status, String out, String err) {}

  @BeforeEach
  void open() throws IOException {
    world = new FakeWorld();
    environment.put("EDGEMINT_JAVA", System.getProperty("java.home"));
    environment.put("EDGEMINT_GATEWAY", world.address());
    environment.put("EDGEMINT_TOKEN", "good");
    environment.put("XDG_STATE_HOME", folder.resolve("state").toString());
  }

  @AfterEach
  void close() {
    processes.forEach(Process::destroyForcibly);
    world.close();
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("target/edgemint"));
    command.addAll(Arrays.asList(arguments));
    var builder =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("EDGEMINT_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private Outcome end(Process process) throws Exception {
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    String out = Files.readString(folder.resolve("out"));
    String err = Files.readString(folder.resolve("err"));
    Canaries.heard("what commands say", out + err);
    assertThat(out + err).doesNotContain("X-Amz-Signature", "good", "\tat ", "Exception", "\u001B");
    return new Outcome(process.exitValue(), out, err);
  }

  private Outcome run(String... arguments) throws Exception {
    return end(start(arguments));
  }

  private Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    Path file = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.write(file, bytes);
  }

  @Test
  void upload_filesAndFolders_namesThemByPrefixAndPath() throws Exception {
    file("dist/a.bin", 5);
    file("dist/deep/b.bin", SEVERAL);
    Path single = file("single.bin", 0);
    Files.createSymbolicLink(folder.resolve("dist/link.bin"), single);

    Outcome outcome =
        run("upload", folder.resolve("dist").toString(), single.toString(), "--prefix", "fw/2/");

    assertThat(outcome.status).isZero();
    assertThat(world.objects).containsOnlyKeys("fw/2/a.bin", "fw/2/deep/b.bin", "fw/2/single.bin");
    assertThat(outcome.out.lines())
        .hasSize(3)
        .anyMatch(
            line ->
                line.startsWith(
                    "fw/2/deep/b.bin 40007 bytes, sha256 "
                        + FakeWorld.sha256(
                            Objects.requireNonNull(world.objects.get("fw/2/deep/b.bin")))));
    assertThat(outcome.err).contains("fw/2/deep/b.bin: sending 100%");
    try (Stream<Path> left = Files.walk(folder.resolve("state"))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void upload_killedMidway_resumesInTheNextProcess() throws Exception {
    Path file = file("2.0.bin", SEVERAL);
    CountDownLatch reached = new CountDownLatch(1);
    world.storageFault =
        (exchange, what) -> {
          if (!what.equals("PUT 5")) {
            return false;
          }
          reached.countDown();
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return true;
        };
    String[] command = {"upload", file.toString(), "--prefix", "fw/", "--parallel", "1"};

    Process process = start(command);
    assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
    process.destroyForcibly();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    world.storageFault = (exchange, what) -> false;
    world.asked.clear();
    Outcome outcome = run(command);

    assertThat(outcome.status).isZero();
    assertThat(outcome.err).contains("resuming: 5 of 9 parts");
    assertThat(world.puts()).containsExactly("PUT 5", "PUT 6", "PUT 7", "PUT 8", "PUT 9");
    assertThat(world.only()).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void upload_interrupted_saysHowToGoOnAndAbortEndsIt() throws Exception {
    Path file = file("2.0.bin", SEVERAL);
    CountDownLatch reached = new CountDownLatch(1);
    world.storageFault =
        (exchange, what) -> {
          reached.countDown();
          FakeWorld.xml(exchange, 503, "SlowDown");
          return true;
        };
    Process process = start("upload", file.toString(), "--key", "fw/2.0.bin");
    assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
    // SIGTERM runs what SIGINT runs.
    process.destroy();
    Outcome interrupted = end(process);

    assertThat(interrupted.status).isEqualTo(143);
    assertThat(interrupted.err).contains("the same command resumes", "--abort");
    assertThat(world.uploads).hasSize(1);
    Outcome aborted = run("upload", "--abort", file.toString(), "--key", "fw/2.0.bin");
    assertThat(aborted.out).contains("fw/2.0.bin: the upload is ended");
    assertThat(world.uploads).isEmpty();
    assertThat(run("upload", "--abort", file.toString(), "--key", "fw/2.0.bin").out)
        .contains("nothing is to be ended");
  }

  @Test
  void upload_oneOfTwoFails_tellsAndUploadsTheOther() throws Exception {
    world.objects.put("fw/a.bin", new byte[3]);
    Path taken = file("a.bin", 5);
    Path free = file("b.bin", 6);

    Outcome outcome =
        run("upload", taken.toString(), free.toString(), "gone.bin", "--prefix", "fw/");

    assertThat(outcome.status).isEqualTo(1);
    assertThat(outcome.err)
        .contains("fw/a.bin: there is an object", "edgemint delete fw/a.bin")
        .contains("gone.bin: no such file", "2 of 3 files failed");
    assertThat(world.objects.get("fw/b.bin")).hasSize(6);
  }

  @Test
  void upload_tokenFile_isReadAndNotShown() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "good\n", StandardCharsets.US_ASCII);
    environment.remove("EDGEMINT_TOKEN");
    Path file = file("2.0.bin", 5);

    assertThat(run("upload", file.toString()).err).contains("--token-file", "EDGEMINT_TOKEN");
    assertThat(run("upload", file.toString(), "--token-file", token.toString()).status).isZero();
    Files.writeString(token, "other");
    Outcome refused =
        run("upload", file.toString(), "--key", "b", "--token-file", token.toString());
    assertThat(refused.status).isEqualTo(1);
    assertThat(refused.err).contains("401 token_expired");
  }

  @Test
  void commands_misunderstood_exitWithTwo() throws Exception {
    assertThat(run("upload").status).isEqualTo(2);
    assertThat(run("upload", "a", "b", "--key", "k").status).isEqualTo(2);
    assertThat(run("upload", "a", "--key", "k", "--prefix", "p").status).isEqualTo(2);
    assertThat(run("upload", "a", "--parallel", "0").status).isEqualTo(2);
    Outcome unasked = run("delete", "fw/a");
    assertThat(unasked.status).isEqualTo(2);
    assertThat(unasked.err).contains("--yes");
  }

  @Test
  void list_andDelete_showAndTakeAway() throws Exception {
    for (int i = 0; i < 5; i++) {
      world.objects.put("fw/" + i + ".bin", new byte[i]);
    }

    assertThat(run("list", "fw/").out.lines())
        .hasSize(5)
        .contains("              4  2026-11-29T12:00:00Z  fw/4.bin");
    assertThat(run("list", "fw/3", "--json").out)
        .isEqualToIgnoringNewLines(
            "{\"key\":\"fw/3.bin\",\"size\":3,\"last_modified\":\"2026-11-29T12:00:00Z\"}");
    Outcome deleted = run("delete", "--yes", "fw/3.bin", "fw/9.bin");
    assertThat(deleted.status).isEqualTo(1);
    assertThat(deleted.out).contains("fw/3.bin: deleted", "fw/9.bin: there is no such object");
    assertThat(world.objects).doesNotContainKey("fw/3.bin");
  }
}
