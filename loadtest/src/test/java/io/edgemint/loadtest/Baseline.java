package io.edgemint.loadtest;

import io.edgemint.loadtest.ClosedLoop.Block;
import io.edgemint.loadtest.Site.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the gateway against the service that a user would write instead, {@link BaselineServer},
 * in turn on one core and driven from the other: devices whose tokens are known, and tokens that
 * were never seen before.
 */
@Command(
    name = "baseline",
    sortOptions = false,
    description = "Measures the gateway against a plain Vert.x service with the AWS SDK.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:the gateway is the faster one", "1:it is not, or an error"})
final class Baseline implements Callable<Integer> {
  private static final int DEVICES = 1000;

  @Option(
      names = "--new-tokens",
      description = "of a block; it ends with the last of them at the latest",
      defaultValue = "60000")
  private int newTokens;

  @Option(names = "--pairs", description = "pairs of each kind", defaultValue = "8")
  private int pairs;

  @Option(names = "--warm-up", description = "first pairs not to count", defaultValue = "3")
  private int warmUp;

  @Option(names = "--seconds", description = "length of a block", defaultValue = "4")
  private int seconds;

  private Baseline() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Baseline()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Cores.moveClient();
    var figures = new Figures("The gateway against a plain Vert.x service with the AWS SDK");
    for (Storage storage : Storage.values()) {
      measure(storage, figures);
    }
    return figures.print();
  }

  private void measure(Storage storage, Figures figures) throws Exception {
    var site = new Site(storage, false, Ratio.EDGE, Ratio.TRAFFIC);
    try (Child gateway = Child.single(GatewayServer.class, site.settings().toString());
        Child plain =
            Child.single(BaselineServer.class, site.folder().toString(), storage.name())) {
      Requests fleet = Requests.circular(Site.PATH, site.tokens("device", DEVICES));
      List<Double> known = new ArrayList<>();
      List<Double> unknown = new ArrayList<>();
      for (int pair = 0; pair < warmUp + pairs; pair++) {
        if (pair == warmUp) {
          Cores.moveServers(List.of(gateway.process(), plain.process()));
        }
        String name = storage + (pair < warmUp ? ", warm-up" : "");
        double warm = pair(name + ", known tokens", pair, gateway, plain, fleet);
        Requests fresh = Requests.once(Site.PATH, site.tokens("new-" + pair, newTokens));
        double cold = pair(name + ", new tokens", pair, gateway, plain, fresh);
        if (pair >= warmUp) {
          known.add(warm);
          unknown.add(cold);
        }
      }
      judge(figures, storage + ", known tokens", known);
      judge(figures, storage + ", new tokens", unknown);
    }
  }

  private static void judge(Figures figures, String what, List<Double> ratios) {
    var pairs = new Pairs(ratios);
    figures.judged(
        what,
        String.format(Locale.ROOT, "%.1f times", pairs.median()),
        Figures.spread(pairs),
        "more than 1",
        pairs.interval().low() > 1);
  }

  private double pair(String what, int pair, Child gateway, Child plain, Requests requests)
      throws IOException {
    boolean gatewayFirst = pair % 2 == 0;
    Block first = block(gatewayFirst ? gateway : plain, requests.rewound());
    Block second = block(gatewayFirst ? plain : gateway, requests.rewound());
    Block ours = gatewayFirst ? first : second;
    Block theirs = gatewayFirst ? second : first;
    double ratio = ours.rate() / theirs.rate();
    System.out.printf(
        Locale.ROOT, "%s: gateway %s, plain %s, %.1f times%n", what, ours, theirs, ratio);
    return ratio;
  }

  private Block block(Child server, Requests requests) throws IOException {
    return ClosedLoop.of(server, requests).drive(server, requests, seconds);
  }
}
