package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocations;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.BufferedReader;
import java.io.IOException;
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
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                place)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
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

  /** A file, or the port and name of a database. */
  private static SqlRegistry open(String place) {
    List<String> parts = List.of(place.split("/", -1));
    RegistrySettings settings =
        parts.size() == 2
            ? PostgresServer.at(Integer.parseInt(parts.getFirst()), parts.getLast())
            : new RegistrySettings.Sqlite(Path.of(place));
    return SqlRegistry.open(settings, Set.of(), InstantSource.fixed(Instant.EPOCH));
  }

  private static int counter(SqlRegistry registry, String id) {
    Org org = Objects.requireNonNull(registry.load().org(new OrgId(id)));
    return org.revocations().subjects().stream().mapToInt(Integer::parseInt).findAny().orElse(0);
  }

  /** Counts three organisations up, together, and says so after each batch. */
  static final class Writer {
    private static final int MOST = 100_000;

    private Writer() {}

    public static void main(String[] arguments) throws IOException {
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
