package io.edgemint.loadtest;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.Samples;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.registry.SqlRegistry;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Measures, with 10,000 organisations and each gateway in a process of its own: the time from a
 * change to its effect on every gateway, as a device sees it; and the time from the start of a
 * process to its open ports, with a registry and without one.
 */
final class RegistryLoss {
  private static final int ORGS = 10_000;
  private static final int GATEWAYS = 3;
  private static final int CHANGES = 20;
  private static final int STARTS = 5;
  private static final OrgId ORG = Sample.ORG;
  private static final Change CHANGE = new Change("loadtest", "measure");

  private final HttpClient http = HttpClient.newHttpClient();
  private final PlatformIssuer issuer = new PlatformIssuer();
  private final String token = issuer.token();
  private final Path settings;
  private final Path data;

  private RegistryLoss(Path folder) throws IOException {
    data = Files.createDirectories(folder.resolve("data"));
    settings = folder.resolve("edgemint.yaml");
    Files.writeString(folder.resolve("issuer.pem"), issuer.publicPem());
    Files.writeString(folder.resolve("s3"), "secret");
    Files.writeString(settings, yaml());
  }

  /** Prints the figures. */
  public static void main(String[] args) throws Exception {
    Path targets = Files.createDirectories(Path.of("target", "registry-loss").toAbsolutePath());
    RegistryLoss measured = new RegistryLoss(Files.createTempDirectory(targets, ""));
    System.out.println(Machine.describe());
    measured.fill();
    measured.follow();
    measured.start("registry there");
    measured.lose();
    measured.start("registry away");
    System.exit(0);
  }

  private static String yaml() {
    return """
    edge: {host: 127.0.0.1, port: 0, event_loops: 1}
    admin: {port: 0}
    traffic: {device_requests: none, org_requests: none}
    issuers:
      - issuer: https://issuer.example.com
        audiences: [edgemint]
        algorithms: [ES256]
        keys: {pem: [{file: issuer.pem, algorithm: ES256}]}
    default_storage:
      s3:
        bucket: platform
        region: eu-west-1
        endpoint: https://s3.test
        credentials: {static: {access_key_id: AKIDEXAMPLE, secret_access_key: {file: s3}}}
    """;
  }

  private SqlRegistry registry() {
    return SqlRegistry.sqlite(data.resolve("registry.db"), Set.of(), InstantSource.system());
  }

  private void fill() throws IOException {
    Vault vault = Vault.openOrCreate(data.resolve("key-encryption.key"));
    try (SqlRegistry registry = registry()) {
      var storage = Samples.s3("firmware");
      List<Org> orgs =
          IntStream.range(1, ORGS)
              .mapToObj(
                  i ->
                      Samples.org(
                              "org-%05d".formatted(i), Backend.draft("prod", 1, storage, storage))
                          .withVersion(0))
              .map(org -> SealedSecrets.map(org, (purpose, old) -> seal(vault, purpose)))
              .toList();
      registry.write(orgs, CHANGE);
      registry.write(List.of(Samples.org(ORG.value()).withVersion(0)), CHANGE);
    }
  }

  /** A gateway refuses to start where it can open nothing. */
  private static SealedSecret seal(Vault vault, Purpose purpose) {
    byte[] secret = "secret".getBytes(StandardCharsets.UTF_8);
    return new SealedSecret(1, vault.seal(secret, purpose.context(1)));
  }

  /** From a committed change until every gateway answers a device accordingly. */
  private void follow() throws Exception {
    List<Child> gateways = new ArrayList<>();
    try (SqlRegistry registry = registry()) {
      for (int i = 0; i < GATEWAYS; i++) {
        gateways.add(gateway());
      }
      for (Child gateway : gateways) {
        await(gateway, 200);
      }
      double[] millis = new double[CHANGES];
      for (int i = 0; i < CHANGES; i++) {
        boolean revoke = i % 2 == 0;
        Org org = registry.load().org(ORG);
        if (org == null) {
          throw new IllegalStateException("the sample organisation is gone");
        }
        registry.write(
            List.of(org.withRevocations(new Revocations(revoke, Set.of(), List.of()))), CHANGE);
        long begun = System.nanoTime();
        for (Child gateway : gateways) {
          await(gateway, revoke ? 403 : 200);
        }
        millis[i] = (System.nanoTime() - begun) / 1e6;
      }
      print("from change to effect on all of " + GATEWAYS + " gateways", millis);
      System.out.printf(
          Locale.ROOT,
          "snapshot file of %d organisations: %.1f MB%n",
          ORGS,
          Files.size(data.resolve("registry.snapshot")) / 1e6);
    } finally {
      gateways.forEach(Child::close);
    }
  }

  /** From the start of the process until its ports are open and a device has its link. */
  private void start(String how) throws Exception {
    double[] millis = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      long begun = System.nanoTime();
      try (Child gateway = gateway()) {
        await(gateway, 200);
        millis[i] = (System.nanoTime() - begun) / 1e6;
      }
    }
    print("from start to a device's first link, " + how, millis);
  }

  private Child gateway() throws Exception {
    return Child.start(GatewayServer.class, settings.toString());
  }

  /** Leaves something in the registry's place that is no database. */
  private void lose() throws IOException {
    Files.deleteIfExists(data.resolve("registry.db-wal"));
    Files.deleteIfExists(data.resolve("registry.db-shm"));
    Files.writeString(data.resolve("registry.db"), "no database any more. ".repeat(500));
  }

  private void await(Child gateway, int status) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.port() + SandboxServer.PATH))
            .header("Authorization", "Bearer " + token)
            .build();
    long begun = System.nanoTime();
    while (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() != status) {
      if (System.nanoTime() - begun > 60e9) {
        throw new IllegalStateException("no answer " + status + " within a minute");
      }
      Thread.sleep(2);
    }
  }

  private static void print(String what, double[] millis) {
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.0f ms, least %.0f ms, most %.0f ms (%d times)%n",
        what,
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1],
        sorted.length);
  }
}
