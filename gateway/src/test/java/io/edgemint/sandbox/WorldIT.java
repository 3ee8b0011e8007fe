package io.edgemint.sandbox;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.edgemint.sandbox.Guide.Example;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;
import software.amazon.awssdk.services.s3.S3Client;

class WorldIT {
  private static final Vertx VERTX = Vertx.vertx();
  private static @TempDir @Nullable Path folder;
  private static @Nullable World started;

  @BeforeAll
  static void start() throws IOException {
    Path stale = Objects.requireNonNull(folder).resolve("world/data/registry.db");
    Files.createDirectories(stale.getParent());
    Files.writeString(stale, "of an earlier run");
    started = World.start(VERTX, Ports.FREE, InstantSource.system(), folder.resolve("world"));
  }

  @AfterAll
  static void stop() {
    world().close();
    await(VERTX.close());
  }

  @Test
  void storage_eachTenant_holdsItsOwnFirmware() {
    for (Tenant tenant : Tenant.ALL) {
      boolean own = !tenant.equals(Tenant.UMBRELLA);
      Tenant owner = own ? tenant : Tenant.PLATFORM;
      String prefix = own ? tenant.prefix() : "orgs/umbrella/";
      try (S3Client client = world().s3().client(owner.account())) {
        for (Firmware firmware : Firmware.ALL) {
          byte[] stored =
              client
                  .getObjectAsBytes(b -> b.bucket(owner.bucket()).key(prefix + firmware.key()))
                  .asByteArray();

          assertThat(Firmware.sha256(stored)).isEqualTo(firmware.sha256(tenant.id()));
        }
      }
    }
  }

  @Test
  void distributions_linkUnderPathOfTheFile_bringsFirmware() throws IOException {
    assertThat(Viewer.get(sign(Tenant.ACME, world().acmeKey().getPrivate())).body().getBytes())
        .isEqualTo(Firmware.SMALL.bytes("acme"));
    assertThat(Viewer.get(sign(Tenant.GLOBEX, world().globexKey().getPrivate())).body().getBytes())
        .isEqualTo(Firmware.SMALL.bytes("globex"));
  }

  @Test
  void files_ofAnEarlierRun_areGone() {
    assertThat(world().files().folder().resolve("data")).doesNotExist();
  }

  @Test
  void files_settings_nameEveryServer() throws IOException {
    JsonNode settings = yaml(world().files().settings());

    assertThat(settings.at("/issuers/0/issuer").asText())
        .isEqualTo(world().issuer().base().toString());
    assertThat(settings.at("/default_storage/s3/endpoint").asText())
        .isEqualTo(world().s3().base().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme", "globex", "initech", "umbrella"})
  void files_orgs_nameFilesThatAreThere(String org) throws IOException {
    Path orgs = world().files().orgs();
    JsonNode file = yaml(orgs.resolve(org + ".yaml"));

    assertThat(file.at("/org").asText()).isEqualTo(org);
    assertThat(file.findValues("file"))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(orgs.resolve(name.asText())).isNotEmptyFile());
  }

  @Test
  void files_tokens_standInTheirFiles() {
    assertThat(world().files().tokens())
        .containsKeys("acme-device", "globex-as-acme", "publisher", "admin")
        .allSatisfy((name, token) -> assertThat(world().files().token(name)).hasContent(token));
  }

  @Test
  void guide_downloads_compareTheDigest() {
    var edge = URI.create("http://127.0.0.1:8080");
    var guide = new Guide(world(), edge, edge, world().files().folder());

    assertThat(guide.examples().stream().map(Example::command))
        .anyMatch(line -> line.contains(Firmware.SMALL.sha256("acme")))
        .allMatch(line -> line.contains("curl "))
        .noneMatch(line -> line.contains("\n"))
        .noneMatch(line -> line.contains(world().files().folder().toString()));
    assertThat(guide.text(false)).doesNotContain("\033").contains(edge.toString());
    assertThat(guide.text(true)).contains("\033[1m");
  }

  private static String sign(Tenant tenant, PrivateKey key) throws IOException {
    JsonNode cdn =
        yaml(world().files().orgs().resolve(tenant.id() + ".yaml"))
            .at("/backends/0/download/cloudfront");
    String base = "http://" + cdn.at("/host").asText() + '/' + cdn.at("/path_prefix").asText();
    return CloudFrontUtilities.create()
        .getSignedUrlWithCannedPolicy(
            r ->
                r.resourceUrl(base + Firmware.SMALL.path())
                    .privateKey(key)
                    .keyPairId(cdn.at("/signing_keys/0/id").asText())
                    .expirationDate(InstantSource.system().instant().plusSeconds(60)))
        .url();
  }

  private static JsonNode yaml(Path file) throws IOException {
    return new YAMLMapper().readTree(file.toFile());
  }

  private static World world() {
    return Objects.requireNonNull(started);
  }
}
