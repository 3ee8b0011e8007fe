package io.edgemint.registry;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Transactions on the tables of the registry, which stand when a database was opened. Every call
 * blocks; failures of the database itself are {@link java.io.UncheckedIOException}s whose message
 * names it.
 */
interface Database extends AutoCloseable {
  /** Runs work in a transaction that sees one state of the database and changes nothing. */
  <T extends @Nullable Object> T read(Work<T> work);

  /**
   * Runs work in a transaction that no other writing one overlaps, also none of another process;
   * what throws leaves nothing behind.
   */
  <T extends @Nullable Object> T write(Work<T> work);

  @Override
  void close();

  /** What is done within one transaction. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }
}
