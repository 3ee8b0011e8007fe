package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.edgemint.Patience;
import io.edgemint.app.Gateway;
import io.edgemint.app.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real gateways whose registry goes away, together with their issuer, and comes back. */
@Timeout(180)
class RegistryLossIT {
  private static final String PATH = "/v1/links/fw/a";
  private static final List<String> FILES =
      List.of("registry.db", "registry.db-wal", "registry.db-shm");

  @TempDir private Path folder;

  @Test
  void restart_registryAndIssuerAway_letsInWhoWasLetInBefore() throws Exception {
    Site site = new Site(folder, "drain: 0s");
    HttpServer issuer = issuer(site.jwks());
    fetchKeysFrom(issuer.getAddress().getPort());
    try (GatewayProcess gateway = GatewayProcess.start(site)) {
      assertThat(ask(gateway, site, "dev-1")).isEqualTo(200);
      apply("revocations: {subjects: [dev-2]}");
      Patience.until(() -> ask(gateway, site, "dev-2") == 403);
      gateway.terminate();
      assertThat(gateway.exitCode()).as("it has written what it knew").isZero();
    }
    issuer.stop(0);
    lose();

    long begun = System.nanoTime();
    try (GatewayProcess gateway = GatewayProcess.start(site)) {
      System.out.printf(
          "ready %d ms after the start, without the registry%n",
          (System.nanoTime() - begun) / 1_000_000);
      assertThat(gateway.operator().isReady()).isTrue();
      assertThat(gateway.said())
          .anySatisfy(line -> assertThat(line).contains("serving from the snapshot file"));
      assertThat(ask(gateway, site, "dev-1")).isEqualTo(200);
      assertThat(ask(gateway, site, "dev-2")).isEqualTo(403);

      bringBack();
      apply("revocations: {subjects: [dev-1]}");
      Patience.until(() -> ask(gateway, site, "dev-1") == 403);
      Patience.until(() -> ask(gateway, site, "dev-2") == 200);
    }
  }

  @Test
  void devices_askingAThousandTimes_causeNoReadOfTheRegistry() {
    Site site = new Site(folder, "drain: 0s");
    try (Gateway gateway = site.start();
        RawClient device = new RawClient(gateway.edgePort())) {
      Operator operator = new Operator(gateway.adminPort());
      String token = site.token();
      long begun = System.nanoTime();
      double before = reads(operator);
      for (int i = 0; i < 1_000; i++) {
        assertThat(device.get(PATH + "-" + i % 50, token).status()).isEqualTo(200);
      }
      double after = reads(operator);
      double seconds = (System.nanoTime() - begun) / 1e9;
      System.out.printf(
          "1000 requests in %.1f s: %.0f reads of the registry%n", seconds, after - before);
      // However long it took, no more than the clock asks for.
      assertThat(after - before).isLessThanOrEqualTo(seconds / 0.8 + 1);
    }
  }

  private static double reads(Operator operator) {
    return List.of("unchanged", "changed", "reloaded", "timeout", "failed").stream()
        .mapToDouble(
            result -> operator.metric("gateway_registry_refresh_total{result=\"" + result + "\"}"))
        .sum();
  }

  private static int ask(GatewayProcess gateway, Site site, String device) {
    try (RawClient client = new RawClient(gateway.edgePort())) {
      return client.get(PATH, site.token(device)).status();
    }
  }

  private static HttpServer issuer(String jwks) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] body = jwks.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/jwks",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  private void fetchKeysFrom(int port) throws IOException {
    Path settings = folder.resolve("edgemint.yaml");
    String pem = "keys: {pem: [{file: issuer.pem, kid: k1, algorithm: ES256}]}";
    String text = Files.readString(settings);
    assertThat(text).contains(pem);
    Files.writeString(
        settings, text.replace(pem, "keys: {jwks_url: 'http://127.0.0.1:" + port + "/jwks'}"));
  }

  private void apply(String more) throws IOException {
    Path file = folder.resolve("acme.yaml");
    Files.writeString(file, "org: acme\npolicy:\n  entitlement: [fw/]\n" + more + "\n");
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String settings = folder.resolve("edgemint.yaml").toString();
    assertThat(Main.run(new String[] {"apply", "-s", settings, file.toString()}, out, out))
        .as(said.toString())
        .isZero();
  }

  /** Moves the registry away, and leaves something that is none. */
  private void lose() throws IOException {
    Files.createDirectories(folder.resolve("away"));
    for (String name : FILES) {
      if (Files.exists(folder.resolve("data").resolve(name))) {
        Files.move(folder.resolve("data").resolve(name), folder.resolve("away").resolve(name));
      }
    }
    Files.writeString(folder.resolve("data/registry.db"), "no database. ".repeat(1_000));
  }

  private void bringBack() throws IOException {
    for (String name : FILES.reversed()) {
      if (Files.exists(folder.resolve("away").resolve(name))) {
        Files.move(
            folder.resolve("away").resolve(name),
            folder.resolve("data").resolve(name),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
