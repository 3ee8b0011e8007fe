package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.edgemint.admin.AdminSettings;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.config.InvalidSettings;
import io.edgemint.credentials.PlatformRole;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.http.EdgeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final Path EXAMPLE = Path.of("..", "config", "edgemint.yaml");

  private @TempDir @Nullable Path folder;

  private Path file(String yaml) throws IOException {
    return Files.writeString(Objects.requireNonNull(folder).resolve("edgemint.yaml"), yaml);
  }

  @Test
  void read_emptyFile_hasTheDefaults() throws IOException {
    Settings settings = Settings.read(file("signing:\n  provider: jdk\n"), Map.of());
    assertThat(settings.edge()).isEqualTo(EdgeSettings.DEFAULT);
    assertThat(settings.admin())
        .isEqualTo(
            new AdminSettings(
                "127.0.0.1",
                8081,
                Objects.requireNonNull(folder).resolve("data/admin.token"),
                true,
                List.of()));
    assertThat(settings.registry().toString()).endsWith("data/registry.db");
    assertThat(settings.snapshotFile().toString()).endsWith("data/registry.snapshot");
    assertThat(settings.vault().keyFile().toString()).endsWith("data/key-encryption.key");
    assertThat(settings.issuers()).isEmpty();
    assertThat(settings.sessions()).isEqualTo(SessionSettings.DEFAULT);
    assertThat(settings.defaultStorage()).isEmpty();
    assertThat(settings.caches())
        .isEqualTo(new Settings.Caches(64 << 20, 64 << 20, 64 << 20, 64 << 20, 10_000));
    assertThat(settings.signing().rsaThreads()).isEqualTo(2);
    assertThat(settings.signing().rsaQueue()).isEqualTo(1024);
    assertThat(settings.allowed().allow()).isEmpty();
    assertThat(settings.accessLog()).isEqualTo(Optional.empty());
  }

  @Test
  void read_everyMember_isMapped() throws IOException {
    Path file =
        file(
            """
            edge: {host: 127.0.0.1, port: 1, event_loops: 3}
            admin: {host: 127.0.0.2, port: 2, token_file: t}
            registry: {file: r.db, snapshot_file: r.snapshot}
            secrets: {key_file: k}
            issuers:
              - issuer: https://i.test
                audiences: [a]
                algorithms: [ES256]
                keys: {jwks_url: https://i.test/keys}
                claims: {org: o, scope: s, entitlement: e}
                max_life: 1h
            default_storage:
              s3:
                bucket: platform
                region: eu-west-1
                prefix: orgs/
                credentials: {ambient: true}
                ttl: 5m
            sessions:
              sts_endpoint: http://127.0.0.1:9/
              sts_timeout: 1s
              sts_rate: 300
              nodes: 6
              identity: arn:aws:iam::111122223333:role/edgemint
              platform_role: "arn:aws:iam::111122223333:role/mid_{org}_{backend}"
              external_ids: [{org: acme, external_id: xyz}]
            caches: {tokens: 2MiB, links: 3MiB, answers: 5MiB, objects: 4MiB, backends: 11}
            signing: {provider: jdk, rsa_threads: 4, rsa_queue: 5}
            outbound: {allow: [10.0.0.0/8, "minio.internal:9000"]}
            access_log: {file: "-"}
            """);
    Settings settings = Settings.read(file, Map.of());
    assertThat(settings.edge().host()).isEqualTo("127.0.0.1");
    assertThat(settings.edge().port()).isEqualTo(1);
    assertThat(settings.edge().eventLoops()).isEqualTo(3);
    assertThat(settings.admin())
        .isEqualTo(
            new AdminSettings(
                "127.0.0.2", 2, Objects.requireNonNull(folder).resolve("t"), true, List.of()));
    assertThat(settings.registry().toString()).endsWith("/r.db");
    assertThat(settings.vault().keyFile().getFileName().toString()).isEqualTo("k");
    Issuer issuer = settings.issuers().get(0);
    assertThat(issuer.iss()).isEqualTo("https://i.test");
    assertThat(issuer.org()).isNull();
    assertThat(issuer.claims()).isEqualTo(new Issuer.ClaimNames("o", "s", "e"));
    assertThat(issuer.maxLife()).isEqualTo(Duration.ofHours(1));
    S3Storage storage = (S3Storage) settings.defaultStorage().orElseThrow().download();
    assertThat(storage.bucket()).isEqualTo("platform");
    assertThat(storage.ttl()).isEqualTo(Duration.ofMinutes(5));
    assertThat(storage.credentials()).isInstanceOf(S3Storage.Credentials.Ambient.class);
    assertThat(settings.sessions())
        .isEqualTo(
            new SessionSettings(
                URI.create("http://127.0.0.1:9/"),
                Duration.ofSeconds(1),
                300,
                6,
                Map.of(new OrgId("acme"), "xyz"),
                "arn:aws:iam::111122223333:role/edgemint",
                new PlatformRole("arn:aws:iam::111122223333:role/mid_{org}_{backend}")));
    assertThat(settings.caches())
        .isEqualTo(new Settings.Caches(2 << 20, 3 << 20, 5 << 20, 4 << 20, 11));
    assertThat(settings.signing().rsaThreads()).isEqualTo(4);
    assertThat(settings.signing().rsaQueue()).isEqualTo(5);
    assertThat(settings.allowed().lists("10.1.2.3:80")).isTrue();
    assertThat(settings.allowed().lists("minio.internal:9000")).isTrue();
    assertThat(settings.allowed().lists("minio.internal:9001")).isFalse();
    assertThat(settings.accessLog()).contains("-");
  }

  private static final String STAFF =
      """
          - issuer: https://staff.test
            audiences: [%s]
            algorithms: [ES256]
            keys: {jwks_url: https://staff.test/keys}
      """;

  private Settings withStaff(String more) throws IOException {
    return Settings.read(
        file("signing: {provider: jdk}\nadmin:\n  issuers:\n" + STAFF.formatted("admin") + more),
        Map.of());
  }

  @Test
  void admin_issuersOfItsOwn_areReadAsThoseOfDevicesAndKeptApart() throws IOException {
    Settings settings =
        withStaff("  bootstrap_token: off\nissuers:\n" + STAFF.formatted("devices"));
    assertThat(settings.admin().bootstrapToken()).isFalse();
    assertThat(settings.admin().issuers().get(0).audiences()).containsExactly("admin");
    assertThat(settings.issuers().get(0).audiences()).containsExactly("devices");
    assertThat(settings.platformIssuers()).containsExactly("https://staff.test");
  }

  @Test
  void admin_sameIssuerAndAudienceAsDevices_isRefused() {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> withStaff("issuers:\n" + STAFF.formatted("admin")))
        .withMessageContaining("give administrators an audience of their own");
  }

  @Test
  void admin_nobodyCouldGetIn_isRefused() {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> Settings.read(file("admin: {bootstrap_token: off}\n"), Map.of()))
        .withMessageContaining("nobody gets in");
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> withStaff(STAFF.formatted("b")))
        .withMessageContaining("two have the same 'issuer'");
  }

  @Test
  void read_shippedExample_isValid() {
    Settings settings = Settings.read(EXAMPLE, Map.of("EDGEMINT_SIGNING__PROVIDER", "jdk"));
    assertThat(settings.edge()).isEqualTo(EdgeSettings.DEFAULT);
    assertThat(settings.sessions()).isEqualTo(SessionSettings.DEFAULT);
    assertThat(settings.issuers()).hasSize(1);
  }

  @Test
  void read_severalMistakes_areReportedTogether() throws IOException {
    Path file =
        file(
            """
            edge: {prot: 1, port: 70000}
            signing: {provider: fast}
            issuers:
              - audiences: []
            caches: {links: 3}
            """);
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> Settings.read(file, Map.of()))
        .withMessageContaining("edge.prot")
        .withMessageContaining("'port'")
        .withMessageContaining("edge.port")
        .withMessageContaining("signing.provider")
        .withMessageContaining("issuers[0].issuer")
        .withMessageContaining("caches.links");
  }
}
