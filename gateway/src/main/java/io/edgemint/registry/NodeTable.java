package io.edgemint.registry;

import io.edgemint.backend.Nodes.Node;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The gateways within one transaction. */
final class NodeTable {
  private static final long FORGOTTEN_MILLIS = Duration.ofDays(1).toMillis();

  private NodeTable() {}

  static void report(Connection connection, Node node) throws SQLException {
    try (PreparedStatement upsert =
            connection.prepareStatement(
                "INSERT INTO node (id, host, version, at) VALUES (?, ?, ?, ?)"
                    + " ON CONFLICT (id) DO UPDATE SET host = excluded.host,"
                    + " version = excluded.version, at = excluded.at");
        PreparedStatement forget = connection.prepareStatement("DELETE FROM node WHERE at < ?")) {
      upsert.setString(1, node.id());
      upsert.setString(2, node.host());
      upsert.setLong(3, node.version());
      upsert.setLong(4, node.at());
      upsert.executeUpdate();
      forget.setLong(1, node.at() - FORGOTTEN_MILLIS);
      forget.executeUpdate();
    }
  }

  static List<Node> all(Connection connection) throws SQLException {
    List<Node> nodes = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement("SELECT id, host, version, at FROM node ORDER BY id");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        nodes.add(new Node(rows.getString(1), rows.getString(2), rows.getLong(3), rows.getLong(4)));
      }
    }
    return nodes;
  }

  static int leave(Connection connection, String id) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM node WHERE id = ?")) {
      delete.setString(1, id);
      return delete.executeUpdate();
    }
  }
}
