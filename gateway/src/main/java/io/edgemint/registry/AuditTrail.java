package io.edgemint.registry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;

/**
 * The history of the registry: one row for each version, chained by hash. A row that was changed
 * afterwards breaks the chain, and a version whose chain is not what it was belongs to another
 * history, such as that of a database that was restored.
 */
final class AuditTrail {
  /** The chain before the first version, and of a version that never was. */
  static final String NONE = "";

  private AuditTrail() {}

  /** Adds the row of a version; versions follow each other without a gap. */
  static void add(Connection connection, Entry entry) throws SQLException {
    String chain = entry.chainedTo(chainAt(connection, entry.version - 1));
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO audit (version, at, actor, action, org, document, chain)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      insert.setLong(1, entry.version);
      insert.setLong(2, entry.at);
      insert.setString(3, entry.actor);
      insert.setString(4, entry.action);
      insert.setString(5, entry.org);
      insert.setString(6, entry.documentHash);
      insert.setString(7, chain);
      insert.executeUpdate();
    }
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

  /** The SHA-256 digest of texts, each with its length before it, in hexadecimal. */
  static String hash(String... texts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String text : texts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
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
