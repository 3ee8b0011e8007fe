package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Org;
import io.edgemint.backend.Snapshot;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One transaction that changes ten thousand organisations. */
class LargeWriteIT {
  private static final int ORGS = 10_000;

  @Test
  @Timeout(120)
  void write_tenThousandOrgsToSqlite_isSeenWholeOrNotAtAll(@TempDir Path folder) throws Exception {
    changeAll("SQLite", new RegistrySettings.Sqlite(folder.resolve("registry.db")));
  }

  @Test
  @Timeout(120)
  void write_tenThousandOrgsToPostgres_isSeenWholeOrNotAtAll() throws Exception {
    changeAll("PostgreSQL", PostgresServer.database());
  }

  private static void changeAll(String name, RegistrySettings place) throws Exception {
    try (SqlRegistry writer = open(place);
        SqlRegistry follower = open(place)) {
      List<Org> orgs = writer.write(someOrgs(), StoredOrgs.CHANGE);
      Snapshot before = follower.load();
      assertThat(before.orgs()).hasSize(ORGS);
      long began = System.nanoTime();
      CompletableFuture<List<Org>> written =
          CompletableFuture.supplyAsync(
              () ->
                  writer.write(
                      orgs.stream().map(org -> StoredOrgs.revoking(org, "all")).toList(),
                      StoredOrgs.CHANGE));
      Set<Integer> seen = new HashSet<>();
      while (!written.isDone()) {
        seen.add(follower.since(before).changed().size());
      }
      written.get();
      System.out.printf(
          "%s: %,d organisations in one transaction: %.1f s%n",
          name, ORGS, (System.nanoTime() - began) / 1e9);
      seen.add(follower.since(before).changed().size());
      assertThat(seen).isSubsetOf(0, ORGS).contains(ORGS);
      assertThat(before.with(follower.since(before)).version()).isEqualTo(2L * ORGS);
    }
  }

  private static List<Org> someOrgs() {
    return IntStream.range(0, ORGS)
        .mapToObj(
            i ->
                StoredOrgs.withRole(
                    StoredOrgs.withIssuer(
                        StoredOrgs.org("org-" + i), "https://issuer-" + i + ".example"),
                    "arn:aws:iam::123456789012:role/edge-" + i))
        .toList();
  }

  private static SqlRegistry open(RegistrySettings place) {
    return SqlRegistry.open(place, Set.of(), InstantSource.fixed(Instant.EPOCH));
  }
}
