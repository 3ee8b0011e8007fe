package io.edgemint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the arrows between the packages: who may import whom, downwards only. */
class PackageDependencyTest {
  private static final Path MAIN = Path.of("src/main/java/io/edgemint");
  private static final Path TEST = Path.of("src/test/java/io/edgemint");
  private static final Pattern MENTION = Pattern.compile("\\bio\\.edgemint\\.([a-z]\\w*)");

  private static final List<Room> MAIN_ROOMS =
      List.of(
          room("config"),
          room("outbound", "config"),
          room("vault", "config"),
          room("backend", "config"),
          room("traffic", "backend", "config"),
          room("caller", "backend", "outbound", "config"),
          room("credentials", "backend", "config"),
          room("signing", "backend", "credentials", "config"),
          room("bucket", "backend", "credentials", "signing", "outbound"),
          room(
              "objects",
              "bucket",
              "backend",
              "caller",
              "credentials",
              "signing",
              "outbound",
              "vault",
              "config"),
          room("transfer", "bucket", "backend", "credentials", "outbound"),
          room("probe", "bucket", "backend", "credentials", "signing", "outbound"),
          room("setup", "probe", "backend", "credentials", "signing"),
          room(
              "onboarding",
              "bucket",
              "objects",
              "probe",
              "setup",
              "backend",
              "caller",
              "credentials",
              "signing",
              "outbound",
              "vault",
              "config"),
          room("registry", "backend", "caller", "vault", "config"),
          room("publisher"),
          room("delivery", "publisher"),
          room("telemetry", "config"),
          room(
              "http",
              "telemetry",
              "outbound",
              "vault",
              "backend",
              "traffic",
              "caller",
              "credentials",
              "signing",
              "objects",
              "onboarding",
              "registry",
              "config"),
          room(
              "admin",
              "backend",
              "traffic",
              "caller",
              "credentials",
              "signing",
              "bucket",
              "objects",
              "probe",
              "setup",
              "onboarding",
              "vault",
              "config"),
          room(
              "app",
              "config",
              "outbound",
              "vault",
              "backend",
              "traffic",
              "caller",
              "credentials",
              "signing",
              "bucket",
              "objects",
              "probe",
              "setup",
              "publisher",
              "transfer",
              "delivery",
              "onboarding",
              "registry",
              "http",
              "admin",
              "telemetry"));

  /** The test tree's one package that is a program; its own tests may look further. */
  private static final Room SANDBOX = room("sandbox", "app", "canary");

  @Test
  void rooms_everyArrow_pointsToAnEarlierRoom() {
    List<String> earlier = new ArrayList<>();
    for (Room room : MAIN_ROOMS) {
      assertThat(earlier).as("before " + room.name).containsAll(room.mayImport);
      earlier.add(room.name);
    }
  }

  @Test
  void main_everySource_keepsToTheArrows() {
    assertThat(sources(MAIN).flatMap(source -> offences(source, MAIN, MAIN_ROOMS))).isEmpty();
  }

  @Test
  void sandbox_everySource_keepsToTheArrows() {
    Stream<Path> sandbox =
        sources(TEST)
            .filter(source -> roomOf(source, TEST).equals(SANDBOX.name))
            .filter(source -> !source.toString().matches(".*(Test|IT)\\.java"));

    assertThat(sandbox.flatMap(source -> offences(source, TEST, List.of(SANDBOX)))).isEmpty();
  }

  @Test
  void main_everyPackage_hasItsCharter() {
    Stream<Path> folders = sources(MAIN).map(Path::getParent).distinct();

    assertThat(folders)
        .allSatisfy(
            folder ->
                assertThat(Files.readString(folder.resolve("package-info.java")))
                    .startsWith("/**")
                    .contains("@NullMarked"));
  }

  @Test
  void offences_classesThatBreakTheTable_areNamed() {
    List<Room> rooms = List.of(room("a"), room("b", "a"));

    assertThat(offences("b", "import static io.edgemint.a.X.y; io.edgemint.b.Z z;", rooms))
        .isEmpty();
    assertThat(offences("a", "import io.edgemint.b.X;", rooms)).containsExactly("a -> b");
    assertThat(offences("a", "var x = new io.edgemint.b.c.X();", rooms)).containsExactly("a -> b");
    assertThat(offences("c", "", rooms)).containsExactly("c is not in the table");
  }

  private static Room room(String name, String... mayImport) {
    return new Room(name, List.of(mayImport));
  }

  private static Stream<Path> sources(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first folder under the root, or nothing for the root package itself. */
  private static String roomOf(Path source, Path root) {
    Path below = root.relativize(source);
    return below.getNameCount() == 1 ? "" : below.getName(0).toString();
  }

  private static Stream<String> offences(Path source, Path root, List<Room> rooms) {
    String room = roomOf(source, root);
    if (room.isEmpty()) {
      return source.endsWith("package-info.java") ? Stream.of() : Stream.of("no class at the root");
    }
    try {
      return offences(room, Files.readString(source), rooms).map(text -> source + ": " + text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> offences(String name, String text, List<Room> rooms) {
    return rooms.stream()
        .filter(room -> room.name.equals(name))
        .findFirst()
        .map(room -> mentions(text).filter(other -> !room.allows(other)))
        .map(others -> others.map(other -> name + " -> " + other))
        .orElseGet(() -> Stream.of(name + " is not in the table"));
  }

  /** Every package of ours that the text names: imports, qualified names, links in comments. */
  private static Stream<String> mentions(String text) {
    return MENTION.matcher(text).results().map(match -> match.group(1)).distinct();
  }

  private record Room(String name, List<String> mayImport) {
    boolean allows(String other) {
      return other.equals(name) || mayImport.contains(other);
    }
  }
}
