package io.edgemint.registry;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database. Whoever writes locks the row of the newest version first, so that one
 * transaction writes at a time in the whole fleet; whoever follows has a connection of its own.
 *
 * <p>Every wait ends: for a connection, for the lock, for a statement and for a server that says
 * nothing. Whatever is set is set for one transaction, so that a pooler may hand connections from
 * one to the next.
 */
final class PostgresDatabase implements Database {
  /** One writes, so that the others are always there for reads and reports. */
  private static final int CONNECTIONS = 3;

  private static final int FOLLOW_MILLIS = 1_000;
  private static final int WORK_MILLIS = 2_000;
  private static final int LOCK_SECONDS = 5;
  private static final int MIGRATION_SECONDS = 30;

  /** The state when another transaction holds a row for too long. */
  private static final String LOCKED = "55P03";

  /** Beginnings of the states in which a connection is gone. */
  private static final Set<String> GONE = Set.of("08", "57P");

  private final Postgres settings;
  private final PostgresSource.Pace pace = new PostgresSource.Pace();
  private final Lane following;
  private final Lane reading;
  private final Lane touching;
  private final Lane writing;
  private final Semaphore writer = new Semaphore(1, true);

  /** Connects to nothing yet. */
  PostgresDatabase(Postgres settings) {
    this.settings = settings;
    String read = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
    String write = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE";
    HikariDataSource follower = pool("registry-follower", 1, FOLLOW_MILLIS);
    HikariDataSource workers = pool("registry", CONNECTIONS, WORK_MILLIS);
    this.following = new Lane(follower, begin(read, 10), 1_500);
    this.reading = new Lane(workers, begin(read, 10), 12_000);
    this.touching = new Lane(workers, begin(write, 3), 5_000);
    this.writing =
        new Lane(
            workers,
            begin(write, 15) + "; SELECT version FROM registry_version FOR UPDATE",
            17_000);
  }

  private static String begin(String isolation, int statementSeconds) {
    return isolation
        + "; SET LOCAL statement_timeout = '%ds'; SET LOCAL lock_timeout = '%ds'"
            .formatted(statementSeconds, LOCK_SECONDS)
        + "; SET LOCAL idle_in_transaction_session_timeout = '30s'";
  }

  private HikariDataSource pool(String name, int size, int waitMillis) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(new PostgresSource(settings, pace, 2));
    config.setAutoCommit(false);
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(0);
    config.setIdleTimeout(TimeUnit.MINUTES.toMillis(1));
    config.setConnectionTimeout(waitMillis);
    config.setValidationTimeout(waitMillis / 2);
    // Opening the pool opens no connection.
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  @Override
  public void migrate() {
    try {
      Flyway.configure()
          .dataSource(new PostgresSource(settings, pace, MIGRATION_SECONDS))
          .locations("classpath:db/migration/postgresql")
          .failOnMissingLocations(true)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw failure("open", e);
    }
  }

  @Override
  public <T extends @Nullable Object> T read(Work<T> work) {
    return transaction(reading, "read", work);
  }

  @Override
  public <T extends @Nullable Object> T follow(Work<T> work) {
    return transaction(following, "read", work);
  }

  @Override
  public <T extends @Nullable Object> T touch(Work<T> work) {
    return transaction(touching, "write", work);
  }

  @Override
  public <T extends @Nullable Object> T write(Work<T> work) {
    try {
      if (!writer.tryAcquire(LOCK_SECONDS, TimeUnit.SECONDS)) {
        throw failure("write", new SQLException("", LOCKED));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("write", e);
    }
    try {
      return transaction(writing, "write", work);
    } finally {
      writer.release();
    }
  }

  private <T extends @Nullable Object> T transaction(Lane lane, String verb, Work<T> work) {
    boolean committing = false;
    try (Connection connection = begun(lane)) {
      boolean committed = false;
      try {
        T result = work.on(connection);
        committing = true;
        connection.commit();
        committed = true;
        return result;
      } finally {
        if (!committed) {
          rollBack(connection);
        }
      }
    } catch (SQLException e) {
      if (committing && verb.equals("write") && isGone(e)) {
        throw new OutcomeUnknown(
            ("the registry %s was lost while it was told to keep a change; read it again to see"
                    + " whether it did")
                .formatted(settings),
            new IOException(reason(e), e));
      }
      throw failure(verb, e);
    }
  }

  /** A transaction on a connection that lives: nothing is lost if the first has died unnoticed. */
  private Connection begun(Lane lane) throws SQLException {
    try {
      return begin(lane);
    } catch (SQLException e) {
      boolean noneToBeHad = e instanceof SQLTransientConnectionException;
      if (!isGone(e) || noneToBeHad || e.getCause() instanceof SocketTimeoutException) {
        throw e;
      }
      return begin(lane);
    }
  }

  private static Connection begin(Lane lane) throws SQLException {
    Connection connection = lane.pool.getConnection();
    boolean begun = false;
    try (Statement statement = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, lane.silenceMillis);
      statement.execute(lane.begin);
      begun = true;
      return connection;
    } finally {
      if (!begun) {
        rollBack(connection);
        connection.close();
      }
    }
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // It is gone, and so is what it wrote; the pool drops it.
      System.getLogger(PostgresDatabase.class.getName())
          .log(System.Logger.Level.DEBUG, "rolling back: {0}", e.getMessage());
    }
  }

  private static boolean isGone(SQLException e) {
    String state = e.getSQLState();
    return state != null && GONE.stream().anyMatch(state::startsWith);
  }

  private UncheckedIOException failure(String verb, Exception cause) {
    String message = "cannot %s the registry %s: %s".formatted(verb, settings, reason(cause));
    return new UncheckedIOException(message, new IOException(message, cause));
  }

  /** What the database or its driver said, from below whatever wraps it. */
  private static String reason(Exception failure) {
    SQLException deepest = null;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof SQLException told) {
        deepest = told;
      }
    }
    if (deepest == null) {
      return Objects.toString(failure.getMessage()).strip().lines().findFirst().orElse("");
    }
    if (LOCKED.equals(deepest.getSQLState())) {
      return "another process has been writing for %d seconds: try again".formatted(LOCK_SECONDS);
    }
    String message = Objects.toString(deepest.getMessage()).strip().lines().findFirst().orElse("");
    Throwable below = deepest.getCause();
    return below == null || below.getMessage() == null || message.contains(below.getMessage())
        ? message
        : message + " (" + below.getMessage() + ")";
  }

  @Override
  public void close() {
    following.pool.close();
    reading.pool.close();
  }

  /**
   * A kind of transaction.
   *
   * @param begin what is said first
   * @param silenceMillis how long the server may say nothing
   */
  private record Lane(HikariDataSource pool, String begin, int silenceMillis) {}
}
