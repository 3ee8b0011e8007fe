package io.edgemint.loadtest;

import io.edgemint.loadtest.ClosedLoop.Block;
import io.edgemint.loadtest.Site.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures requests whose tokens were never seen before against what a warm request and a bare
 * verification take together: what it costs to get to know a device beside the signature check.
 * Each on one core, in turn.
 */
@Command(
    name = "new-tokens",
    sortOptions = false,
    description = "Measures unknown tokens against a bare verification and a warm request.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:at least that fast", "1:slower, or an error"})
final class NewTokens implements Callable<Integer> {
  private static final int DEVICES = 1000;

  @Option(names = "--at-least", description = "the ratio that is asked for", defaultValue = "0.85")
  private double atLeast;

  @Option(names = "--rounds", description = "rounds that count", defaultValue = "12")
  private int rounds;

  @Option(names = "--warm-up", description = "first rounds not to count", defaultValue = "15")
  private int warmUp;

  @Option(names = "--seconds", description = "length of a block", defaultValue = "2")
  private int seconds;

  @Option(
      names = "--tokens",
      description = "of a block; it ends with the last of them at the latest",
      defaultValue = "60000")
  private int tokens;

  private NewTokens() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new NewTokens()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Cores.moveClient();
    var site = new Site(Storage.P256, false, Ratio.EDGE, Ratio.TRAFFIC);
    List<String> known = site.tokens("device", DEVICES);
    Path file = Files.write(site.folder().resolve("tokens"), known);
    try (Child gateway = Child.single(GatewayServer.class, site.settings().toString());
        Child raw =
            Child.single(
                RawVerifier.class,
                site.folder().resolve("issuer.pem").toString(),
                file.toString())) {
      Requests fleet = Requests.circular(Site.PATH, known);
      ClosedLoop loop = ClosedLoop.of(gateway, fleet);
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < warmUp + rounds; round++) {
        if (round == warmUp) {
          Cores.moveServers(List.of(gateway.process(), raw.process()));
        }
        Requests fresh = Requests.once(Site.PATH, site.tokens("new-" + round, tokens));
        Block unknown = loop.drive(gateway, fresh, seconds);
        double verified = RawVerifier.rate(raw, seconds);
        Block warm = loop.drive(gateway, fleet, seconds);
        double ratio = unknown.rate() * (1 / verified + 1 / warm.rate());
        System.out.printf(
            Locale.ROOT,
            "%s, verified %.0f/s, warm %s: %.3f%s%n",
            unknown,
            verified,
            warm,
            ratio,
            round < warmUp ? "  warm-up" : "");
        if (round >= warmUp) {
          ratios.add(ratio);
        }
      }
      Pairs all = new Pairs(ratios);
      var figures = new Figures("Tokens never seen before, on one core");
      figures.judged(
          "against 1/(1/verified + 1/warm)",
          String.format(Locale.ROOT, "%.2f", all.median()),
          Figures.spread(all),
          String.format(Locale.ROOT, "at least %.2f", atLeast),
          all.interval().low() >= atLeast);
      return figures.print();
    }
  }
}
