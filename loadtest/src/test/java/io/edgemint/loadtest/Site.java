package io.edgemint.loadtest;

import io.edgemint.app.Gateway;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.signing.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import java.util.stream.Stream;

/**
 * A folder in which a gateway can run: settings, keys, and a registry with one organisation.
 * Default storage, a distribution with a P-256 key, serves it, so that no storage has to be there.
 *
 * @param settings the gateway's settings file
 * @param issuer who issues the devices' tokens
 */
record Site(Path settings, PlatformIssuer issuer) {
  /** What devices ask for. */
  static final String PATH = "/v1/links/" + Sample.KEY;

  private static final long APPLY_SECONDS = 60;

  /** Fills a new folder below {@code target}, and registers the organisation. */
  static Site prepare(int eventLoops) throws IOException, InterruptedException {
    readLoggingSettings();
    Path folder = Files.createDirectories(Path.of("target", "sites").toAbsolutePath());
    Path site = Files.createTempDirectory(folder, "site-");
    PlatformIssuer issuer = new PlatformIssuer();
    var signing = new SigningKeys(Sample.crypto()).generate(KeyAlgorithm.ECDSA_P256);
    Files.writeString(site.resolve("issuer.pem"), issuer.publicPem());
    Files.writeString(site.resolve("signing.pem"), PlatformIssuer.privatePem(signing));
    Path settings = site.resolve("edgemint.yaml");
    Files.writeString(settings, settings(eventLoops));
    Path orgs = Files.createDirectory(site.resolve("orgs"));
    Files.writeString(
        orgs.resolve("acme.yaml"), "{org: %s, policy: {entitlement: ['']}}".formatted(Sample.ORG));
    apply(settings, orgs);
    return new Site(settings, issuer);
  }

  private static String settings(int eventLoops) {
    return """
    edge: {host: 127.0.0.1, port: 0, event_loops: %d}
    admin: {host: 127.0.0.1, port: 0}
    registry: {file: registry.db}
    secrets: {key_file: key-encryption.key}
    issuers:
      - issuer: %s
        audiences: [%s]
        algorithms: [ES256]
        keys: {pem: [{file: issuer.pem}]}
    default_storage:
      region: %s
      cloudfront:
        host: d111111abcdef8.cloudfront.net
        signing_keys: [{name: first, id: K2JCJMDEHXQW5F, private_key: {file: signing.pem}}]
    """
        .formatted(eventLoops, PlatformIssuer.NAME, PlatformIssuer.AUDIENCE, Sample.REGION);
  }

  /** What the gateway's command line does first. */
  private static void readLoggingSettings() throws IOException {
    try (InputStream settings = Gateway.class.getResourceAsStream("/logging.properties")) {
      LogManager.getLogManager().readConfiguration(settings);
    }
  }

  private static void apply(Path settings, Path orgs) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "io.edgemint.app.Main",
            "apply",
            "--settings=" + settings,
            orgs.toString());
    Process apply =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      if (!apply.waitFor(APPLY_SECONDS, TimeUnit.SECONDS) || apply.exitValue() != 0) {
        throw new IOException("the organisation was not taken into the registry");
      }
    } finally {
      apply.destroyForcibly();
    }
  }

  /** Tokens of so many devices. */
  Stream<String> tokens(int devices) {
    return issuer.tokens(devices);
  }

  /** Starts a gateway here, in this process. */
  Gateway start() {
    return Gateway.start(settings, Map.of(), InstantSource.system(), line -> {});
  }
}
