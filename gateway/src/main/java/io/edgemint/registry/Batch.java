package io.edgemint.registry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.Stream;

/** One statement for many rows, sent together: ten thousand answers would be waited for singly. */
final class Batch implements AutoCloseable {
  private static final int ROWS = 1_000;
  private static final int NAMES = 500;

  private final PreparedStatement statement;
  private int waiting;

  Batch(Connection connection, String sql) throws SQLException {
    this.statement = connection.prepareStatement(sql);
  }

  /** Adds a row of texts, numbers and nulls. */
  void add(Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
    waiting++;
    if (waiting == ROWS) {
      flush();
    }
  }

  /** Sends what waits; what is not sent is not written. */
  void flush() throws SQLException {
    if (waiting > 0) {
      statement.executeBatch();
      waiting = 0;
    }
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }

  /** Parts small enough to be named in one question. */
  static Stream<List<String>> parts(List<String> names) {
    return names.stream().gather(Gatherers.windowFixed(NAMES));
  }

  /** A question mark for each name. */
  static String marks(List<String> names) {
    return names.stream().map(name -> "?").collect(Collectors.joining(", "));
  }
}
