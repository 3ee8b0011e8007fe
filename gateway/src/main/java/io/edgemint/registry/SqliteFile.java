package io.edgemint.registry;

import io.edgemint.vault.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/**
 * A SQLite database in WAL mode: transactions that write run one after the other on a thread of
 * their own, those that read run on the caller's and see one state each.
 *
 * <p>A read opens its connection anew (under a millisecond, about once a second). So a file that
 * was put in the place of this one is seen by the next read; the writing connection is compared
 * with the file before each use, for what is written to a file without a name is lost.
 */
final class SqliteFile implements Database {
  private static final int BUSY_MILLIS = 5_000;

  /** A process cannot lock a file against itself. */
  private static final Object MIGRATION = new Object();

  private final Path path;
  private final SQLiteConfig reading = config(SQLiteOpenMode.READONLY);
  private final SQLiteConfig writing = config(SQLiteOpenMode.READWRITE);
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("registry-writer").daemon().factory());
  private @Nullable Connection writerConnection;
  private @Nullable Object writerFile;

  /** Names the file, which the first migration makes, readable by its owner alone. */
  SqliteFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  private static SQLiteConfig config(SQLiteOpenMode mode) {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.READWRITE);
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setOpenMode(mode);
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    if (mode == SQLiteOpenMode.READWRITE) {
      config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    }
    return config;
  }

  @Override
  public void migrate() {
    migrateAnyway();
    // Held from now on: the last connection to close would fold the WAL into the file.
    write(connection -> true);
  }

  /** As {@link #migrate}, also if the registry has moved away. */
  void migrateAnyway() {
    try {
      OwnerOnly.create(path, new byte[0]);
      migrateLocked();
    } catch (IOException | SQLException | FlywayException e) {
      throw failure("open", e);
    }
  }

  /** Where the registry of this file went, or an empty text if it is here. */
  static String movedTo(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT place FROM moved")) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  /**
   * Leaves word of where the registry went.
   *
   * @param at epoch milliseconds
   */
  static void markMoved(Connection connection, String place, long at) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO moved (only_row, place, at) VALUES (1, ?, ?)")) {
      insert.setString(1, place);
      insert.setLong(2, at);
      insert.executeUpdate();
    }
  }

  private void requireHere(Connection connection) throws SQLException {
    String place = movedTo(connection);
    if (!place.isEmpty()) {
      throw new RegistryRefused(
          "the registry %s has moved to %s: name that under registry.postgresql in the settings"
              .formatted(path, place));
    }
  }

  /** One process at a time: Flyway does not lock a SQLite database. */
  private void migrateLocked() throws IOException, SQLException {
    SQLiteDataSource source = new SQLiteDataSource(writing);
    source.setUrl(url());
    Path lock = path.resolveSibling(path.getFileName() + ".lock");
    synchronized (MIGRATION) {
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:db/migration/sqlite")
            .failOnMissingLocations(true)
            .load()
            .migrate();
      }
    }
  }

  private String url() {
    return "jdbc:sqlite:" + path;
  }

  @Override
  public <T extends @Nullable Object> T read(Work<T> work) {
    try (Connection connection = reading.createConnection(url())) {
      execute(connection, "BEGIN");
      requireHere(connection);
      return work.on(connection);
    } catch (SQLException e) {
      throw failure("read", e);
    }
  }

  @Override
  public <T extends @Nullable Object> T follow(Work<T> work) {
    return read(work);
  }

  @Override
  public <T extends @Nullable Object> T touch(Work<T> work) {
    return write(work);
  }

  @Override
  public <T extends @Nullable Object> T write(Work<T> work) {
    return writeAnyway(
        connection -> {
          requireHere(connection);
          return work.on(connection);
        });
  }

  /** As {@link #write}, also if the registry has moved away. */
  <T extends @Nullable Object> T writeAnyway(Work<T> work) {
    try {
      return writer.submit(() -> transaction(work)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException refusal) {
        throw refusal;
      }
      throw failure("write", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while writing to the registry; read it to see whether the write happened");
    }
  }

  private <T extends @Nullable Object> T transaction(Work<T> work)
      throws SQLException, IOException {
    Connection connection = writerConnection();
    boolean committed = false;
    try {
      execute(connection, "BEGIN IMMEDIATE");
      T result = work.on(connection);
      execute(connection, "COMMIT");
      committed = true;
      return result;
    } finally {
      if (!committed) {
        rollBack(connection);
      }
    }
  }

  private static void execute(Connection connection, String command) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  private Connection writerConnection() throws SQLException, IOException {
    Object file = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    Connection connection = writerConnection;
    if (connection != null && Objects.equals(file, writerFile)) {
      return connection;
    }
    closeWriter();
    connection = writing.createConnection(url());
    writerFile = file;
    writerConnection = connection;
    return connection;
  }

  /** Rolls back, or leaves the connection to be opened anew if it is what failed. */
  private void rollBack(Connection connection) {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      closeWriter();
    }
  }

  private void closeWriter() {
    Connection connection = writerConnection;
    writerConnection = null;
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        System.getLogger(SqliteFile.class.getName())
            .log(System.Logger.Level.WARNING, "closing {0}: {1}", path, e.getMessage());
      }
    }
  }

  private UncheckedIOException failure(String verb, @Nullable Throwable cause) {
    String reason = cause == null ? "" : ": " + cause.getMessage();
    String message = "cannot " + verb + " the registry " + path + reason;
    return new UncheckedIOException(message, new IOException(message, cause));
  }

  /** Waits for the write in progress and closes. */
  @Override
  public void close() {
    if (!writer.isShutdown()) {
      writer.execute(this::closeWriter);
      writer.close();
    }
  }
}
