package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Nodes.Node;
import io.edgemint.backend.Snapshot;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Roles of PostgreSQL that may do no more than a gateway or an auditor needs. */
class PostgresRoleIT {
  private final Postgres owner = PostgresServer.database();

  private static SqlRegistry open(Postgres place) {
    return SqlRegistry.open(place, Set.of(), InstantSource.system());
  }

  /** The same database as a new role with some rights on the tables that are there. */
  private Postgres role(String suffix, String rights) {
    String name = owner.database() + suffix;
    PostgresServer.sql(
        owner,
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "CREATE ROLE " + name + " LOGIN",
        "GRANT USAGE ON SCHEMA public TO " + name,
        rights.isEmpty()
            ? "SELECT 1"
            : "GRANT " + rights + " ON ALL TABLES IN SCHEMA public TO " + name);
    return new Postgres(
        owner.host(),
        owner.port(),
        owner.database(),
        name,
        owner.password(),
        owner.sslMode(),
        owner.rootCertificate());
  }

  @Test
  void gateway_withoutCreateAfterTheMigration_doesEverything() {
    try (SqlRegistry migrating = open(owner)) {
      migrating.load();
    }
    try (SqlRegistry registry = open(role("_app", "SELECT, INSERT, UPDATE, DELETE"))) {
      Snapshot known = registry.load();
      var acme = registry.write(List.of(org("acme")), CHANGE).getFirst();
      assertThat(registry.since(known).changed()).containsExactly(acme);
      assertThat(registry.take("work", "one", Duration.ofMinutes(1))).isNotNull();
      registry.report(new Node("one", "host", 1, 1));
      registry.save("https://one.example", "{}");
      registry.leave("one");
      registry.delete(acme, CHANGE);
      assertThat(registry.audit(null).flaw()).isNull();
    }
  }

  @Test
  void auditor_whoMayOnlyRead_verifies() {
    try (SqlRegistry migrating = open(owner)) {
      migrating.write(List.of(org("acme")), CHANGE);
    }
    try (SqlRegistry registry = open(role("_auditor", "SELECT"))) {
      assertThat(registry.audit(null).rows()).isEqualTo(1);
      assertThatThrownBy(() -> registry.write(List.of(org("globex")), CHANGE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContainingAll("cannot write the registry", "permission denied");
    }
  }

  @Test
  void gateway_withoutCreateBeforeTheMigration_isToldWhatItMayNot() {
    try (SqlRegistry registry = open(role("_early", ""))) {
      assertThatThrownBy(registry::load)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContainingAll(
              "cannot open the registry PostgreSQL", "permission denied for schema public");
    }
  }
}
