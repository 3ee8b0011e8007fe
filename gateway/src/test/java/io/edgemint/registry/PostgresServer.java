package io.edgemint.registry;

import io.edgemint.registry.RegistrySettings.Postgres;
import io.edgemint.registry.RegistrySettings.SslMode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL of this JVM, with a fresh database for each test. */
final class PostgresServer {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  /** Ten seconds, which is usual, may not be enough for a slow disk. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static @Nullable EmbeddedPostgres shared;

  private PostgresServer() {}

  private static synchronized EmbeddedPostgres shared() {
    try {
      EmbeddedPostgres server = shared;
      if (server == null) {
        server =
            EmbeddedPostgres.builder()
                .setServerConfig("max_connections", "200")
                .setPGStartupWait(PATIENCE)
                .start();
        shared = server;
      }
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new and empty database. */
  static Postgres database() {
    String name = "test_" + DATABASES.incrementAndGet();
    Postgres whole = at(shared().getPort(), "postgres");
    sql(whole, "CREATE DATABASE " + name);
    return at(shared().getPort(), name);
  }

  /** A database of a server on loopback, as its first user. */
  static Postgres at(int port, String database) {
    return new Postgres(
        "127.0.0.1",
        port,
        database,
        "postgres",
        Optional.empty(),
        SslMode.DISABLE,
        Optional.<Path>empty());
  }

  /** A connection beside those of a registry. */
  static Connection connect(Postgres place) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(place.host(), place.port(), place.database()),
        place.user(),
        null);
  }

  static void sql(Postgres place, String... statements) {
    try (Connection connection = connect(place);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
