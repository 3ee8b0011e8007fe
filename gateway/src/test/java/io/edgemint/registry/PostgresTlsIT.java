package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.registry.RegistrySettings.Postgres;
import io.edgemint.registry.RegistrySettings.SslMode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL that speaks TLS and shows a certificate for {@code localhost}. */
class PostgresTlsIT {
  @TempDir private static Path folder;
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws Exception {
    authority("ours");
    authority("other");
    openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost");
    openssl(
        "x509 -req -in server.csr -CA ours.pem -CAkey ours.key -days 2 -out server.pem"
            + " -extfile names.cnf");
    server =
        EmbeddedPostgres.builder()
            .setServerConfig("ssl", "on")
            .setServerConfig("ssl_cert_file", folder.resolve("server.pem").toString())
            .setServerConfig("ssl_key_file", folder.resolve("server.key").toString())
            .setPGStartupWait(PostgresServer.PATIENCE)
            .start();
  }

  private static void authority(String name) throws Exception {
    Files.writeString(folder.resolve("names.cnf"), "subjectAltName=DNS:localhost\n");
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout %1$s.key -out %1$s.pem -subj /CN=%1$s"
            .formatted(name));
  }

  private static void openssl(String arguments) throws Exception {
    Process process =
        new ProcessBuilder(("openssl " + arguments).split(" "))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("openssl.log").toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(Files.readString(folder.resolve("openssl.log")));
    }
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static SqlRegistry open(String host, SslMode mode, Optional<String> root) {
    return SqlRegistry.open(
        new Postgres(
            host,
            server.getPort(),
            "postgres",
            "postgres",
            Optional.empty(),
            mode,
            root.map(folder::resolve)),
        Set.of(),
        InstantSource.system());
  }

  private static void assertRefused(
      String host, SslMode mode, Optional<String> root, String... words) {
    try (SqlRegistry registry = open(host, mode, root)) {
      assertThatThrownBy(registry::load)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot open the registry PostgreSQL postgres at " + host)
          .hasMessageContainingAll(words)
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n", "\tat "));
    }
  }

  @Test
  void verifyFull_rightNameAndAuthority_isUsed() {
    try (SqlRegistry registry = open("localhost", SslMode.VERIFY_FULL, Optional.of("ours.pem"))) {
      assertThat(registry.write(List.of(org("tls")), CHANGE)).hasSize(1);
    }
  }

  @Test
  void verifyFull_certificateOfAnotherName_isRefused() {
    assertRefused("127.0.0.1", SslMode.VERIFY_FULL, Optional.of("ours.pem"), "127.0.0.1");
  }

  @Test
  void verifyCa_certificateOfAnotherName_isUsed() {
    try (SqlRegistry registry = open("127.0.0.1", SslMode.VERIFY_CA, Optional.of("ours.pem"))) {
      registry.load();
    }
  }

  @Test
  void verify_anotherAuthority_isRefused() {
    for (SslMode mode : List.of(SslMode.VERIFY_CA, SslMode.VERIFY_FULL)) {
      assertRefused("localhost", mode, Optional.of("other.pem"), "PKIX");
      assertRefused("localhost", mode, Optional.empty(), "PKIX");
    }
  }

  @Test
  void verify_noFileOfTheAuthority_namesIt() {
    assertRefused("localhost", SslMode.VERIFY_FULL, Optional.of("missing.pem"), "missing.pem");
  }

  @Test
  void require_serverWithoutTls_isRefused() {
    Postgres plain = PostgresServer.database();
    Postgres place =
        new Postgres(
            plain.host(),
            plain.port(),
            plain.database(),
            plain.user(),
            Optional.empty(),
            SslMode.REQUIRE,
            Optional.empty());
    try (SqlRegistry registry = SqlRegistry.open(place, Set.of(), InstantSource.system())) {
      assertThatThrownBy(registry::load).hasMessageContaining("does not support SSL");
    }
  }
}
