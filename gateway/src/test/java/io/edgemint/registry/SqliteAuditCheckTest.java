package io.edgemint.registry;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

class SqliteAuditCheckTest extends AuditCheckContract {
  @TempDir private Path folder;

  @Override
  SqlRegistry open() {
    return SqlRegistry.sqlite(
        folder.resolve("registry.db"), Set.of(), InstantSource.fixed(Instant.EPOCH));
  }

  @Override
  void tamper(List<String> statements) {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
