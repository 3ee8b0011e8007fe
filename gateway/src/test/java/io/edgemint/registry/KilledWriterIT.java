package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocations;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes, and looks at what it leaves. */
class KilledWriterIT {
  private static final List<String> IDS = List.of("one", "two", "three");

  @Test
  void write_processKilledOnSqlite_keepsWhatWasAnsweredAndSplitsNoBatch(@TempDir Path folder)
      throws Exception {
    killAndLook(folder.resolve("registry.db").toString());
  }

  @Test
  void write_processKilledOnPostgres_keepsWhatWasAnsweredAndSplitsNoBatch() throws Exception {
    Postgres place = PostgresServer.database();
    killAndLook(place.port() + "/" + place.database());
  }

  @Test
  void write_processKilledAtEachStepOnSqlite_isWholeOrNothing(@TempDir Path folder)
      throws Exception {
    killAtEachStep(folder.resolve("registry.db").toString());
  }

  @Test
  void write_processKilledAtEachStepOnPostgres_isWholeOrNothing() throws Exception {
    Postgres place = PostgresServer.database();
    killAtEachStep(place.port() + "/" + place.database());
  }

  /** Each process writes one batch and dies one step later than the one before. */
  private static void killAtEachStep(String place) throws Exception {
    try (SqlRegistry registry = open(place)) {
      registry.write(IDS.stream().map(StoredOrgs::org).toList(), StoredOrgs.CHANGE);
    }
    int kept = 0;
    int steps = 0;
    while (true) {
      String answer = writeOnce(place, steps + 1);
      try (SqlRegistry registry = open(place)) {
        assertThat(registry.audit(null).flaw()).as("step " + steps).isNull();
        List<Integer> counters = IDS.stream().map(id -> counter(registry, id)).toList();
        assertThat(counters).as("step " + steps).containsOnly(counters.getFirst());
        assertThat(counters.getFirst()).as("step " + steps).isBetween(kept, kept + 1);
        assertThat(registry.load().version()).isEqualTo(3L * (counters.getFirst() + 1));
        if (!answer.isEmpty()) {
          assertThat(counters.getFirst()).isEqualTo(kept + 1);
          break;
        }
        kept = counters.getFirst();
        steps++;
      }
    }
    assertThat(steps).as("statements, the end of the work, and the commit").isGreaterThan(5);
    assertThat(kept).as("killed once all was kept, and only then").isEqualTo(1);
  }

  /** What a process said that was to die at a step; empty if it died. */
  private static String writeOnce(String place, int step) throws Exception {
    Process process = start(place, Integer.toString(step));
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isEqualTo(said.isEmpty() ? 128 + 9 : 0);
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static void killAndLook(String place) throws Exception {
    for (int round = 0; round < 3; round++) {
      int answered = writeUntilKilled(place, 20 + 7 * round);

      try (SqlRegistry registry = open(place)) {
        assertThat(registry.audit(null).flaw()).isNull();
        List<Integer> counters = IDS.stream().map(id -> counter(registry, id)).toList();
        assertThat(counters).as("one batch wrote all three").containsOnly(counters.getFirst());
        assertThat(counters.getFirst()).isGreaterThanOrEqualTo(answered);
        assertThat(registry.load().version()).isEqualTo(3L * (counters.getFirst() + 1));
      }
    }
  }

  /** The last counter that the process said it had written, before it was killed. */
  private static int writeUntilKilled(String place, int lines) throws Exception {
    Process process = start(place);
    try (BufferedReader answers = process.inputReader()) {
      for (int i = 1; i < lines; i++) {
        assertThat(answers.readLine()).as("the writer ended by itself").isNotNull();
      }
      String last = answers.readLine();
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return Integer.parseInt(Objects.requireNonNull(last));
    } finally {
      process.destroyForcibly();
    }
  }

  private static SqlRegistry open(String place) {
    return SqlRegistry.open(settings(place), Set.of(), InstantSource.fixed(Instant.EPOCH));
  }

  /** A file, or the port and name of a database. */
  private static RegistrySettings settings(String place) {
    List<String> parts = List.of(place.split("/", -1));
    return parts.size() == 2
        ? PostgresServer.at(Integer.parseInt(parts.getFirst()), parts.getLast())
        : new RegistrySettings.Sqlite(Path.of(place));
  }

  private static int counter(SqlRegistry registry, String id) {
    Org org = Objects.requireNonNull(registry.load().org(new OrgId(id)));
    return org.revocations().subjects().stream().mapToInt(Integer::parseInt).findAny().orElse(0);
  }

  /**
   * Counts three organisations up, together, and says so after each batch; with a second argument,
   * once, to die at that step.
   */
  static final class Writer {
    private static final int MOST = 100_000;

    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      if (arguments.length == 2) {
        writeOnce(arguments[0], Integer.parseInt(arguments[1]));
        return;
      }
      try (SqlRegistry registry = open(arguments[0])) {
        List<Org> orgs = new ArrayList<>(registry.load().orgs());
        if (orgs.isEmpty()) {
          List<Org> fresh = IDS.stream().map(StoredOrgs::org).toList();
          orgs = registry.write(fresh, StoredOrgs.CHANGE);
        }
        for (int next = counter(registry, IDS.getFirst()) + 1; next < MOST; next++) {
          int counter = next;
          orgs =
              registry.write(
                  orgs.stream().map(org -> counting(org, counter)).toList(), StoredOrgs.CHANGE);
          System.out.println(counter);
        }
      }
    }

    private static void writeOnce(String place, int step) {
      Database database = new DyingDatabase(SqlRegistry.database(settings(place)), step);
      InstantSource clock = InstantSource.fixed(Instant.EPOCH);
      try (SqlRegistry registry = new SqlRegistry(database, Set.of(), clock)) {
        int next = counter(registry, IDS.getFirst()) + 1;
        List<Org> orgs =
            IDS.stream()
                .map(id -> counting(StoredOrgs.stored(registry, new OrgId(id)), next))
                .toList();
        registry.write(orgs, StoredOrgs.CHANGE);
        System.out.println(next);
      }
    }

    private static Org counting(Org org, int counter) {
      return new Org(
          org.id(),
          org.version(),
          org.policy(),
          new Revocations(false, Set.of(Integer.toString(counter)), List.of()),
          org.issuers(),
          org.backends());
    }
  }
}
