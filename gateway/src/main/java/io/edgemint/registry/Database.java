package io.edgemint.registry;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Transactions on the tables of the registry. Making one touches nothing that may be away. Every
 * call blocks; failures of the database itself are {@link java.io.UncheckedIOException}s whose
 * message names it.
 */
interface Database extends AutoCloseable {
  /** Brings the tables to the newest form, which must have worked once before anything else. */
  void migrate();

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
