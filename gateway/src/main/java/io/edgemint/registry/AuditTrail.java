package io.edgemint.registry;

import io.edgemint.backend.History;
import io.edgemint.backend.OrgId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The history of the registry: one row for each version, chained by hash. A row that was changed
 * afterwards breaks the chain, and a version whose chain is not what it was belongs to another
 * history, such as that of a database that was restored.
 */
final class AuditTrail {
  /** The chain before the first version, and of a version that never was. */
  static final String NONE = "";

  private static final String NO_DOCUMENT = hash("");

  private AuditTrail() {}

  /**
   * Adds the rows of versions that follow each other and the newest one without a gap; returns the
   * chain at the last.
   */
  static String add(Connection connection, List<Entry> entries) throws SQLException {
    if (entries.isEmpty()) {
      return NONE;
    }
    String chain = chainAt(connection, entries.getFirst().version - 1);
    try (Batch insert =
        new Batch(
            connection,
            "INSERT INTO audit (version, at, actor, action, org, document, chain)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      for (Entry entry : entries) {
        chain = entry.chainedTo(chain);
        insert.add(
            entry.version,
            entry.at,
            entry.actor,
            entry.action,
            entry.org,
            entry.documentHash,
            chain);
      }
      insert.flush();
    }
    return chain;
  }

  /** The chain at a version, or {@link #NONE} if this history has no such version. */
  static String chainAt(Connection connection, long version) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT chain FROM audit WHERE version = ?")) {
      select.setLong(1, version);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : NONE;
      }
    }
  }

  /** The changes below a version, newest first; {@code org} null for everybody's. */
  static List<History.Entry> below(
      Connection connection, @Nullable OrgId org, long version, int limit) throws SQLException {
    List<History.Entry> entries = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT version, at, actor, action, org, document, chain,"
                + " (SELECT document FROM audit AS earlier WHERE earlier.org = audit.org"
                + " AND earlier.version < audit.version ORDER BY earlier.version DESC LIMIT 1)"
                + " FROM audit WHERE version < ?"
                + (org == null ? "" : " AND org = ?")
                + " ORDER BY version DESC LIMIT "
                + limit)) {
      select.setLong(1, version);
      if (org != null) {
        select.setString(2, org.value());
      }
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          entries.add(
              new History.Entry(
                  rows.getLong(1),
                  rows.getLong(2),
                  rows.getString(3),
                  rows.getString(4),
                  new OrgId(rows.getString(5)),
                  fingerprint(rows.getString(8)),
                  fingerprint(rows.getString(6)),
                  rows.getString(7)));
        }
      }
    }
    return entries;
  }

  /** A record that is not there is no text, whose digest would look like any other's. */
  private static String fingerprint(@Nullable String documentHash) {
    return documentHash == null || documentHash.equals(NO_DOCUMENT) ? "" : documentHash;
  }

  /** The SHA-256 digest of texts, each with its length before it, in hexadecimal. */
  static String hash(String... texts) {
    MessageDigest digest = digest();
    for (String text : texts) {
      add(digest, text);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Adds a text with its length before it, so that no two lists of texts have one digest. */
  static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  /**
   * What a version did.
   *
   * @param at epoch milliseconds
   * @param documentHash the digest of the organisation's document, which is empty if deleted
   */
  record Entry(
      long version, long at, String actor, String action, String org, String documentHash) {

    String chainedTo(String before) {
      return hash(
          before, Long.toString(version), Long.toString(at), actor, action, org, documentHash);
    }
  }
}
