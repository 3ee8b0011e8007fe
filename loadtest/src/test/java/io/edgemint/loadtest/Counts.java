package io.edgemint.loadtest;

import io.edgemint.sandbox.Sandbox;
import io.edgemint.sandbox.Viewer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a gateway does and takes, in numbers that no machine changes. */
final class Counts {
  private static final int DEVICES = 1000;

  private Counts() {}

  /**
   * Lets 1,000 devices that were never seen before ask for a link that is known, and counts what
   * that caused; the registry is also read once a second for as long as it takes.
   *
   * @param program the jar that is delivered
   */
  static Map<String, Double> of(Path program) throws Exception {
    Map<String, Double> counts = new TreeMap<>();
    counts.put("jar-bytes", (double) Files.size(program));
    try (Sandbox sandbox = SandboxServer.start()) {
      List<String> devices = SandboxServer.tokens(sandbox, DEVICES + 1);
      ask(sandbox, devices.subList(0, 1));
      // The storage is asked beside, once.
      Thread.sleep(1_000);
      Map<String, Double> before = seen(sandbox);
      ask(sandbox, devices.subList(1, devices.size()));
      counts.putAll(seen(sandbox));
      before.forEach((name, value) -> counts.merge(name, -value, Double::sum));
    }
    var site = new Site(Site.Storage.P256, false, Ratio.EDGE, Ratio.TRAFFIC);
    try (Child gateway = Child.start(GatewayServer.class, site.settings().toString());
        var device = new KeepAlive(gateway.port(), Site.PATH, site.tokens("device", 1).get(0))) {
      for (int i = 0; i < DEVICES; i++) {
        device.exchange();
      }
      counts.put("threads", threads(gateway.process().pid()));
    }
    return counts;
  }

  private static void ask(Sandbox sandbox, List<String> devices) throws IOException {
    for (String token : devices) {
      try (var device = new KeepAlive(sandbox.edge().getPort(), SandboxServer.PATH, token)) {
        device.exchange();
      }
    }
  }

  private static Map<String, Double> seen(Sandbox sandbox) {
    String metrics = Viewer.get(sandbox.admin() + "/metrics").text();
    return Map.of(
        "signatures", sum(metrics, "gateway_links_total{source=\"signature\""),
        "registry-reads", sum(metrics, "gateway_registry_refresh_total"),
        "sts-calls", sum(metrics, "gateway_sts_refresh_total"),
        "s3-calls", (double) sandbox.world().s3().requests());
  }

  /** Of all lines of the Prometheus text format that begin so. */
  private static double sum(String metrics, String beginning) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(beginning))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static double threads(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("Threads:"))
        .mapToDouble(line -> Double.parseDouble(line.substring(8).strip()))
        .findFirst()
        .orElseThrow();
  }
}
