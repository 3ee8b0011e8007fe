package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static io.edgemint.registry.StoredOrgs.withIssuer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Org;
import io.edgemint.backend.Snapshot;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Takes registries from a file to a real PostgreSQL. */
class RegistryMoveIT {
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  private final Postgres place = PostgresServer.database();
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("registry.db");
  }

  @BeforeEach
  void fill() {
    try (SqlRegistry file = openFile()) {
      Seeded.run(1, random -> repeat(40, () -> RandomOrgs.step(file, random)));
      file.write(List.of(withIssuer(org("kept"), "https://kept.example")), CHANGE);
      Org gone = file.write(List.of(org("gone")), CHANGE).getFirst();
      file.delete(gone, CHANGE);
      file.save("https://kept.example", "{\"keys\":[]}");
    }
  }

  private static void repeat(int times, Runnable work) {
    for (int i = 0; i < times; i++) {
      work.run();
    }
  }

  @Test
  void run_wholeRegistry_isTheSameInPostgresAndGoesOn() {
    Snapshot before;
    try (SqlRegistry file = openFile()) {
      before = file.load();
    }

    AuditReport.Head head = move(line -> {});

    assertThat(head).isEqualTo(new AuditReport.Head(before.version(), before.chain()));
    try (SqlRegistry moved = openPostgres()) {
      assertThat(moved.load().orgs()).containsExactlyInAnyOrderElementsOf(before.orgs());
      assertThat(moved.since(before).everything()).as("the same history").isFalse();
      assertThat(moved.load("https://kept.example")).isEqualTo("{\"keys\":[]}");
      assertThatThrownBy(() -> moved.write(List.of(org("gone")), CHANGE))
          .isInstanceOf(Conflict.class)
          .hasMessageContaining("was deleted");
      assertThatThrownBy(
              () -> moved.write(List.of(withIssuer(org("new"), "https://kept.example")), CHANGE))
          .isInstanceOf(Conflict.class);
      assertThat(moved.write(List.of(org("new")), CHANGE).getFirst().version())
          .isEqualTo(before.version() + 1);
      assertThat(moved.audit(head).flaw()).isNull();
    }
  }

  @Test
  void run_done_closesTheFileAlsoForWhoeverHasItOpen() {
    try (SqlRegistry open = openFile()) {
      Snapshot known = open.load();

      move(line -> {});

      String words = "has moved to PostgreSQL " + place.database() + " at 127.0.0.1";
      assertThatThrownBy(() -> open.since(known))
          .isInstanceOf(RegistryRefused.class)
          .hasMessageContaining(words);
      assertThatThrownBy(() -> open.write(List.of(org("late")), CHANGE))
          .isInstanceOf(RegistryRefused.class)
          .hasMessageContaining(words);
      try (SqlRegistry again = openFile()) {
        assertThatThrownBy(again::load)
            .isInstanceOf(RegistryRefused.class)
            .hasMessageContaining(words);
      }
      assertThatThrownBy(() -> sql("UPDATE registry_version SET version = version + 1"))
          .as("as a process does that knows nothing of moves")
          .hasMessageContaining("has moved");
    }
  }

  @Test
  void run_cutAtAnyStep_isFinishedByTheNext() {
    int steps = 0;
    int[] cutAt = {0};
    while (true) {
      cutAt[0]++;
      int[] step = {0};
      try {
        move(
            line -> {
              step[0]++;
              if (step[0] == cutAt[0]) {
                throw new IllegalStateException("cut at " + line);
              }
            });
        break;
      } catch (IllegalStateException cut) {
        assertThat(cut).hasMessageStartingWith("cut at");
        steps++;
        // The file is still the registry; what is written to it now is moved too.
        try (SqlRegistry file = openFile()) {
          file.write(List.of(org("between-" + cutAt[0])), CHANGE);
        }
      }
    }
    assertThat(steps).isGreaterThan(5);
    try (SqlRegistry moved = openPostgres()) {
      assertThat(moved.org(org("between-" + steps).id())).isNotNull();
      assertThat(moved.audit(null).flaw()).isNull();
    }
  }

  @Test
  void run_processKilledAtAnyStep_isFinishedByTheNext() throws Exception {
    int steps = 0;
    while (moveIn(steps + 1) != 0) {
      steps++;
      // The file is still the registry until it says otherwise.
      try (SqlRegistry file = openFile()) {
        file.write(List.of(org("between-" + steps)), CHANGE);
      } catch (RegistryRefused moved) {
        assertThat(moved).hasMessageContaining("has moved");
      }
    }

    assertThat(steps).isGreaterThan(5);
    try (SqlRegistry moved = openPostgres()) {
      assertThat(moved.org(org("between-1").id())).isNotNull();
      assertThat(moved.audit(null).flaw()).isNull();
    }
  }

  /** Moves in a process of its own that is killed at a step; gives its exit code. */
  private int moveIn(int step) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Mover.class.getName(),
            file().toString(),
            Integer.toString(place.port()),
            place.database(),
            Integer.toString(step))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** Moves a registry, and dies at a step. */
  static final class Mover {
    private Mover() {}

    public static void main(String[] arguments) {
      Postgres to = PostgresServer.at(Integer.parseInt(arguments[1]), arguments[2]);
      int[] left = {Integer.parseInt(arguments[3])};
      Consumer<String> progress =
          line -> {
            left[0]--;
            if (left[0] == 0) {
              DyingDatabase.kill();
            }
          };
      new RegistryMove(Path.of(arguments[0]), to, CLOCK, progress).run();
    }
  }

  @Test
  void run_again_findsItThereAlsoWhenItHasGoneOn() {
    AuditReport.Head head = move(line -> {});
    try (SqlRegistry moved = openPostgres()) {
      moved.write(List.of(org("new")), CHANGE);
    }

    assertThat(move(line -> {})).isEqualTo(head);

    try (SqlRegistry moved = openPostgres()) {
      assertThat(moved.org(org("new").id())).isNotNull();
    }
  }

  @Test
  void run_anotherRegistryInTheTarget_isRefused() {
    try (SqlRegistry other = openPostgres()) {
      other.write(List.of(org("other")), CHANGE);
    }

    assertThatThrownBy(() -> move(line -> {}))
        .isInstanceOf(RegistryRefused.class)
        .hasMessageContaining("holds another registry, at version 1");
    try (SqlRegistry file = openFile()) {
      file.write(List.of(org("still-here")), CHANGE);
    }
  }

  @Test
  void run_longerRegistryInTheTargetWithAHoleInItsTrail_isRefused() {
    try (SqlRegistry other = openPostgres()) {
      Seeded.run(2, random -> repeat(150, () -> RandomOrgs.step(other, random)));
    }
    PostgresServer.sql(
        place, "DELETE FROM audit WHERE version = (SELECT version FROM registry_version)");

    assertThatThrownBy(() -> move(line -> {}))
        .isInstanceOf(RegistryRefused.class)
        .hasMessageContaining("holds another registry");
    try (SqlRegistry other = openPostgres();
        SqlRegistry file = openFile()) {
      assertThat(other.load().version()).isGreaterThan(file.load().version());
    }
  }

  @Test
  void run_brokenTrail_isRefused() throws Exception {
    sql("UPDATE audit SET actor = 'somebody else' WHERE version = 2");

    assertThatThrownBy(() -> move(line -> {}))
        .isInstanceOf(RegistryRefused.class)
        .hasMessageContaining("broken at version 2");
    try (SqlRegistry target = openPostgres()) {
      assertThat(target.load().version()).isZero();
    }
  }

  @Test
  void run_noFile_saysSoAndMakesNone() {
    Path none = folder.resolve("none.db");
    assertThatThrownBy(() -> new RegistryMove(none, place, CLOCK, line -> {}).run())
        .hasMessageContaining("there is no registry " + none);
    assertThat(none).doesNotExist();
  }

  private AuditReport.Head move(Consumer<String> progress) {
    return new RegistryMove(file(), place, CLOCK, progress).run();
  }

  private SqlRegistry openFile() {
    return SqlRegistry.sqlite(file(), Set.of(), CLOCK);
  }

  private SqlRegistry openPostgres() {
    return SqlRegistry.open(place, Set.of(), CLOCK);
  }

  private void sql(String text) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
