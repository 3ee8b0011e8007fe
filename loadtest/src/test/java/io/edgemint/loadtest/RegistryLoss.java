package io.edgemint.loadtest;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocations;
import io.edgemint.registry.SqlRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
  private final Platform platform;
  private final String token;

  private RegistryLoss() throws IOException {
    platform = Platform.create("traffic: {device_requests: none, org_requests: none}\n");
    Stream<Org> others =
        IntStream.range(1, ORGS).mapToObj(i -> platform.keyPair("org-%05d".formatted(i)));
    List<Org> orgs = Stream.concat(others, Stream.of(platform.keyPair(ORG.value()))).toList();
    token = platform.write(orgs, List.of(ORG.value())).getFirst();
  }

  /** Prints the figures. */
  public static void main(String[] args) throws Exception {
    System.out.println(Machine.describe());
    var measured = new RegistryLoss();
    measured.follow();
    measured.start("registry there");
    measured.platform.loseRegistry();
    measured.start("registry away");
    System.exit(0);
  }

  /** From a committed change until every gateway answers a device accordingly. */
  private void follow() throws Exception {
    List<Child> gateways = new ArrayList<>();
    try (SqlRegistry registry = platform.registry()) {
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
          Files.size(platform.data("registry.snapshot")) / 1e6);
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
    return Child.start(GatewayServer.class, platform.settings().toString());
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
