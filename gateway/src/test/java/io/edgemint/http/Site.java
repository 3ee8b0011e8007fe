package io.edgemint.http;

import io.edgemint.KeyPairs;
import io.edgemint.SelfSigned;
import io.edgemint.app.Gateway;
import io.edgemint.app.Main;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.OrgId;
import io.edgemint.caller.TokenMinter;
import io.edgemint.canary.Canaries;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/**
 * A folder as an operator has it before a gateway starts: settings, the key of an issuer, and an
 * organisation that is applied. Its devices read what is below {@code fw/}, at any rate; links go
 * to storage that nobody asks.
 */
final class Site {
  private static final String ISSUER = "https://issuer.test";
  private final Path folder;
  private final TokenMinter minter;
  private final String jwks;

  /**
   * Writes it.
   *
   * @param edge lines of YAML for the section {@code edge}
   */
  Site(Path folder, String edge) {
    this.folder = folder;
    KeyPair issuer = KeyPairs.ec("secp256r1");
    minter = TokenMinter.ofPrivateKey(KeyPairs.pem(issuer.getPrivate()), "k1", false);
    write("issuer.pem", KeyPairs.pem(issuer.getPublic()));
    jwks = jwks((ECPublicKey) issuer.getPublic());
    write("s3", Canaries.text("platform"));
    write("edgemint.yaml", settings(edge));
    write("acme.yaml", "org: acme\npolicy:\n  entitlement: [fw/]\n");
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String[] apply = {"apply", "-s", settings().toString(), folder.resolve("acme.yaml").toString()};
    if (Main.run(apply, out, out) != 0) {
      throw new IllegalStateException(said.toString());
    }
  }

  /** The same, with TLS for {@code a.test}. */
  static Site withTls(Path folder, String edge) {
    SelfSigned.of("a.test").write(folder, "a");
    return new Site(folder, "tls: {certificates: [{chain: a.pem, key: a.key}]}\n" + edge);
  }

  private static String settings(String edge) {
    return """
    edge:
      host: 127.0.0.1
      port: 0
    %s
    admin: {port: 0}
    traffic:
      device_requests: none
      # Few, so that a test can see which address a request is put down to.
      address_tokens: 2/m
      # Tests share their machine, and what is late here is not what they are about.
      lag: 10s
    issuers:
      - issuer: %s
        audiences: [edgemint]
        algorithms: [ES256]
        keys: {pem: [{file: issuer.pem, kid: k1, algorithm: ES256}]}
    default_storage:
      s3:
        bucket: platform
        region: eu-west-1
        prefix: orgs/
        endpoint: https://s3.test
        credentials: {static: {access_key_id: AKIDEXAMPLE, secret_access_key: {file: s3}}}
    """
        .formatted(edge.indent(2).stripTrailing(), ISSUER);
  }

  private static String jwks(ECPublicKey key) {
    JsonObject members =
        new JsonObject()
            .put("kty", "EC")
            .put("crv", "P-256")
            .put("kid", "k1")
            .put("alg", "ES256")
            .put("x", coordinate(key.getW().getAffineX()))
            .put("y", coordinate(key.getW().getAffineY()));
    return new JsonObject().put("keys", new JsonArray().add(members)).encode();
  }

  /** In 32 bytes (RFC 7518, section 6.2.1.2). */
  private static String coordinate(BigInteger number) {
    byte[] signed = number.toByteArray();
    byte[] padded = new byte[32];
    int length = Math.min(signed.length, 32);
    System.arraycopy(signed, signed.length - length, padded, 32 - length, length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(padded);
  }

  private void write(String name, String text) {
    try {
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path settings() {
    return folder.resolve("edgemint.yaml");
  }

  /** A gateway in this process. */
  Gateway start() {
    return Gateway.start(settings(), Map.of(), InstantSource.system(), line -> {});
  }

  /** The issuer's key, as it would publish it. */
  String jwks() {
    return jwks;
  }

  /** A token of a device, for an hour. */
  String token() {
    return token("dev-1");
  }

  /** A token of that device, for an hour. */
  String token(String device) {
    return Canaries.token(
        "token of " + device,
        minter.mint(
            new TokenMinter.Content(
                ISSUER,
                Set.of("edgemint"),
                device,
                new OrgId("acme"),
                Set.of(),
                null,
                Duration.ofHours(1),
                ClaimNames.DEFAULT),
            Instant.now().getEpochSecond()));
  }
}
