package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.edgemint.loadtest.ClosedLoop.Block;
import io.edgemint.loadtest.Site.Storage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Asks one gateway for four times what it can do: over connections that wait for their answers, and
 * by devices that come whether or not others were answered. What counts is how many of those who
 * are answered well there still are, and how soon it is as before. Gateway on core 0, devices on
 * core 1.
 */
@Command(
    name = "overload",
    sortOptions = false,
    description = "Measures what a gateway still does when it is asked for four times as much.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:it does most of it", "1:it does not, or an error"})
final class Plateau implements Callable<Integer> {
  private static final int TIMES = 4;
  private static final double LEAST = 0.85;
  private static final double RECOVERY_SECONDS = 3;

  /**
   * Everything that others would be refused for is switched off: this is about the machine. Nor
   * does a connection end because it was idle, which a request may cross.
   */
  private static final List<String> EDGE =
      List.of(
          "event_loops: 1",
          "limits: {connections_per_address: 1000000, requests_per_connection: 100000000,"
              + " connection_age: 1h, idle_timeout: 1h}");

  private static final List<String> TRAFFIC =
      List.of("device_signatures: none", "org_requests: none", "org_signatures: none");

  private static final int WARM_UP_RATE = 700;
  private static final int WARM_UP_SECONDS = 30;
  private static final int DEVICES = 1000;
  private static final byte[] COLD = "GET /v1/links/fw/cold-".getBytes(ISO_8859_1);

  @Option(names = "--rounds", description = "how often each is done", defaultValue = "9")
  private int rounds;

  @Option(names = "--seconds", description = "of overload in a round", defaultValue = "10")
  private int seconds;

  private int keys;

  private Plateau() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Plateau()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Cores.moveClient();
    var figures = new Figures("%d times what one core can do".formatted(TIMES));
    waiting(figures);
    coming(figures);
    return figures.print();
  }

  /* ---- connections that wait for their answers ---- */

  private void waiting(Figures figures) throws Exception {
    var site = new Site(Storage.P256, false, EDGE, TRAFFIC);
    List<String> tokens = site.tokens("device", DEVICES);
    try (Child gateway = gateway(site)) {
      Requests fleet = Requests.circular(Site.PATH, tokens);
      ClosedLoop loop = ClosedLoop.of(gateway, fleet);
      for (int i = 0; i < 4; i++) {
        loop.drive(gateway, fleet, 5);
      }
      Cores.moveServers(List.of(gateway.process()));
      int enough = enough(gateway, loop, fleet);
      // Twice as often and half as long as below, for what is compared is as short as a recovery.
      double[] kept = new double[2 * rounds];
      double[] after = new double[2 * rounds];
      for (int i = 0; i < 2 * rounds; i++) {
        Block before = loop.drive(gateway, fleet, (int) RECOVERY_SECONDS, enough);
        Block flooded = loop.drive(gateway, fleet, seconds / 2, TIMES * enough);
        Block again = loop.drive(gateway, fleet, (int) RECOVERY_SECONDS, enough);
        kept[i] = flooded.rate() / Math.max(before.rate(), again.rate());
        after[i] = again.rate() / before.rate();
        System.out.printf("waiting %d: %s, then %s, then %s%n", i + 1, before, flooded, again);
      }
      figure(
          figures,
          "%d waiting connections for %d: goodput kept".formatted(TIMES * enough, enough),
          new Pairs(kept));
      Pairs recovered = new Pairs(after);
      figures.judged(
          "... goodput of the %.0f s after, of that before".formatted(RECOVERY_SECONDS),
          percent(recovered.median()),
          Figures.spread(recovered),
          "at least 95 %",
          recovered.median() >= 0.95);
    }
  }

  /** The fewest connections that are answered nearly as often as any number of them. */
  private static int enough(Child gateway, ClosedLoop loop, Requests fleet) throws IOException {
    Map<Integer, Double> rates = new TreeMap<>();
    for (int connections = 1; connections <= 128; connections *= 2) {
      rates.put(connections, loop.drive(gateway, fleet, 3, connections).rate());
    }
    double most = rates.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    System.out.println("answers per second by connections: " + rounded(rates));
    return rates.entrySet().stream()
        .filter(rate -> rate.getValue() >= 0.95 * most)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static Map<Integer, Long> rounded(Map<Integer, Double> rates) {
    Map<Integer, Long> rounded = new TreeMap<>();
    rates.forEach((connections, rate) -> rounded.put(connections, Math.round(rate)));
    return rounded;
  }

  /* ---- devices that come whether or not others were answered ---- */

  private void coming(Figures figures) throws Exception {
    var site = new Site(Storage.RSA, false, EDGE, TRAFFIC);
    List<byte[]> ends =
        site.tokens("device", DEVICES).stream()
            .map(" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n"::formatted)
            .map(end -> end.getBytes(ISO_8859_1))
            .toList();
    try (Child gateway = gateway(site);
        var loop = new OpenLoop(gateway.port(), false, false)) {
      come(loop, ends, WARM_UP_RATE, WARM_UP_SECONDS);
      Cores.moveServers(List.of(gateway.process()));
      int peak = peak(loop, ends);
      double[] kept = new double[rounds];
      double slowest = 0;
      double[] refusals = new double[rounds];
      int bad = 0;
      double latest = 0;
      for (int i = 0; i < rounds; i++) {
        Cpu start = Cpu.now(gateway.process());
        Outcomes before = come(loop, ends, peak, 5);
        Cpu middle = Cpu.now(gateway.process());
        Outcomes over = come(loop, ends, TIMES * peak, seconds);
        Cpu end = Cpu.now(gateway.process());
        Outcomes after = come(loop, ends, peak / 2, 6);
        kept[i] = over.goodput() / before.goodput();
        slowest = Math.max(slowest, after.recovered());
        double admitted = middle.minus(start).server() / before.good();
        double refused = (end.minus(middle).server() - admitted * over.good()) / over.others(200);
        refusals[i] = admitted / refused;
        bad +=
            before.others(200, 429, 503) + over.others(200, 429, 503) + after.others(200, 429, 503);
        latest = Math.max(latest, over.latestMillis());
        System.out.printf("coming %d: %s%n   then %s%n   then %s%n", i + 1, before, over, after);
      }
      figure(
          figures,
          "%,d cold RSA links asked for per second, peak %,d: goodput kept"
              .formatted(TIMES * peak, peak),
          new Pairs(kept));
      figures.judged(
          "... seconds until every device got its link again, at half the peak",
          "%.1f".formatted(slowest),
          "the slowest of %d rounds".formatted(rounds),
          "at most %.0f".formatted(RECOVERY_SECONDS),
          slowest <= RECOVERY_SECONDS);
      figures.judged(
          "... no answer, or a refusal without Retry-After",
          Integer.toString(bad),
          "devices came at most %.0f ms late".formatted(latest),
          "0",
          bad == 0);
      Pairs costs = new Pairs(refusals);
      figures.told(
          "... refusals for the CPU time of one admitted request",
          String.format(Locale.ROOT, "%.0f", costs.median()),
          Figures.spread(costs));
    }
  }

  /** The most good answers per second, as devices come more and more often. */
  private int peak(OpenLoop loop, List<byte[]> ends) throws Exception {
    double peak = 0;
    for (double rate = 1000; ; rate *= 1.2) {
      Outcomes outcomes = come(loop, ends, (int) rate, 4);
      double good = outcomes.good() / outcomes.seconds();
      System.out.printf(
          Locale.ROOT, "%.0f cold RSA links asked for per second: %.0f given%n", rate, good);
      System.out.println("   " + outcomes);
      peak = Math.max(peak, good);
      if (good < 0.8 * rate) {
        return (int) peak;
      }
    }
  }

  private Outcomes come(OpenLoop loop, List<byte[]> ends, int rate, int seconds) throws Exception {
    return loop.run(rate * seconds, Duration.ofSeconds(seconds), i -> cold(ends));
  }

  /** Asks for what nobody has asked for. */
  private ByteBuf cold(List<byte[]> ends) {
    int key = keys++;
    byte[] number = Integer.toString(key).getBytes(ISO_8859_1);
    return Unpooled.wrappedBuffer(COLD, number, ends.get(key % ends.size()));
  }

  private static void figure(Figures figures, String what, Pairs kept) {
    figures.judged(
        what,
        percent(kept.median()),
        Figures.spread(kept),
        "at least " + percent(LEAST),
        kept.interval().low() >= LEAST);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static Child gateway(Site site) throws Exception {
    return Child.single(GatewayServer.class, site.settings().toString());
  }
}
