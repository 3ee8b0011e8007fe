package io.edgemint.registry;

import io.edgemint.config.Secret;
import io.edgemint.registry.RegistrySettings.Postgres;
import io.edgemint.registry.RegistrySettings.SslMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;

/**
 * Opens connections to one PostgreSQL server. One at a time, and none within a second of one that
 * failed: a server that comes back is not met by everybody's attempts.
 */
final class PostgresSource extends PGSimpleDataSource {
  private static final long serialVersionUID = 1L;
  private static final int CONNECT_SECONDS = 2;
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final transient Optional<Supplier<Secret>> password;
  private final transient Pace pace;
  private final int silenceMillis;

  /**
   * Connects to nothing yet.
   *
   * @param pace shared by all that connect to this server
   * @param silenceSeconds how long the server may say nothing while it is asked; on connecting, two
   *     seconds
   */
  PostgresSource(Postgres settings, Pace pace, int silenceSeconds) {
    this.password = settings.password();
    this.pace = pace;
    this.silenceMillis = Math.toIntExact(TimeUnit.SECONDS.toMillis(silenceSeconds));
    String host = settings.host();
    setServerNames(new String[] {host.contains(":") ? "[" + host + "]" : host});
    setPortNumbers(new int[] {settings.port()});
    setDatabaseName(settings.database());
    setUser(settings.user());
    setApplicationName("edgemint");
    setConnectTimeout(CONNECT_SECONDS);
    setSocketTimeout(CONNECT_SECONDS);
    setTcpKeepAlive(true);
    // Named statements live in a session, which a pooler in transaction mode does not keep.
    setPrepareThreshold(0);
    setReWriteBatchedInserts(true);
    setGssEncMode("disable");
    useTls(settings.sslMode(), settings.rootCertificate());
  }

  private void useTls(SslMode mode, Optional<Path> root) {
    setSslMode(mode.word());
    if (mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL) {
      root.ifPresentOrElse(
          file -> setSslRootCert(file.toString()),
          () -> setSslfactory(DefaultJavaSSLFactory.class.getName()));
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    synchronized (pace) {
      pace.check();
      try {
        Connection connection = open();
        connection.setNetworkTimeout(Runnable::run, silenceMillis);
        return connection;
      } catch (SQLException e) {
        pace.failed(e);
        throw e;
      }
    }
  }

  private Connection open() throws SQLException {
    if (password.isEmpty()) {
      return getConnection(getUser(), null);
    }
    try {
      char[] chars = password.get().get().chars();
      try {
        return getConnection(getUser(), new String(chars));
      } finally {
        Arrays.fill(chars, '\0');
      }
    } catch (IllegalArgumentException e) {
      throw new SQLException("its password: " + e.getMessage(), e);
    }
  }

  /** Remembers when connecting failed, and why. */
  static final class Pace {
    private @Nullable String failure;
    private long failedAt;

    private void check() throws SQLException {
      if (failure != null && System.nanoTime() - failedAt < PAUSE_NANOS) {
        throw new SQLTransientConnectionException(failure, "08001");
      }
    }

    private void failed(SQLException e) {
      failure = e.getMessage();
      failedAt = System.nanoTime();
    }
  }
}
