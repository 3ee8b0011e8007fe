package io.edgemint.registry;

import io.edgemint.registry.RegistrySettings.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Takes a registry from a SQLite file into an empty PostgreSQL database, while nobody can write to
 * the file, and leaves word in the file of where it went.
 *
 * <p>All rows arrive in one transaction. Cut before its end, nothing has happened; cut after it,
 * the next run finds its own copy and only leaves the word, or makes the copy anew if the file has
 * been written to meanwhile.
 */
public final class RegistryMove {
  /** What is moved, in an order in which rows find those they name; not leases and nodes. */
  private static final List<Table> TABLES =
      List.of(
          new Table("org", "id, version, document, deleted_at", "id"),
          new Table("identity_root", "kind, value, org", "kind, value"),
          new Table("audit", "version, at, actor, action, org, document, chain", "version"),
          new Table("issuer_keys", "iss, jwks, saved_at", "iss"));

  private static final int ROWS = 1_000;

  private final Path from;
  private final Postgres to;
  private final InstantSource clock;
  private final Consumer<String> progress;

  /**
   * Touches nothing yet.
   *
   * @param progress takes a line for each step
   */
  public RegistryMove(Path from, Postgres to, InstantSource clock, Consumer<String> progress) {
    this.from = from;
    this.to = to;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Moves the registry; returns the head of its audit trail.
   *
   * @throws RegistryRefused if the file's trail is broken, if it has moved elsewhere, or if another
   *     registry is in the target
   * @throws java.io.UncheckedIOException if either database cannot be used
   */
  public AuditReport.Head run() {
    if (!Files.isRegularFile(from)) {
      throw new RegistryRefused("there is no registry " + from + ": name its SQLite file");
    }
    try (SqliteFile source = new SqliteFile(from);
        PostgresDatabase target = new PostgresDatabase(to)) {
      source.migrateAnyway();
      target.migrate();
      return source.writeAnyway(file -> move(file, target));
    }
  }

  private AuditReport.Head move(Connection file, PostgresDatabase target) throws SQLException {
    String place = SqliteFile.movedTo(file);
    if (!place.isEmpty() && !place.equals(to.toString())) {
      throw new RegistryRefused(
          "the registry " + from + " has moved to " + place + " already: move it from there");
    }
    progress.accept("verifying " + from);
    AuditReport report = new AuditCheck(file, null).run();
    if (report.flaw() != null) {
      throw new RegistryRefused(
          "the registry %s is not moved, for its audit trail is broken at %s"
              .formatted(from, report.flaw()));
    }
    target.write(
        database -> {
          copyUnlessThere(file, database, report.head(), !place.isEmpty());
          return true;
        });
    progress.accept("kept in " + to + " for good");
    if (place.isEmpty()) {
      SqliteFile.markMoved(file, to.toString(), clock.millis());
    }
    return report.head();
  }

  private void copyUnlessThere(
      Connection file, Connection database, AuditReport.Head head, boolean moved)
      throws SQLException {
    long version = OrgTable.version(database);
    String chain = AuditTrail.chainAt(database, version);
    boolean there =
        head.version() > 0 && head.chain().equals(AuditTrail.chainAt(database, head.version()));
    boolean behind =
        version == 0 || (!chain.isEmpty() && chain.equals(AuditTrail.chainAt(file, version)));
    if (there) {
      progress.accept("it is there already; verifying it");
      requireWhole(new AuditCheck(database, head).run());
    } else if (behind && !moved) {
      copy(file, database, head);
      progress.accept("verifying the copy");
      requireWhole(new AuditCheck(database, head).run());
      requireSame(file, database);
    } else {
      throw new RegistryRefused(
          "%s holds another registry, at version %d: name an empty database"
              .formatted(to, version));
    }
  }

  private void copy(Connection file, Connection database, AuditReport.Head head)
      throws SQLException {
    try (Statement statement = database.createStatement()) {
      for (Table table : TABLES.reversed()) {
        statement.addBatch("DELETE FROM " + table.name);
      }
      statement.addBatch("UPDATE registry_version SET version = " + head.version());
      statement.executeBatch();
    }
    for (Table table : TABLES) {
      progress.accept("%s: %,d rows copied".formatted(table.name, copy(file, database, table)));
    }
  }

  private static long copy(Connection file, Connection database, Table table) throws SQLException {
    long count = 0;
    try (PreparedStatement select = file.prepareStatement(table.query());
        ResultSet rows = select.executeQuery();
        Batch insert = new Batch(database, table.insert())) {
      Object[] values = new Object[table.width()];
      while (rows.next()) {
        for (int i = 0; i < values.length; i++) {
          values[i] = rows.getObject(i + 1);
        }
        insert.add(values);
        count++;
      }
      insert.flush();
    }
    return count;
  }

  private void requireWhole(AuditReport report) {
    if (report.flaw() != null) {
      throw new RegistryRefused("%s is broken at %s".formatted(to, report.flaw()));
    }
  }

  private void requireSame(Connection file, Connection database) throws SQLException {
    List<String> different = new ArrayList<>();
    for (Table table : TABLES) {
      if (!digest(file, table).equals(digest(database, table))) {
        different.add(table.name);
      }
    }
    if (!different.isEmpty()) {
      throw new RegistryRefused(
          "the copy in %s is not the same (%s); nothing is kept"
              .formatted(to, String.join(", ", different)));
    }
  }

  /** The number of rows and the SHA-256 digest over all of them, in the order of their key. */
  private static String digest(Connection connection, Table table) throws SQLException {
    long count = 0;
    MessageDigest digest = AuditTrail.digest();
    try (PreparedStatement select = connection.prepareStatement(table.query())) {
      select.setFetchSize(ROWS);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          for (int i = 1; i <= table.width(); i++) {
            AuditTrail.add(digest, Objects.toString(rows.getObject(i), "null"));
          }
          count++;
        }
      }
    }
    return count + ":" + HexFormat.of().formatHex(digest.digest());
  }

  private record Table(String name, String columns, String key) {
    int width() {
      return columns.split(", ", -1).length;
    }

    String query() {
      return "SELECT " + columns + " FROM " + name + " ORDER BY " + key;
    }

    String insert() {
      String[] marks = new String[width()];
      Arrays.fill(marks, "?");
      return "INSERT INTO %s (%s) VALUES (%s)".formatted(name, columns, String.join(", ", marks));
    }
  }
}
