package io.edgemint.loadtest;

import io.edgemint.loadtest.Site.Storage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Lets a fleet fetch one firmware: every device with a token that the gateway has never seen, an
 * address that it shares with 99 others, and a connection of its own. Gateway and client share the
 * machine's cores; every limit of the gateway stands at its default.
 */
@Command(
    name = "fleet",
    sortOptions = false,
    description = "Lets a fleet of distinct devices fetch one firmware, over clear HTTP and TLS.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:no request failed", "1:one did, or it took too long, or an error"})
final class ManyDevices implements Callable<Integer> {
  /** Most of the time asked for; what is left is for the last to be answered. */
  private static final double SHARE = 0.98;

  private static final int WARM_UP_RATE = 1_500;
  private static final int WARM_UP_SECONDS = 30;

  @Option(names = "--devices", description = "how many", defaultValue = "100000")
  private int devices;

  @Option(names = "--seconds", description = "within which, clear", defaultValue = "20")
  private int seconds;

  @Option(names = "--tls-seconds", description = "within which, over TLS", defaultValue = "90")
  private int tlsSeconds;

  private ManyDevices() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new ManyDevices()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    var figures = new Figures("%,d distinct devices, one connection each".formatted(devices));
    burst(false, seconds, figures);
    burst(true, tlsSeconds, figures);
    return figures.print();
  }

  private void burst(boolean tls, int within, Figures figures) throws Exception {
    var site = new Site(Storage.P256, tls, List.of(), List.of());
    List<String> warm = site.tokens("warm", WARM_UP_RATE * WARM_UP_SECONDS);
    List<String> fleet = site.tokens("device", devices);
    try (Child gateway = Child.start(GatewayServer.class, site.settings().toString());
        var loop = new OpenLoop(gateway.port(), tls, true)) {
      // A gateway that has been up for a while; what a cold one does is another question.
      loop.run(
          warm.size(),
          Duration.ofSeconds(WARM_UP_SECONDS),
          i -> OpenLoop.request(Site.PATH, warm.get(i)));
      Cpu before = Cpu.now(gateway.process());
      Outcomes tally =
          loop.run(
              devices,
              Duration.ofMillis((long) (SHARE * 1000 * within)),
              i -> OpenLoop.request(Site.PATH, fleet.get(i)));
      Cpu used = Cpu.now(gateway.process()).minus(before);
      System.out.println((tls ? "TLS 1.3: " : "clear: ") + tally);
      figures.judged(
          tls ? "TLS 1.3, failed requests" : "clear HTTP/1.1, failed requests",
          Integer.toString(tally.others(200)),
          "answers by status " + tally.byStatus(),
          "0",
          tally.others(200) == 0);
      figures.judged(
          "... until the last was answered",
          "%.1f s".formatted(tally.seconds()),
          String.format(
              Locale.ROOT,
              "half within %.1f ms, 99 %% within %.1f ms, the last %.0f ms; gateway %.2f of a core,"
                  + " client %.2f",
              tally.millis(0.5),
              tally.millis(0.99),
              tally.millis(1),
              used.server() / tally.seconds(),
              used.client() / tally.seconds()),
          "at most " + within + " s",
          tally.seconds() <= within);
    }
  }
}
