package io.edgemint.registry;

import io.edgemint.registry.RegistrySettings.Postgres;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** The contract of a store, on a real PostgreSQL. */
class PostgresRegistryIT extends BackendStoreContract {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final List<String> TABLES =
      List.of("registry_version", "org", "identity_root", "audit");

  private final Postgres place = PostgresServer.database();

  @Override
  SqlRegistry open() {
    return SqlRegistry.open(place, Set.of(PLATFORM_ISSUER), InstantSource.fixed(NOW));
  }

  @Override
  void backUp() {
    for (String table : TABLES) {
      PostgresServer.sql(place, "CREATE TABLE backup_%1$s AS TABLE %1$s".formatted(table));
    }
  }

  @Override
  void restore() {
    StringBuilder script = new StringBuilder("BEGIN; TRUNCATE " + String.join(", ", TABLES) + ";");
    for (String table : TABLES) {
      script.append("INSERT INTO %1$s TABLE backup_%1$s;".formatted(table));
    }
    PostgresServer.sql(place, script.append("COMMIT").toString());
  }
}
