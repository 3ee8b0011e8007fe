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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The organisations within one writing transaction, in which every row has the same cause. */
final class OrgTable {
  private final Connection connection;
  private final long now;
  private final Change change;
  private final List<AuditTrail.Entry> entries = new ArrayList<>();
  private long version;

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

  /**
   * Writes records over those they were made from and leaves tombstones in the place of others,
   * each as the next version.
   */
  Written write(List<Org> orgs, List<Org> deleted) throws SQLException {
    Map<String, Stored> stored = stored(Stream.concat(deleted.stream(), orgs.stream()).toList());
    for (Org org : deleted) {
      require(
          org.version() != 0,
          "organisation %s was never written: there is nothing to delete".formatted(org.id()));
      requireUnchanged(org, stored.get(org.id().value()));
    }
    for (Org org : orgs) {
      requireUnchanged(org, stored.get(org.id().value()));
    }
    version = version(connection);
    delete(deleted);
    List<Org> written = put(orgs);
    String chain = AuditTrail.add(connection, entries);
    raiseVersion();
    return new Written(written, version, chain);
  }

  /** The newest version. */
  static long version(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT version FROM registry_version");
        ResultSet rows = select.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private void raiseVersion() throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE registry_version SET version = ?")) {
      update.setLong(1, version);
      update.executeUpdate();
    }
  }

  private void delete(List<Org> orgs) throws SQLException {
    try (Batch update =
        new Batch(
            connection,
            "UPDATE org SET version = ?, document = NULL, deleted_at = ? WHERE id = ?")) {
      for (Org org : orgs) {
        version++;
        update.add(version, now, org.id().value());
        audit(org.id(), "");
      }
      update.flush();
    }
  }

  private List<Org> put(List<Org> orgs) throws SQLException {
    List<Org> written = new ArrayList<>(orgs.size());
    try (Batch upsert =
        new Batch(
            connection,
            "INSERT INTO org (id, version, document) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
                + " SET version = excluded.version, document = excluded.document")) {
      for (Org org : orgs) {
        version++;
        Org next = org.withVersion(version);
        String document = OrgDocument.write(next);
        upsert.add(org.id().value(), version, document);
        audit(org.id(), document);
        written.add(next);
      }
      upsert.flush();
    }
    return written;
  }

  private void audit(OrgId org, String document) {
    entries.add(
        new AuditTrail.Entry(
            version, now, change.actor(), change.action(), org.value(), AuditTrail.hash(document)));
  }

  private Map<String, Stored> stored(List<Org> orgs) throws SQLException {
    Map<String, Stored> stored = new HashMap<>();
    List<String> ids = orgs.stream().map(org -> org.id().value()).toList();
    for (List<String> part : Batch.parts(ids).toList()) {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT id, version, deleted_at FROM org WHERE id IN (%s)"
                  .formatted(Batch.marks(part)))) {
        for (int i = 0; i < part.size(); i++) {
          select.setString(i + 1, part.get(i));
        }
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            long deletedAt = rows.getLong(3);
            Instant deleted = rows.wasNull() ? null : Instant.ofEpochMilli(deletedAt);
            stored.put(rows.getString(1), new Stored(rows.getLong(2), deleted));
          }
        }
      }
    }
    return stored;
  }

  private static void requireUnchanged(Org org, @Nullable Stored stored) {
    if (stored == null) {
      require(
          org.version() == 0,
          "organisation %s is not in the registry: read it again".formatted(org.id()));
      return;
    }
    require(
        stored.deleted == null,
        "organisation %s was deleted at %s, and an id is never used again: choose another"
            .formatted(org.id(), stored.deleted));
    require(
        org.version() != 0,
        "organisation %s exists already: read it and change that".formatted(org.id()));
    require(
        org.version() == stored.version,
        "organisation %s has changed since it was read (version %d, now %d): read it again"
            .formatted(org.id(), org.version(), stored.version));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new Conflict(message);
    }
  }

  private record Stored(long version, @Nullable Instant deleted) {}

  /**
   * What a transaction wrote.
   *
   * @param version the newest one
   * @param chain of the audit trail at that version
   */
  record Written(List<Org> orgs, long version, String chain) {}
}
