package io.edgemint.sandbox;

import io.edgemint.KeyPairs;
import io.edgemint.sandbox.IssuerServer.Algorithm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a gateway is told of a {@link World}, as files in one folder: its settings, the files of the
 * organisations with their keys, and tokens for everybody who calls it.
 */
public final class WorldFiles {
  private static final String AUDIENCE = "edgemint";
  private static final String STAFF_AUDIENCE = "edgemint-admin";

  private final Path folder;
  private final World world;
  private final Map<String, String> tokens = new TreeMap<>();

  private WorldFiles(Path folder, World world) {
    this.folder = folder;
    this.world = world;
  }

  static WorldFiles write(Path folder, World world, Ports ports) {
    var files = new WorldFiles(folder, world);
    try {
      files.clear();
      files.writeSettings(ports);
      files.writeOrgs();
      files.writeTokens();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** The settings of the gateway. */
  public Path settings() {
    return folder.resolve("edgemint.yaml");
  }

  /** The folder with a file for each organisation. */
  public Path orgs() {
    return folder.resolve("orgs");
  }

  /** The file that holds a token, without a line end. */
  public Path token(String name) {
    return folder.resolve("tokens").resolve(name);
  }

  /**
   * All tokens by name: {@code <org>-device} for each organisation, {@code publisher} and {@code
   * admin} of {@link Tenant#ACME}, {@code globex-own-device} of globex's own issuer, and {@code
   * globex-as-acme}, with which that issuer speaks for an organisation that is not its own; for the
   * operator's port, {@code viewer}, {@code operator} and {@code org-admin} of {@link Tenant#ACME}.
   */
  public Map<String, String> tokens() {
    return Map.copyOf(tokens);
  }

  /** The folder itself. */
  public Path folder() {
    return folder;
  }

  /** The registry of an earlier run holds keys that this one's distributions do not trust. */
  private void clear() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> old = Files.walk(folder)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(folder);
  }

  private void writeSettings(Ports ports) throws IOException {
    put("secrets/platform-s3", Tenant.PLATFORM.account().secretAccessKey());
    put(
        "edgemint.yaml",
        """
        edge:
          host: 127.0.0.1
          port: %d
          limits:
            # Whole fleets come from this machine; a few tokens and connections stand for them.
            connections_per_address: 1000000
            requests_per_connection: 100000000
        traffic:
          device_requests: 1000000/s
          device_signatures: 1000000/s
          org_requests: 1000000/s
          org_signatures: 1000000/s
          address_tokens: none
          # Everything here shares one machine, which may be a small one.
          lag: 10s
        admin:
          host: 127.0.0.1
          port: %d
          issuers:
            - issuer: %s
              audiences: [%s]
              algorithms: [RS256, ES256, EdDSA]
              keys:
                jwks_url: %s
        registry:
          file: data/registry.db
        secrets:
          key_file: data/key-encryption.key
        issuers:
          - issuer: %s
            audiences: [%s]
            algorithms: [RS256, ES256, EdDSA]
            keys:
              jwks_url: %s
        default_storage:
          s3:
        %s
        sessions:
          identity: arn:aws:iam::111122223333:role/edgemint
        outbound:
          allow: [127.0.0.1/32]
        """
            .formatted(
                ports.edge(),
                ports.admin(),
                world.staffIssuer().base(),
                STAFF_AUDIENCE,
                world.staffIssuer().jwks(),
                world.issuer().base(),
                AUDIENCE,
                world.issuer().jwks(),
                s3(Tenant.PLATFORM).indent(4).stripTrailing()));
  }

  private void writeOrgs() throws IOException {
    for (Tenant tenant : Tenant.ALL) {
      put("orgs/secrets/" + tenant.id() + "-s3", tenant.account().secretAccessKey());
    }
    put("orgs/keys/acme.pem", KeyPairs.pem(world.acmeKey().getPrivate()));
    put("orgs/keys/globex.pem", KeyPairs.pem(world.globexKey().getPrivate()));
    put("orgs/keys/globex-issuer.json", world.globexIssuer().keySet());
    String acmeCdn = cdn(Tenant.ACME, world.acmeCdn().base(), "releases/", "rsa-2048", "sha1");
    String globexCdn = cdn(Tenant.GLOBEX, world.globexCdn().base(), "''", "ecdsa-p256", "sha256");
    put("orgs/acme.yaml", org(Tenant.ACME, "") + acmeCdn + destination(Tenant.ACME));
    put("orgs/globex.yaml", org(Tenant.GLOBEX, globexIssuer()) + globexCdn);
    put("orgs/initech.yaml", org(Tenant.INITECH, ""));
    put("orgs/umbrella.yaml", org(Tenant.UMBRELLA, ""));
  }

  private String org(Tenant tenant, String issuers) {
    return """
    org: %s
    policy:
      entitlement: [fw/]
    %sbackends:
      - name: %s
        upload:
          s3:
    %s
    """
        .formatted(tenant.id(), issuers, Tenant.BACKEND, s3(tenant).indent(8).stripTrailing());
  }

  /** Beside the tenant's firmware, in the same bucket. */
  private String destination(Tenant tenant) {
    String prefix = "prefix: '" + tenant.prefix() + "'";
    return """
    destinations:
      - name: archive
        s3:
    %s
    """
        .formatted(
            s3(tenant).replace(prefix, "prefix: 'deliveries/tenant-a/'").indent(6).stripTrailing());
  }

  private String globexIssuer() {
    return """
    issuers:
      - issuer: %s
        audiences: [%s]
        algorithms: [RS256, ES256, EdDSA]
        keys:
          jwks: keys/globex-issuer.json
    """
        .formatted(world.globexIssuer().base(), AUDIENCE);
  }

  private String s3(Tenant tenant) {
    return """
    bucket: %s
    region: %s
    prefix: '%s'
    endpoint: %s
    path_style: true
    credentials:
      static:
        access_key_id: %s
        secret_access_key:
          file: secrets/%s-s3
    """
        .formatted(
            tenant.bucket(),
            S3Server.REGION,
            tenant.prefix(),
            world.s3().base(),
            tenant.account().accessKeyId(),
            tenant.id());
  }

  private static String cdn(
      Tenant tenant, URI base, String pathPrefix, String algorithm, String hash) {
    return """
        download:
          cloudfront:
            scheme: http
            host: %s
            path_prefix: %s
            signing_keys:
              - name: sandbox
                id: %s
                algorithm: %s
                hash: %s
                private_key:
                  file: keys/%s.pem
    """
        .formatted(
            base.getAuthority(), pathPrefix, tenant.publicKeyId(), algorithm, hash, tenant.id());
  }

  private void writeTokens() throws IOException {
    for (Tenant tenant : Tenant.ALL) {
      tokens.put(tenant.id() + "-device", platformToken(tenant, "device-1", Map.of()));
    }
    tokens.put("publisher", platformToken(Tenant.ACME, "release-ci", Map.of("scope", "publish")));
    tokens.put(
        "deliverer",
        platformToken(
            Tenant.ACME, "job-runner", Map.of("scope", "deliver", "entitlement", List.of(""))));
    tokens.put("admin", platformToken(Tenant.ACME, "admin", Map.of("scope", "admin")));
    IssuerServer own = world.globexIssuer();
    tokens.put("globex-own-device", own.token(claims(Tenant.GLOBEX, "device-2")));
    tokens.put("globex-as-acme", own.token(claims(Tenant.ACME, "device-2")));
    tokens.put("viewer", staffToken("vera", Map.of("scope", "edgemint:viewer")));
    tokens.put("operator", staffToken("olga", Map.of("scope", "edgemint:operator")));
    tokens.put(
        "org-admin",
        staffToken("anna", Map.of("scope", "edgemint:org-admin", "org", Tenant.ACME.id())));
    for (Map.Entry<String, String> token : tokens.entrySet()) {
      put("tokens/" + token.getKey(), token.getValue());
    }
  }

  private String platformToken(Tenant tenant, String subject, Map<String, Object> more) {
    Map<String, Object> claims = new HashMap<>(claims(tenant, subject));
    claims.putAll(more);
    return world.issuer().token(Algorithm.ES256, claims);
  }

  private String staffToken(String subject, Map<String, Object> more) {
    Map<String, Object> claims = new HashMap<>(more);
    claims.put("aud", List.of(STAFF_AUDIENCE));
    claims.put("sub", subject);
    return world.staffIssuer().token(Algorithm.ES256, claims);
  }

  private static Map<String, Object> claims(Tenant tenant, String subject) {
    return Map.of("aud", List.of(AUDIENCE), "sub", subject, "org", tenant.id());
  }

  private void put(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, text);
  }
}
