package io.edgemint.registry;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** The organisations within one writing transaction, in which every row has the same cause. */
final class OrgTable {
  private final Connection connection;
  private final long now;
  private final Change change;

  /**
   * Writes through a connection whose transaction has begun.
   *
   * @param now epoch milliseconds, for the audit trail
   */
  OrgTable(Connection connection, long now, Change change) {
    this.connection = connection;
    this.now = now;
    this.change = change;
  }

  /** Writes a record over the one it was made from, as the next version. */
  Org put(Org org) throws SQLException {
    requireUnchanged(org);
    Org written = org.withVersion(nextVersion());
    String document = OrgDocument.write(written);
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "INSERT INTO org (id, version, document) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
                + " SET version = excluded.version, document = excluded.document")) {
      upsert.setString(1, org.id().value());
      upsert.setLong(2, written.version());
      upsert.setString(3, document);
      upsert.executeUpdate();
    }
    audit(written.version(), org.id(), document);
    return written;
  }

  /** Leaves a tombstone in the place of a record. */
  void delete(Org org) throws SQLException {
    require(
        org.version() != 0,
        "organisation %s was never written: there is nothing to delete".formatted(org.id()));
    requireUnchanged(org);
    long version = nextVersion();
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE org SET version = ?, document = NULL, deleted_at = ? WHERE id = ?")) {
      update.setLong(1, version);
      update.setLong(2, now);
      update.setString(3, org.id().value());
      update.executeUpdate();
    }
    audit(version, org.id(), "");
  }

  private void requireUnchanged(Org org) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT version, deleted_at FROM org WHERE id = ?")) {
      select.setString(1, org.id().value());
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          require(
              org.version() == 0,
              "organisation %s is not in the registry: read it again".formatted(org.id()));
          return;
        }
        long deletedAt = rows.getLong(2);
        require(
            rows.wasNull(),
            "organisation %s was deleted at %s, and an id is never used again: choose another"
                .formatted(org.id(), Instant.ofEpochMilli(deletedAt)));
        long stored = rows.getLong(1);
        require(
            org.version() != 0,
            "organisation %s exists already: read it and change that".formatted(org.id()));
        require(
            org.version() == stored,
            "organisation %s has changed since it was read (version %d, now %d): read it again"
                .formatted(org.id(), org.version(), stored));
      }
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new Conflict(message);
    }
  }

  private long nextVersion() throws SQLException {
    try (PreparedStatement update =
            connection.prepareStatement(
                "UPDATE registry_version SET version = version + 1 RETURNING version");
        ResultSet rows = update.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private void audit(long version, OrgId org, String document) throws SQLException {
    AuditTrail.add(
        connection,
        new AuditTrail.Entry(
            version, now, change.actor(), change.action(), org.value(), AuditTrail.hash(document)));
  }
}
