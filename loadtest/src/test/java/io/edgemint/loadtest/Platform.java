package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.edgemint.KeyPairs;
import io.edgemint.app.Main;
import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Download;
import io.edgemint.backend.Org;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.Samples;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.backend.Verification;
import io.edgemint.registry.SqlRegistry;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * The folder of a gateway that serves any number of organisations, whose storage has been verified
 * by nobody's probe and lies nowhere: links are signed without it.
 */
final class Platform {
  private static final Change CHANGE = new Change("loadtest", "fill");
  private static final String BACKEND = "prod";
  private static final String ISSUER = "https://issuer.example.com";

  /** Listed by nobody, so the gateway refuses to go there, and no name is looked up. */
  private static final S3Storage.Endpoint NOWHERE =
      new S3Storage.Endpoint(URI.create("https://127.0.0.1:9"), true);

  /** What the sample bucket has in the place of a secret. */
  private static final SealedSecret UNSEALED = new SealedSecret(1, "v1.sealed");

  private static final String SETTINGS =
      """
      edge:
        host: 127.0.0.1
        port: 0
        limits: {connections_per_address: 1000000, requests_per_connection: 100000000}
      admin: {port: 0}
      issuers:
        - issuer: https://issuer.example.com
          audiences: [edgemint]
          algorithms: [ES256]
          keys: {pem: [{file: issuer.pem, algorithm: ES256}]}
      """;

  private final Path folder;
  private final Vault vault;

  private Platform(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("data"));
    this.vault = Vault.openOrCreate(data("key-encryption.key"));
  }

  /**
   * A new folder below {@code target}, with the issuer of the devices' tokens.
   *
   * @param more settings beside those that every gateway here has, in YAML
   */
  static Platform create(String more) throws IOException {
    Path folders = Files.createDirectories(Path.of("target", "platforms").toAbsolutePath());
    Platform platform = new Platform(Files.createTempDirectory(folders, ""));
    KeyPair issuer = KeyPairs.ec("secp256r1");
    platform.put("issuer.key", KeyPairs.pem(issuer.getPrivate()));
    platform.put("issuer.pem", KeyPairs.pem(issuer.getPublic()));
    platform.put("edgemint.yaml", SETTINGS + more);
    return platform;
  }

  /** A key that signs for CloudFront; RSA takes a tenth of a second and more. */
  static SigningKeyPair key(KeyAlgorithm algorithm) {
    return new SigningKeys(Sample.crypto()).generate(algorithm);
  }

  /** An organisation behind CloudFront. */
  Org cloudFront(String id, SigningKeyPair pair) {
    SealedSecret half =
        seal(Purpose.signingKey(Samples.org(id).id(), BACKEND, "first"), pair.pkcs8());
    SigningKey key =
        new SigningKey(
            "first",
            "K2JCJMDEHXQW5F",
            pair.algorithm(),
            Hash.SHA256,
            KeyState.ACTIVE,
            half,
            pair.publicPem());
    String host = id + ".cloudfront.example.com";
    return org(id, new CloudFront("https", host, "", List.of(key), Sample.TTL));
  }

  /** An organisation whose bucket is read with a key pair. */
  Org keyPair(String id) {
    return org(id, storage(id));
  }

  /** An organisation whose bucket is read as a role. */
  Org role(String id) {
    return org(id, storage(id).withCredentials(new Credentials.Role(roleArn(id), null)));
  }

  /** The role of an organisation. */
  static String roleArn(String id) {
    return "arn:aws:iam::123456789012:role/" + id;
  }

  private static S3Storage storage(String id) {
    S3Storage sample = Samples.s3(id + "-firmware");
    return new S3Storage(
        sample.bucket(),
        sample.region(),
        sample.prefix(),
        NOWHERE,
        sample.credentials(),
        sample.encryption(),
        Sample.TTL,
        sample.responseHeaders());
  }

  private Org org(String id, Download download) {
    S3Storage upload = download instanceof S3Storage s3 ? s3 : storage(id);
    Backend backend =
        new Backend(
            BACKEND,
            1,
            Backend.State.ACTIVE,
            upload,
            download,
            Verification.VERIFIED,
            Verification.VERIFIED);
    return SealedSecrets.map(
        Samples.org(id, backend).withVersion(0),
        (purpose, secret) ->
            secret.equals(UNSEALED) ? seal(purpose, "secret".getBytes(UTF_8)) : secret);
  }

  private SealedSecret seal(Purpose purpose, byte[] secret) {
    return new SealedSecret(1, vault.seal(secret, purpose.context(1)));
  }

  /**
   * Starts a gateway that serves organisations, and makes tokens for its devices.
   *
   * @param turns the ids of the devices' organisations, one for each device
   */
  Fleet start(List<Org> orgs, List<String> turns) throws Exception {
    List<String> tokens = write(orgs, turns);
    Child gateway = Child.start(GatewayServer.class, settings().toString());
    return new Fleet("http://127.0.0.1:" + gateway.port(), tokens, gateway);
  }

  /** Registers organisations, and gives tokens for devices without starting anything. */
  List<String> write(List<Org> orgs, List<String> turns) throws IOException {
    try (SqlRegistry registry = registry()) {
      registry.write(orgs, CHANGE);
    }
    return tokens(turns);
  }

  /** What the gateway follows; closed by the caller. */
  SqlRegistry registry() {
    return SqlRegistry.sqlite(data("registry.db"), Set.of(), InstantSource.system());
  }

  /** A file of the gateway's own, by its name. */
  Path data(String name) {
    return folder.resolve("data").resolve(name);
  }

  /** The settings file. */
  Path settings() {
    return folder.resolve("edgemint.yaml");
  }

  /** By the command that users have. */
  private List<String> tokens(List<String> turns) throws IOException {
    Path orgs = folder.resolve("orgs.txt");
    Path tokens = folder.resolve("tokens.txt");
    Files.write(orgs, turns);
    StringWriter said = new StringWriter();
    String[] command = {
      "token",
      "--key=" + folder.resolve("issuer.key"),
      "--iss=" + ISSUER,
      "--aud=edgemint",
      "--orgs=" + orgs,
      "--sub=device",
      "--count=" + turns.size(),
      "--out=" + tokens
    };
    if (Main.run(command, new PrintWriter(said), new PrintWriter(said, true)) != 0) {
      throw new IllegalStateException(said.toString());
    }
    return Files.readAllLines(tokens);
  }

  /** Leaves something in the registry's place that is no database. */
  void loseRegistry() throws IOException {
    Files.deleteIfExists(data("registry.db-wal"));
    Files.deleteIfExists(data("registry.db-shm"));
    Files.writeString(data("registry.db"), "no database any more. ".repeat(500));
  }

  private void put(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
