package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static io.edgemint.registry.StoredOrgs.revoking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Nodes.Node;
import io.edgemint.backend.Org;
import io.edgemint.backend.Snapshot;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway sees of a PostgreSQL that dies, hangs, or comes back with another past. */
@Timeout(120)
class PostgresBadDaysIT {
  @Test
  void write_serverKilledMeanwhile_keepsWhatWasAnsweredWithoutAGap(@TempDir Path folder)
      throws Exception {
    try (OwnServer server = new OwnServer(folder);
        Relay relay = new Relay(server.port());
        SqlRegistry registry = open(relay.port())) {
      registry.load();
      AtomicLong answered = new AtomicLong();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                Org acme = registry.write(List.of(org("acme")), CHANGE).getFirst();
                while (true) {
                  answered.set(acme.version());
                  acme =
                      registry
                          .write(List.of(revoking(acme, "w" + acme.version())), CHANGE)
                          .getFirst();
                }
              });
      while (answered.get() < 50) {
        Thread.onSpinWait();
      }
      server.kill();
      assertThatThrownBy(() -> writer.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("PostgreSQL postgres at 127.0.0.1:" + relay.port());
      server.start();
      relay.leadTo(server.port());

      AuditReport report = untilThere(() -> registry.audit(null));
      assertThat(report.flaw()).isNull();
      assertThat(report.rows()).isBetween(answered.get(), answered.get() + 1);
      assertThat(registry.load().version()).isEqualTo(report.rows());
      Org stored = StoredOrgs.stored(registry, org("acme").id());
      assertThat(stored.revocations().subjects()).hasSize((int) report.rows() - 1);
    }
  }

  @Test
  void since_serverHangs_failsSoonAndGoesOnWhenItWakes(@TempDir Path folder) throws Exception {
    try (OwnServer server = new OwnServer(folder);
        SqlRegistry registry = open(server.port())) {
      Org acme = registry.write(List.of(org("acme")), CHANGE).getFirst();
      Snapshot known = registry.load();
      registry.since(known);
      int threads = Thread.activeCount();
      server.hang();
      try {
        for (int i = 0; i < 5; i++) {
          long began = System.nanoTime();
          assertThatThrownBy(() -> registry.since(known)).isInstanceOf(UncheckedIOException.class);
          // What matters is that it ends; the bound is far above the 1.5 s that are set.
          assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(10));
        }
        assertThat(Thread.activeCount()).isLessThan(threads + 5);
      } finally {
        server.wake();
      }
      assertThat(untilThere(() -> registry.since(known)).changed()).isEmpty();
      assertThat(registry.write(List.of(acme), CHANGE)).hasSize(1);
    }
  }

  @Test
  void since_serverDown_isTriedOnceASecond() throws Exception {
    Postgres place = PostgresServer.database();
    try (Relay relay = new Relay(place.port());
        SqlRegistry registry = open(relay.port(), place.database())) {
      Snapshot known = registry.load();
      registry.since(known);
      relay.leadTo(0);
      int before = relay.accepted();
      long began = System.nanoTime();
      while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(6)) {
        assertThatThrownBy(() -> registry.since(known)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> registry.org(org("acme").id()))
            .isInstanceOf(UncheckedIOException.class);
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      int tried = relay.accepted() - before;
      System.out.printf("while down: %d connections in %.1f s%n", tried, seconds);
      assertThat(tried).isBetween(1, (int) Math.ceil(seconds) + 1);

      relay.leadTo(place.port());
      assertThat(untilThere(() -> registry.since(known)).version()).isZero();
    }
  }

  @Test
  void write_answerToCommitLost_isFoundInTheHistory() throws Exception {
    Postgres place = PostgresServer.database();
    try (Relay relay = new Relay(place.port());
        SqlRegistry registry = open(relay.port(), place.database())) {
      Org acme = registry.write(List.of(org("acme")), CHANGE).getFirst();

      relay.onCommit(Relay.Commit.ANSWER_IS_LOST);
      Org changed = registry.write(List.of(acme), CHANGE).getFirst();

      assertThat(changed.version()).isEqualTo(2);
      assertThat(StoredOrgs.stored(registry, acme.id())).isEqualTo(changed);
    }
  }

  @Test
  void write_commitLost_saysThatNothingIsWritten() throws Exception {
    Postgres place = PostgresServer.database();
    try (Relay relay = new Relay(place.port());
        SqlRegistry registry = open(relay.port(), place.database())) {
      Org acme = registry.write(List.of(org("acme")), CHANGE).getFirst();

      relay.onCommit(Relay.Commit.IS_LOST);

      assertThatThrownBy(() -> registry.write(List.of(acme), CHANGE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("nothing is written");
      assertThat(registry.write(List.of(acme), CHANGE).getFirst().version()).isEqualTo(2);
    }
  }

  @Test
  void since_failedOverToAServerThatLagged_loadsEverythingAndMixesNothing(
      @TempDir Path first, @TempDir Path second) throws Exception {
    try (OwnServer primary = new OwnServer(first)) {
      Org acme;
      try (SqlRegistry registry = open(primary.port())) {
        acme = registry.write(List.of(org("acme")), CHANGE).getFirst();
      }
      primary.stop();
      primary.copyTo(second);
      Files.deleteIfExists(second.resolve("epg-lock"));
      primary.start();
      try (OwnServer standby = new OwnServer(second);
          Relay relay = new Relay(primary.port());
          SqlRegistry registry = open(relay.port())) {
        registry.write(List.of(org("lost"), acme), CHANGE);
        Snapshot known = registry.load();
        relay.leadTo(standby.port());

        Org other = untilThere(() -> registry.write(List.of(org("other")), CHANGE)).getFirst();
        Snapshot.Changes changes = registry.since(known);

        assertThat(other.version()).isEqualTo(2);
        assertThat(changes.everything()).isTrue();
        assertThat(known.with(changes).orgs()).containsExactlyInAnyOrder(acme, other);
        assertThat(registry.audit(null).flaw()).isNull();
        Org again = registry.write(List.of(acme), CHANGE).getFirst();
        assertThat(again.version()).as("the version that was lost").isEqualTo(known.version());
        assertThat(registry.since(known).everything()).isTrue();
      }
    }
  }

  @Test
  void report_whileAnotherWrites_doesNotWait() throws Exception {
    Postgres place = PostgresServer.database();
    try (SqlRegistry registry = open(place.port(), place.database());
        Connection other = PostgresServer.connect(place)) {
      Org acme = registry.write(List.of(org("acme")), CHANGE).getFirst();
      other.setAutoCommit(false);
      try (Statement statement = other.createStatement()) {
        statement.execute("SELECT version FROM registry_version FOR UPDATE");
      }

      registry.report(new Node("one", "host", 1, 1));
      registry.save("https://one.example", "{}");

      assertThat(registry.nodes()).hasSize(1);
      assertThat(registry.since(Snapshot.EMPTY).changed()).containsExactly(acme);
      assertThatThrownBy(() -> registry.write(List.of(acme), CHANGE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("another process has been writing for 5 seconds: try again");
      other.rollback();
      assertThat(registry.write(List.of(acme), CHANGE)).hasSize(1);
    }
  }

  @Test
  void load_serverAcceptsAndSaysNothing_failsSoonAlsoForTheFirstUse() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SqlRegistry registry = open(silent.getLocalPort())) {
      long began = System.nanoTime();
      assertThatThrownBy(registry::load)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("PostgreSQL postgres at 127.0.0.1");
      // What matters is that a statement's half a minute is not waited for.
      assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(12));
    }
  }

  private interface Try<T> {
    T run();
  }

  private static <T> T untilThere(Try<T> attempt) throws InterruptedException {
    for (int i = 0; i < 30; i++) {
      try {
        return attempt.run();
      } catch (UncheckedIOException away) {
        Thread.sleep(200);
      }
    }
    return attempt.run();
  }

  private static SqlRegistry open(int port) {
    return open(port, "postgres");
  }

  private static SqlRegistry open(int port, String database) {
    return SqlRegistry.open(
        PostgresServer.at(port, database), Set.of(), InstantSource.fixed(Instant.EPOCH));
  }
}
