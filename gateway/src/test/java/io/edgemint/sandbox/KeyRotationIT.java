package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.app.Gateway;
import io.edgemint.app.Main;
import io.edgemint.canary.Canaries;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A key-encryption key is changed under a fleet that serves. */
class KeyRotationIT extends InSandbox {
  private static final String FIRST = "key_file: data/key-encryption.key";

  private final Queue<String> failed = new ConcurrentLinkedQueue<>();
  private final AtomicLong slowest = new AtomicLong();
  private final AtomicLong served = new AtomicLong();
  private final List<Thread> devices = new ArrayList<>();
  private volatile boolean stopped;

  private static Path settings() {
    return running().world().files().settings();
  }

  private static void setKeys(String from, String to) throws IOException {
    String text = Files.readString(settings());
    assertThat(text).contains(from);
    Files.writeString(settings(), text.replace(from, to));
  }

  private static Gateway gateway() {
    return Gateway.start(settings(), Map.of(), InstantSource.system(), line -> {});
  }

  private static String run(int status, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(arguments, out, out)).as(said.toString()).isEqualTo(status);
    Canaries.heard("what commands say", said.toString());
    return said.toString();
  }

  /** Every link is made anew, so that each request needs the key of the backend. */
  private void ask(Gateway gateway) {
    for (Tenant tenant : List.of(Tenant.ACME, Tenant.GLOBEX, Tenant.INITECH)) {
      String token = running().world().files().tokens().get(tenant.id() + "-device");
      devices.add(
          Thread.startVirtualThread(
              () -> {
                for (int i = 0; !stopped; i++) {
                  long begun = System.nanoTime();
                  Viewer.Answer answer =
                      Viewer.send(
                          "GET",
                          "http://127.0.0.1:" + gateway.edgePort() + "/v1/links/fw/none-" + i,
                          Map.of("Authorization", "Bearer " + token));
                  slowest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                  served.incrementAndGet();
                  if (answer.status() != 200) {
                    failed.add(answer.status() + " " + answer.text());
                  }
                }
              }));
    }
  }

  private void more() throws InterruptedException {
    long before = served.get();
    Patience.until(() -> served.get() > before + 200);
  }

  private static String metrics(int port) {
    return Viewer.get("http://127.0.0.1:" + port + "/metrics").text();
  }

  @Test
  void rotation_underTraffic_failsNoRequest() throws Exception {
    String oldKey = run(0, "secrets", "status", "-s", settings().toString()).substring(0, 16);
    Path file = running().world().files().folder().resolve("data/kek-2.key");
    run(0, "secrets", "new-key", file.toString());

    setKeys(FIRST, FIRST + "\n  previous_key_files: [data/kek-2.key]");
    try (Gateway opening = gateway()) {
      ask(opening);
      more();
      // A key that waits, sealed by a gateway that knows both and still seals under the old one.
      run(0, "key", "add", "-s", settings().toString(), "acme", "prod", "waits");
      setKeys(
          FIRST + "\n  previous_key_files: [data/kek-2.key]",
          "key_file: data/kek-2.key\n  previous_key_files: [data/key-encryption.key]");
      try (Gateway sealing = gateway()) {
        ask(sealing);
        more();
        String said = run(0, "secrets", "rewrap", "-s", settings().toString());
        assertThat(said).contains("No secret of the registry needs");
        Patience.until(
            () ->
                metrics(sealing.adminPort())
                    .contains("gateway_secrets_by_kek{held=\"true\",kek=\"" + oldKey + "\"} 0.0"));
        more();
        stopped = true;
        for (Thread device : devices) {
          device.join();
        }
        assertThat(failed).as("of %d requests", served.get()).isEmpty();
        System.out.printf(
            "rotation: %d requests, slowest %d ms%n", served.get(), slowest.get() / 1_000_000);
      }
    }
    assertToldByThoseWithoutTheKey(file);
    setKeys("\n  previous_key_files: [data/key-encryption.key]", "");
    try (Gateway last = gateway()) {
      String token = running().world().files().tokens().get("acme-device");
      assertThat(
              Viewer.send(
                      "GET",
                      "http://127.0.0.1:" + last.edgePort() + "/v1/links/fw/a",
                      Map.of("Authorization", "Bearer " + token))
                  .status())
          .isEqualTo(200);
    }
  }

  /** The sandbox's own gateway was never told of the new key. */
  private static void assertToldByThoseWithoutTheKey(Path file) throws Exception {
    Patience.until(() -> metrics(running().admin().getPort()).contains("held=\"false\""));
    Viewer.Answer list =
        Viewer.send(
            "GET",
            running().admin() + "/admin/v1/orgs?state=failing",
            Map.of("Authorization", "Bearer " + running().adminToken()));
    assertThat(new JsonObject(list.text()).getJsonArray("orgs").encode())
        .contains("need the key-encryption key", "which is not here");
    assertThat(list.text()).doesNotContain(Files.readString(file).strip());
  }
}
