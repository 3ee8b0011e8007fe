package io.edgemint.loadtest;

import io.edgemint.KeyPairs;
import io.edgemint.TestAuthority;
import io.edgemint.app.Main;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.OrgId;
import io.edgemint.caller.TokenMinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * A folder that tells one gateway all it needs: default storage, one organisation without a backend
 * of its own, and an issuer whose key is a file. Links are signed as for any backend, and nothing
 * else has to run.
 */
final class Site {
  /** What devices ask for. */
  static final String PATH = "/v1/links/" + Sample.KEY;

  /** Who issues its tokens. */
  static final String ISSUER = "https://issuer.example.com";

  /** Whom they are meant for. */
  static final String AUDIENCE = "edgemint";

  private static final String ENTITLEMENT = "fw/";

  private final Path folder;
  private final TokenMinter minter;

  /** From where links lead to the firmware. */
  enum Storage {
    /** A bucket, whose links are signed with a key of its own. */
    S3,
    /** CloudFront with a P-256 key. */
    P256,
    /** CloudFront with an RSA key of 2,048 bits. */
    RSA
  }

  /** The same with the default room for tokens. */
  Site(Storage storage, boolean tls, List<String> edge, List<String> traffic) throws IOException {
    this(storage, tls, edge, traffic, "64MiB");
  }

  /**
   * Writes the folder, below {@code target}, and registers the organisation.
   *
   * @param edge more members of the section {@code edge}, a line each, without indentation
   * @param traffic more members of the section {@code traffic}, likewise
   * @param tokens how much memory remembered tokens may take, with its unit
   */
  Site(Storage storage, boolean tls, List<String> edge, List<String> traffic, String tokens)
      throws IOException {
    Path parent = Files.createDirectories(Path.of("target", "sites").toAbsolutePath());
    folder = Files.createTempDirectory(parent, "");
    KeyPair pair = KeyPairs.ec("secp256r1");
    minter = TokenMinter.ofPrivateKey(KeyPairs.pem(pair.getPrivate()), null, false);
    put("issuer.pem", KeyPairs.pem(pair.getPublic()));
    put("s3", Sample.SESSION.secretAccessKey());
    KeyPair signing = storage == Storage.RSA ? KeyPairs.rsa(2048) : KeyPairs.ec("secp256r1");
    put("signing.pem", KeyPairs.pem(signing.getPrivate()));
    TestAuthority certificate = certificate();
    put("edge.pem", certificate.pem());
    put("edge.key", KeyPairs.pem(certificate.pair().getPrivate()));
    put("edgemint.yaml", settings(storage, tls, edge, traffic, tokens));
    put(
        "acme.yaml",
        "org: %s\npolicy: {entitlement: [%s]}\n".formatted(Sample.ORG.value(), ENTITLEMENT));
    apply();
  }

  /** One on P-256 that vouches for itself, for digital signatures alone. */
  private static TestAuthority certificate() {
    return TestAuthority.root(
        TestAuthority.draft("localhost", InstantSource.system().instant())
            .extension("551d0f", true, new byte[] {3, 2, 7, (byte) 0x80}));
  }

  private static String settings(
      Storage storage, boolean tls, List<String> edge, List<String> traffic, String tokens) {
    return """
    edge:
      host: 127.0.0.1
      port: 0
      drain: 0s
    %s%sadmin: {port: 0}
    traffic:
      device_requests: none
    %scaches: {tokens: %s}
    issuers:
      - issuer: %s
        audiences: [%s]
        algorithms: [ES256]
        keys: {pem: [{file: issuer.pem, algorithm: ES256}]}
    default_storage:
    %s\
    """
        .formatted(
            tls ? "  tls: {certificates: [{chain: edge.pem, key: edge.key}]}\n" : "",
            indented(edge),
            indented(traffic),
            tokens,
            ISSUER,
            AUDIENCE,
            storage(storage).indent(2));
  }

  private static String indented(List<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines).indent(2);
  }

  private static String storage(Storage storage) {
    return switch (storage) {
      case S3 ->
          """
          s3:
            bucket: %s
            region: %s
            endpoint: https://s3.test
            credentials: {static: {access_key_id: AKIDEXAMPLE, secret_access_key: {file: s3}}}
          """
              .formatted(Sample.BUCKET, Sample.REGION);
      case P256 -> cloudFront("ecdsa-p256", "sha256");
      case RSA -> cloudFront("rsa-2048", "sha1");
    };
  }

  private static String cloudFront(String algorithm, String hash) {
    return """
    region: %s
    cloudfront:
      host: d111111abcdef8.cloudfront.net
      signing_keys:
        - name: first
          id: K2JCJMDEHXQW5F
          algorithm: %s
          hash: %s
          private_key: {file: signing.pem}
    """
        .formatted(Sample.REGION, algorithm, hash);
  }

  private void apply() {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String[] command = {
      "apply", "-s", settings().toString(), folder.resolve("acme.yaml").toString()
    };
    if (Main.run(command, out, out) != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed:\n" + said);
    }
  }

  private void put(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  /** The folder itself, with {@code edge.pem}, {@code edge.key} and {@code signing.pem} in it. */
  Path folder() {
    return folder;
  }

  /** The settings file. */
  Path settings() {
    return folder.resolve("edgemint.yaml");
  }

  /** Tokens of so many devices, one each, valid for half a day. */
  List<String> tokens(String subject, int devices) {
    // With the provider of the gateway, which signs ten times as many in the same time.
    Sample.crypto();
    var content =
        new TokenMinter.Content(
            ISSUER,
            Set.of(AUDIENCE),
            subject,
            new OrgId(Sample.ORG.value()),
            Set.of(),
            null,
            Duration.ofHours(12),
            ClaimNames.DEFAULT);
    return minter.mint(content, InstantSource.system().millis() / 1000, devices).toList();
  }
}
