package io.edgemint.registry;

import io.edgemint.registry.RegistrySettings.Postgres;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class PostgresAuditCheckIT extends AuditCheckContract {
  private final Postgres place = PostgresServer.database();

  @Override
  SqlRegistry open() {
    return SqlRegistry.open(place, Set.of(), InstantSource.fixed(Instant.EPOCH));
  }

  @Override
  void tamper(List<String> statements) {
    List<String> all = new ArrayList<>();
    all.add("SET session_replication_role = replica");
    all.addAll(statements);
    PostgresServer.sql(place, all.toArray(String[]::new));
  }
}
