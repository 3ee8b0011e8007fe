package io.edgemint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher's choice of a Java, among java commands that only name themselves. */
class LauncherIT {
  private static final String SYSTEM_PATH = "/usr/bin:/bin";

  @TempDir private Path folder;
  private Path launcher;

  @BeforeEach
  void install() throws IOException {
    launcher = Files.copy(Path.of("src/main/launcher/edgemint"), folder.resolve("edgemint"));
    Files.writeString(folder.resolve("edgemint.jar"), "");
  }

  @Test
  void start_javaHomeNewEnough_winsOverPath() throws Exception {
    Path home = java("home", "26-ea");
    Path other = java("other", "25.0.1");

    Outcome outcome = run(Map.of("JAVA_HOME", home.toString(), "PATH", path(other)));

    assertThat(outcome.lines).startsWith("java 26-ea");
  }

  @Test
  void start_javaHomeTooOld_takesThePath() throws Exception {
    Path home = java("home", "1.8.0_402");
    Path other = java("other", "25");

    Outcome outcome = run(Map.of("JAVA_HOME", home.toString(), "PATH", path(other)));

    assertThat(outcome.lines).startsWith("java 25");
  }

  @Test
  void start_namedJava_winsAsHomeAndAsCommand() throws Exception {
    Path named = java("named", "25.0.3");
    Path home = java("home", "26");

    for (Path name : List.of(named, named.resolve("bin/java"))) {
      Outcome outcome = run(Map.of("EDGEMINT_JAVA", name.toString(), "JAVA_HOME", home.toString()));

      assertThat(outcome.lines).startsWith("java 25.0.3");
    }
  }

  @Test
  void start_namedJavaTooOld_saysWhatItIsAndWhatToInstall() throws Exception {
    Path named = java("named", "24.0.2");
    Path home = java("home", "25");

    Outcome outcome = run(Map.of("EDGEMINT_JAVA", named.toString(), "JAVA_HOME", home.toString()));

    assertThat(outcome.status).isEqualTo(1);
    assertThat(outcome.lines)
        .contains("  " + named.resolve("bin/java") + " is 24")
        .anyMatch(line -> line.endsWith("apt install openjdk-25-jre-headless"));
  }

  @Test
  void start_throughLink_passesOptionsThenJarThenArgumentsAsTheyAre() throws Exception {
    Path link = Files.createDirectory(folder.resolve("bin")).resolve("mint");
    launcher = Files.createSymbolicLink(link, Path.of("../edgemint"));
    Path home = java("home", "25");

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", home.toString(), "EDGEMINT_JAVA_OPTS", "-Xmx1g -Dx=1"),
            "serve",
            "a  b",
            "*");

    String jar = folder.resolve("edgemint.jar").toString();
    assertThat(outcome.status).isZero();
    assertThat(outcome.lines)
        .endsWith("-Xmx1g", "-Dx=1", "-jar", jar, "serve", "a  b", "*")
        .contains("-XX:+DisableAttachMechanism");
  }

  @Test
  void start_preparedSinceTheJarCame_usesTheCache() throws Exception {
    Path cache = cache(10);

    assertThat(run(Map.of("JAVA_HOME", java("home", "25").toString()), "serve").lines)
        .contains("-XX:AOTCache=" + cache);
  }

  @Test
  void start_preparedForAnOlderJar_leavesTheCacheAside() throws Exception {
    cache(-10);

    assertThat(run(Map.of("JAVA_HOME", java("home", "25").toString()), "serve").lines)
        .noneMatch(line -> line.contains("AOTCache"));
  }

  @Test
  void prepare_oldCache_makesItAnew() throws Exception {
    Path cache = cache(10);

    assertThat(run(Map.of("JAVA_HOME", java("home", "25").toString()), "prepare").lines)
        .contains("-XX:AOTCacheOutput=" + cache)
        .noneMatch(line -> line.startsWith("-XX:AOTCache="));
    assertThat(cache).doesNotExist();
  }

  /** A cache that was made so many seconds after the jar came. */
  private Path cache(long secondsLater) throws IOException {
    Path cache = Files.writeString(folder.resolve("edgemint.aot"), "");
    FileTime jar = Files.getLastModifiedTime(folder.resolve("edgemint.jar"));
    return Files.setLastModifiedTime(
        cache, FileTime.from(jar.toInstant().plusSeconds(secondsLater)));
  }

  @Test
  void start_withoutJar_saysWhereItBelongs() throws Exception {
    Files.delete(folder.resolve("edgemint.jar"));

    Outcome outcome = run(Map.of());

    assertThat(outcome.status).isEqualTo(1);
    assertThat(outcome.lines).first().asString().contains(folder + "/edgemint.jar is missing");
  }

  private Path java(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path java = Files.writeString(bin.resolve("java"), fakeJava(version));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return home;
  }

  private static String fakeJava(String version) {
    return """
    #!/bin/sh
    if [ "$1" = -version ]; then
      echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=y' >&2
      echo 'openjdk version "%1$s" 2026-01-01' >&2
      exit
    fi
    echo "java %1$s"
    for argument; do echo "$argument"; done
    """
        .formatted(version);
  }

  private static String path(Path home) {
    return home.resolve("bin") + ":" + SYSTEM_PATH;
  }

  private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command =
        Stream.concat(Stream.of("/bin/sh", launcher.toString()), Stream.of(arguments)).toList();
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", SYSTEM_PATH);
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (var out = process.getInputStream()) {
      List<String> lines = new String(out.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      return new Outcome(process.exitValue(), lines);
    } finally {
      process.destroyForcibly();
    }
  }

  private record Outcome(int status, List<String> lines) {}
}
