package io.edgemint.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Transactions on the tables of the registry. Making one touches nothing that may be away. Every
 * call blocks; failures of the database itself are {@link UncheckedIOException}s whose message
 * names it.
 */
interface Database extends AutoCloseable {
  /** Brings the tables to the newest form, which must have worked once before anything else. */
  void migrate();

  /** Runs work in a transaction that sees one state of the database and changes nothing. */
  <T extends @Nullable Object> T read(Work<T> work);

  /** As {@link #read}, for whoever follows the registry: never waits behind other work. */
  <T extends @Nullable Object> T follow(Work<T> work);

  /**
   * Runs work in a transaction that no other writing one overlaps, also none of another process;
   * what throws leaves nothing behind.
   *
   * @throws OutcomeUnknown if the database was lost while it was told to keep what was written
   */
  <T extends @Nullable Object> T write(Work<T> work);

  /**
   * Runs work that changes rows of its own alone, such as a report of this process, in a
   * transaction that may overlap those of others.
   */
  <T extends @Nullable Object> T touch(Work<T> work);

  @Override
  void close();

  /** A transaction of which nobody said whether it is kept. */
  final class OutcomeUnknown extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    OutcomeUnknown(String message, IOException cause) {
      super(message, cause);
    }
  }

  /** What is done within one transaction. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }
}
