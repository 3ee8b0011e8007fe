package io.edgemint.registry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole audit trail in order and holds it against itself and against what is stored. Keeps
 * one row in memory.
 */
final class AuditCheck {
  private static final int ROWS = 1_000;

  private final Connection connection;
  private final AuditReport.@Nullable Head noted;
  private String chain = AuditTrail.NONE;
  private long newest;

  /**
   * Checks within a transaction that has begun.
   *
   * @param noted a head that was noted before, or null
   */
  AuditCheck(Connection connection, AuditReport.@Nullable Head noted) {
    this.connection = connection;
    this.noted = noted;
  }

  /** Reads everything; the report names the first link, or else organisation, that does not fit. */
  AuditReport run() throws SQLException {
    AuditReport.Flaw flaw = trail();
    if (flaw == null) {
      flaw = end();
    }
    if (flaw == null) {
      // Only a whole trail says what ought to be stored.
      flaw = orgs();
    }
    return new AuditReport(newest, new AuditReport.Head(newest, chain), flaw);
  }

  private AuditReport.@Nullable Flaw trail() throws SQLException {
    try (PreparedStatement select =
        streamed(
            "SELECT version, at, actor, action, org, document, chain FROM audit"
                + " ORDER BY version")) {
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          var entry =
              new AuditTrail.Entry(
                  rows.getLong(1),
                  rows.getLong(2),
                  rows.getString(3),
                  rows.getString(4),
                  rows.getString(5),
                  rows.getString(6));
          if (entry.version() != newest + 1) {
            return new AuditReport.Flaw(
                newest + 1, "", null, "its row is missing; the next is that of " + entry.version());
          }
          String link = rows.getString(7);
          if (!entry.chainedTo(chain).equals(link)) {
            return flaw(
                entry,
                "its link does not follow from the link before and from its own time, actor,"
                    + " action, organisation and document");
          }
          if (noted != null && noted.version() == entry.version() && !noted.chain().equals(link)) {
            return flaw(entry, "its link is not the head that was noted");
          }
          newest = entry.version();
          chain = link;
        }
      }
    }
    return null;
  }

  private static AuditReport.Flaw flaw(AuditTrail.Entry entry, String problem) {
    return new AuditReport.Flaw(
        entry.version(), entry.org(), Instant.ofEpochMilli(entry.at()), problem);
  }

  private AuditReport.@Nullable Flaw end() throws SQLException {
    long version = OrgTable.version(connection);
    if (version > newest) {
      return new AuditReport.Flaw(
          newest + 1, "", null, "its row is missing; the registry is at version " + version);
    }
    if (version < newest) {
      return new AuditReport.Flaw(
          version + 1, "", null, "it stands although the registry is at version " + version);
    }
    return noted == null || noted.version() <= newest
        ? null
        : new AuditReport.Flaw(
            newest + 1, "", null, "its row is missing; version " + noted.version() + " was noted");
  }

  private AuditReport.@Nullable Flaw orgs() throws SQLException {
    AuditReport.Flaw first = null;
    try (PreparedStatement select =
            streamed(
                "SELECT org.id, org.version, org.document, org.deleted_at, audit.version, audit.at,"
                    + " audit.document FROM org LEFT JOIN audit ON audit.version ="
                    + " (SELECT MAX(version) FROM audit AS newest WHERE newest.org = org.id)");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        AuditReport.Flaw flaw = org(rows);
        if (flaw != null && (first == null || flaw.version() < first.version())) {
          first = flaw;
        }
      }
    }
    return first;
  }

  private static AuditReport.@Nullable Flaw org(ResultSet rows) throws SQLException {
    String id = rows.getString(1);
    long version = rows.getLong(2);
    String document = Objects.requireNonNullElse(rows.getString(3), "");
    long deletedAt = rows.getLong(4);
    boolean deleted = !rows.wasNull();
    long audited = rows.getLong(5);
    if (rows.wasNull()) {
      return new AuditReport.Flaw(version, id, null, "the organisation is in no row of the trail");
    }
    long at = rows.getLong(6);
    String problem = null;
    if (version != audited) {
      problem = "it is the organisation's newest row, but version %d is stored".formatted(version);
    } else if (!AuditTrail.hash(document).equals(rows.getString(7))) {
      problem = "the document that is stored is not the one that was written";
    } else if (deleted && deletedAt != at) {
      problem = "the time at which the organisation was deleted is not the stored one";
    }
    return problem == null
        ? null
        : new AuditReport.Flaw(audited, id, Instant.ofEpochMilli(at), problem);
  }

  /** A few rows at a time, where the driver would fetch them all. */
  private PreparedStatement streamed(String query) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(query);
    statement.setFetchSize(ROWS);
    return statement;
  }
}
