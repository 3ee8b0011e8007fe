package io.edgemint.app;

import io.edgemint.admin.AdminSettings;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.caller.IssuerSettings;
import io.edgemint.config.Field;
import io.edgemint.config.Section;
import io.edgemint.config.SettingsFile;
import io.edgemint.credentials.PlatformRole;
import io.edgemint.credentials.RoleArn;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.http.EdgeSettings;
import io.edgemint.onboarding.OrgFile;
import io.edgemint.outbound.OutboundSettings;
import io.edgemint.registry.RegistrySettings;
import io.edgemint.signing.CryptoProvider;
import io.edgemint.signing.SigningKeys;
import io.edgemint.traffic.TrafficSettings;
import io.edgemint.vault.VaultSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the settings file says, each part as the feature that owns it reads it.
 *
 * @param registry where the registry is kept
 * @param snapshotFile what a start without the registry serves from
 * @param vault the key-encryption keys
 * @param issuers the platform's token issuers
 * @param crypto the cryptography that was chosen, already in place
 * @param allowed addresses of the operator's network that organisations may name
 * @param accessLog where access records go; {@code -} is standard output
 * @param revalidate how often each backend that serves is probed
 * @param abandonedAfter how long an upload may take before it is ended
 * @param secrets the secrets that the settings name
 */
record Settings(
    EdgeSettings edge,
    AdminSettings admin,
    RegistrySettings registry,
    Path snapshotFile,
    VaultSettings vault,
    List<Issuer> issuers,
    Optional<DefaultStorage> defaultStorage,
    TrafficSettings traffic,
    SessionSettings sessions,
    Caches caches,
    Signing signing,
    CryptoProvider crypto,
    OutboundSettings allowed,
    Optional<String> accessLog,
    Duration revalidate,
    Duration abandonedAfter,
    PlatformSecrets secrets) {

  /**
   * Reads the settings file.
   *
   * @throws io.edgemint.config.InvalidSettings with every problem in it
   */
  static Settings read(Path file, Map<String, String> environment) {
    return SettingsFile.read(file, environment, Settings::read);
  }

  private static Settings read(Section root) {
    PlatformSecrets secrets = new PlatformSecrets();
    Signing signing = Signing.read(root.section("signing"));
    CryptoProvider crypto = CryptoProvider.install(signing.provider());
    Field<OutboundSettings> allowed = OutboundSettings.read(root.section("outbound"));
    List<Field<Issuer>> issuers =
        root.sections("issuers").stream().map(section -> issuer(section, null, secrets)).toList();
    Field<Optional<DefaultStorage>> defaultStorage =
        reader(secrets, crypto, host -> allowed.get().lists(host), SessionSettings.DEFAULT)
            .defaultStorage(root);
    Field<EdgeSettings> edge = EdgeSettings.read(root.section("edge"));
    Field<AdminSettings> admin =
        AdminSettings.read(root.section("admin"), section -> issuer(section, null, secrets));
    Field<RegistrySettings> registry = RegistrySettings.read(root.section("registry"));
    Path snapshotFile = root.section("registry").file("snapshot_file", "data/registry.snapshot");
    Field<VaultSettings> vault = VaultSettings.read(root.section("secrets"));
    Field<TrafficSettings> traffic = TrafficSettings.read(root.section("traffic"));
    Field<SessionSettings> sessions = sessions(root.section("sessions"));
    Caches caches = Caches.read(root.section("caches"));
    Field<Optional<String>> accessLog = accessLog(root.section("access_log"));
    Duration revalidate =
        root.section("checks")
            .duration(
                "revalidate", Duration.ofHours(6), Duration.ofMinutes(1), Duration.ofDays(30));
    Duration abandonedAfter =
        root.section("uploads")
            .duration(
                "abandoned_after", Duration.ofDays(7), Duration.ofHours(1), Duration.ofDays(90));
    Field<List<Issuer>> devices = root.build(() -> issuers.stream().map(Field::get).toList());
    return root.build(
            () ->
                new Settings(
                    edge.get(),
                    admin.get().requireApartFrom(devices.get()),
                    registry.get(),
                    snapshotFile,
                    vault.get(),
                    devices.get(),
                    defaultStorage.get(),
                    traffic.get(),
                    sessions.get(),
                    caches,
                    signing,
                    crypto,
                    allowed.get(),
                    accessLog.get(),
                    revalidate,
                    abandonedAfter,
                    secrets))
        .get();
  }

  /** The names of all issuers of the platform, none of which an organisation may have. */
  Set<String> platformIssuers() {
    return Stream.concat(issuers.stream(), admin.issuers().stream())
        .map(Issuer::iss)
        .collect(Collectors.toSet());
  }

  /** Reads files of organisations, and seals what is secret in them. */
  OrgFile.Reader orgFiles(Secrets sealer) {
    return reader(sealer, crypto, allowed::lists, sessions);
  }

  private static OrgFile.Reader reader(
      Secrets sealer, CryptoProvider crypto, Predicate<String> listed, SessionSettings sessions) {
    return new OrgFile.Reader(
        sealer,
        new SigningKeys(crypto),
        (section, org) -> issuer(section, org, sealer),
        listed,
        sessions);
  }

  private static Field<Issuer> issuer(Section section, @Nullable OrgId org, Secrets sealer) {
    return IssuerSettings.read(
        section, org, (iss, secret) -> sealer.seal(secret, Purpose.issuerSecret(org, iss), 1));
  }

  private static Field<Optional<String>> accessLog(Section section) {
    String file = section.string("file", "");
    if (file.isEmpty() || file.equals("-")) {
      return section.optional("file", text -> text);
    }
    Field<Path> path = section.file("file");
    return section.build(() -> Optional.of(path.get().toString()));
  }

  private static Field<SessionSettings> sessions(Section section) {
    Field<Optional<URI>> endpoint = section.optional("sts_endpoint", URI::create);
    Duration timeout =
        section.duration(
            "sts_timeout",
            SessionSettings.DEFAULT.stsTimeout(),
            Duration.ofMillis(100),
            Duration.ofMinutes(1));
    int rate = section.integer("sts_rate", SessionSettings.DEFAULT.stsRate(), 1, 10_000);
    int nodes = section.integer("nodes", SessionSettings.DEFAULT.nodes(), 1, 10_000);
    Field<Optional<String>> identity = section.optional("identity", RoleArn::parse);
    Field<Optional<PlatformRole>> platformRole =
        section.optional("platform_role", PlatformRole::new);
    Map<Field<OrgId>, Field<String>> ids = new HashMap<>();
    for (Section each : section.sections("external_ids")) {
      ids.put(each.field("org", OrgId::new), each.field("external_id", text -> text));
    }
    return section.build(
        () -> {
          Map<OrgId, String> externalIds = new HashMap<>();
          ids.forEach((org, id) -> externalIds.put(org.get(), id.get()));
          return new SessionSettings(
              endpoint.get().orElse(null),
              timeout,
              rate,
              nodes,
              externalIds,
              identity.get().orElse(null),
              platformRole.get().orElse(null));
        });
  }

  /**
   * How much is remembered: bytes of tokens, links, answers and facts of objects, and a number of
   * backends.
   *
   * @param answers of all event loops together
   */
  record Caches(long tokens, long links, long answers, long objects, int backends) {
    static Caches read(Section section) {
      return new Caches(
          section.bytes("tokens", 64L << 20, 1L << 20, 64L << 30),
          section.bytes("links", 64L << 20, 1L << 20, 64L << 30),
          section.bytes("answers", 64L << 20, 1L << 20, 64L << 30),
          section.bytes("objects", 64L << 20, 1L << 20, 64L << 30),
          section.integer("backends", 10_000, 10, 10_000_000));
    }
  }

  /** Which cryptography signs, on how many threads with RSA, and how much of that may wait. */
  record Signing(CryptoProvider.Choice provider, int rsaThreads, int rsaQueue) {
    static Signing read(Section section) {
      return new Signing(
          section.oneOf("provider", CryptoProvider.Choice.AUTO),
          section.integer("rsa_threads", 2, 1, 256),
          section.integer("rsa_queue", 1024, 1, 1_000_000));
    }
  }
}
