package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static io.edgemint.registry.StoredOrgs.withIssuer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Org;
import io.edgemint.backend.Snapshot;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteRegistryTest extends BackendStoreContract {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("data/registry.db");
  }

  @Override
  SqlRegistry open() {
    return open(file());
  }

  private static SqlRegistry open(Path file) {
    return SqlRegistry.sqlite(file, Set.of(PLATFORM_ISSUER), InstantSource.fixed(NOW));
  }

  @Override
  void backUp() throws SQLException {
    sql(file(), "backup to '" + folder.resolve("backup.db") + "'");
  }

  @Override
  void restore() throws SQLException {
    sql(file(), "restore from '" + folder.resolve("backup.db") + "'");
  }

  private static void sql(Path database, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private List<String> rows(String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          cells.add(rows.getString(i));
        }
        texts.add(String.join("|", cells));
      }
    }
    return texts;
  }

  @Test
  void open_newFile_isReadableByItsOwnerAlone() throws Exception {
    write(org("acme"));

    try (var files = Files.list(file().getParent())) {
      assertThat(files.filter(path -> !path.toString().endsWith(".lock")))
          .isNotEmpty()
          .allSatisfy(
              path ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void open_noDatabaseButOtherBytes_namesTheFile() throws Exception {
    Path other = Files.writeString(folder.resolve("notes.txt"), "not a database".repeat(100));

    try (SqlRegistry registry = open(other)) {
      assertThatThrownBy(registry::load)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("cannot open the registry " + other);
    }
  }

  @Test
  void open_fileCannotBeMadeAtFirst_isTriedAgainByTheNextUse() throws Exception {
    Path folder = Files.writeString(this.folder.resolve("late"), "no folder yet");
    try (SqlRegistry registry = open(folder.resolve("registry.db"))) {
      assertThatThrownBy(registry::load).isInstanceOf(UncheckedIOException.class);
      assertThatThrownBy(() -> registry.write(List.of(org("acme")), CHANGE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(folder.toString());

      Files.delete(folder);

      assertThat(registry.load().version()).isZero();
    }
  }

  @Test
  void open_neverUsed_leavesNothingBehind() {
    Path file = folder.resolve("unused/registry.db");

    open(file).close();

    assertThat(file.getParent()).doesNotExist();
  }

  @Test
  void open_issuerOfThePlatformClaimedBefore_isRefused() {
    write(withIssuer(org("acme"), "https://new.example"));
    Set<String> platform = Set.of("https://new.example");

    try (SqlRegistry registry = SqlRegistry.sqlite(file(), platform, InstantSource.fixed(NOW))) {
      assertThatThrownBy(registry::load)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll("https://new.example", "acme", "remove it");
      assertThatThrownBy(() -> registry.save("https://one.example", "{}"))
          .as("as long as it is so")
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void open_manyAtOnceOnANewFile_allAgreeOnItsTables() throws Exception {
    int processes = 4;
    CyclicBarrier start = new CyclicBarrier(processes);
    Callable<Long> opening =
        () -> {
          start.await(20, TimeUnit.SECONDS);
          try (SqlRegistry registry = open(folder.resolve("raced.db"))) {
            return registry.load().version();
          }
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(processes)) {
      for (Future<Long> version : threads.invokeAll(Collections.nCopies(processes, opening))) {
        assertThat(version.get()).isZero();
      }
    }
  }

  @Test
  void pragmas_writer_waitsForTheDiskAndChecksKeys() throws Exception {
    store().load();
    assertThat(rows("PRAGMA journal_mode")).containsExactly("wal");
    SqliteFile file = new SqliteFile(file());
    List<String> settings =
        file.write(
            connection ->
                List.of(
                    value(connection, "synchronous"),
                    value(connection, "foreign_keys"),
                    value(connection, "busy_timeout")));
    file.close();

    assertThat(settings).containsExactly("2", "1", "5000");
  }

  private static String value(Connection connection, String pragma) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA " + pragma)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void audit_everyChange_isWrittenDownAndChained() throws Exception {
    Org acme = write(org("acme"));
    store().delete(acme, new BackendStore.Change("bob", "delete"));

    assertThat(rows("SELECT version, at, actor, action, org FROM audit ORDER BY version"))
        .containsExactly(
            "1|" + NOW.toEpochMilli() + "|alice|test|acme",
            "2|" + NOW.toEpochMilli() + "|bob|delete|acme");
    String before = AuditTrail.NONE;
    for (String row : rows("SELECT actor, action, document, chain, version FROM audit")) {
      List<String> cells = List.of(row.split("\\|"));
      long version = Long.parseLong(cells.get(4));
      var entry =
          new AuditTrail.Entry(
              version, NOW.toEpochMilli(), cells.get(0), cells.get(1), "acme", cells.get(2));
      before = entry.chainedTo(before);
      assertThat(cells.get(3)).isEqualTo(before);
    }
  }

  @Test
  void crash_halfWrittenTransaction_isAbsentAfterReopening() throws Exception {
    Org acme = write(org("acme"));
    Path crashed = Files.createDirectory(folder.resolve("crashed"));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      // One page of cache: what is not committed yet goes to the WAL at once.
      statement.execute("PRAGMA cache_size = 1");
      connection.setAutoCommit(false);
      statement.execute("UPDATE registry_version SET version = 99");
      for (int i = 0; i < 200; i++) {
        statement.execute(
            "INSERT INTO issuer_keys VALUES ('iss-%d', '%s', 0)".formatted(i, "x".repeat(2000)));
      }
      for (String suffix : List.of("", "-wal", "-shm")) {
        Path source = Path.of(file() + suffix);
        Files.copy(source, crashed.resolve(source.getFileName()));
      }
      connection.rollback();
    }
    assertThat(Files.readString(crashed.resolve("registry.db-wal"), StandardCharsets.ISO_8859_1))
        .as("the half that reached the disk")
        .contains("x".repeat(2000));

    try (SqlRegistry reopened = open(crashed.resolve("registry.db"))) {
      assertThat(reopened.load().version()).isEqualTo(acme.version());
      assertThat(reopened.load("iss-0")).isNull();
      assertThat(reopened.load().orgs()).containsExactly(acme);
    }
  }

  @Test
  void write_fileReplacedWhileOpen_goesToTheNewFile() throws Exception {
    write(org("old"));
    Path other = folder.resolve("other.db");
    try (SqlRegistry elsewhere = open(other)) {
      elsewhere.write(List.of(org("new")), CHANGE);
    }
    Snapshot known = store().load();

    Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
    // Left behind, SQLite would take it for the log of the new file.
    Files.delete(Path.of(file() + "-wal"));
    Files.delete(Path.of(file() + "-shm"));
    write(org("next"));

    assertThat(store().since(known).everything()).isTrue();
    assertThat(store().load().orgs())
        .extracting(org -> org.id().value())
        .containsExactlyInAnyOrder("new", "next");
    try (SqlRegistry reopened = open()) {
      assertThat(reopened.load().orgs()).hasSize(2);
    }
  }

  @Test
  void load_fileGone_failsAndMakesNoEmptyOne() throws Exception {
    write(org("acme"));
    Files.move(file(), folder.resolve("gone.db"));

    assertThatThrownBy(() -> store().since(Snapshot.EMPTY))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot read the registry " + file());
    assertThatThrownBy(() -> write(org("next"))).isInstanceOf(UncheckedIOException.class);
    assertThat(file()).doesNotExist();

    Files.move(folder.resolve("gone.db"), file());
    assertThat(write(org("next")).version()).isEqualTo(2);
  }

  @Test
  void lastGoodKeys_savedTwice_laterOnesOutliveTheProcess() {
    SqlRegistry registry = (SqlRegistry) store();
    assertThat(registry.load("https://one.example")).isNull();

    registry.save("https://one.example", "{\"keys\":[1]}");
    registry.save("https://one.example", "{\"keys\":[2]}");
    registry.save("https://two.example", "{}");

    try (SqlRegistry reopened = open()) {
      assertThat(reopened.load("https://one.example")).isEqualTo("{\"keys\":[2]}");
    }
    assertThat(registry.load().version()).as("no version of the orgs").isZero();
  }
}
