package io.edgemint.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.OrgId;
import io.edgemint.caller.TokenMinter;
import io.edgemint.signing.CryptoProvider;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code edgemint prepare}: starts a gateway that serves nobody and has it make a few links. The
 * launcher lets Java watch that (JEP 514, JEP 515) and keep, beside the jar, the classes as they
 * are then and what is worth compiling first.
 */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    description = {
      "Makes later starts faster: run it once after each installation.",
      "It starts a gateway of its own on loopback, in a temporary folder, has it make a few links,"
          + " and keeps beside the jar what Java then knows. The cache belongs to this jar, where"
          + " it lies now, and to this Java; without it, or with another, everything works, and"
          + " starts take longer."
    })
final class PrepareCommand implements Callable<Integer> {
  private static final String ISSUER = "https://issuer.invalid";
  private static final String AUDIENCE = "edgemint";
  private static final OrgId ORG = new OrgId("prepare");
  private static final int LINKS = 200;
  private static final int TIMEOUT_MILLIS = 10_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try {
      Path folder = Files.createTempDirectory("edgemint-prepare");
      try {
        rehearse(folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new Failure("cannot prepare: " + e.getMessage());
    }
    spec.commandLine().getOut().println("Prepared.");
    return 0;
  }

  private static void rehearse(Path folder) throws IOException {
    SigningKeyPair pair =
        new SigningKeys(CryptoProvider.install(CryptoProvider.Choice.AUTO))
            .generate(KeyAlgorithm.ECDSA_P256);
    Files.writeString(folder.resolve("issuer.pem"), pair.publicPem());
    Files.writeString(folder.resolve("s3"), "secret");
    Path settings = folder.resolve("edgemint.yaml");
    Files.writeString(settings, settings());
    Path org = folder.resolve("org.yaml");
    Files.writeString(org, "org: %s\npolicy: {entitlement: [fw/]}\n".formatted(ORG.value()));
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    if (Main.run(new String[] {"apply", "-s", settings.toString(), org.toString()}, out, out)
        != 0) {
      throw new IOException(said.toString());
    }
    List<String> tokens = tokens(pair);
    try (Gateway gateway = Gateway.start(settings, Map.of(), InstantSource.system(), line -> {})) {
      for (String token : tokens) {
        ask(gateway.edgePort(), token);
      }
    }
  }

  private static String settings() {
    return """
    edge: {host: 127.0.0.1, port: 0}
    admin: {port: 0}
    issuers:
      - issuer: %s
        audiences: [%s]
        algorithms: [ES256]
        keys: {pem: [{file: issuer.pem, algorithm: ES256}]}
    default_storage:
      s3:
        bucket: prepare
        region: eu-west-1
        endpoint: https://s3.invalid
        credentials: {static: {access_key_id: AKIDEXAMPLE, secret_access_key: {file: s3}}}
    """
        .formatted(ISSUER, AUDIENCE);
  }

  private static List<String> tokens(SigningKeyPair pair) {
    var content =
        new TokenMinter.Content(
            ISSUER,
            Set.of(AUDIENCE),
            "device",
            ORG,
            Set.of(),
            null,
            Duration.ofHours(1),
            ClaimNames.DEFAULT);
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.pkcs8())
            + "\n-----END PRIVATE KEY-----\n";
    return TokenMinter.ofPrivateKey(pem, null, false)
        .mint(content, InstantSource.system().millis() / 1000, LINKS)
        .toList();
  }

  private static void ask(int port, String token) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      String request =
          "GET /v1/links/fw/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              + "Authorization: Bearer "
              + token
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), US_ASCII);
      if (!answer.startsWith("HTTP/1.1 200 ")) {
        throw new IOException(
            "the gateway answers " + answer.lines().findFirst().orElse("nothing"));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
