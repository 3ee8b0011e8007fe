package io.edgemint.loadtest;

import io.edgemint.loadtest.ClosedLoop.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Measures two servers on one core, in turn and in short blocks (ABBA), so that what the machine
 * does in between touches both alike; this process drives them from the other core. Their compiler
 * and collector threads share the core with the event loop.
 */
final class Alternation {
  private static final int MISSED = 1;
  private static final int BUSY = 3;

  @Option(
      names = "--at-least",
      description = "the ratio that is asked for; the lower end of the interval counts",
      defaultValue = "0")
  private double atLeast;

  @Option(
      names = "--limits",
      paramLabel = "FILE",
      description = "asks for what stands there as ratio.NAME instead")
  private @Nullable Path limits;

  @Option(names = "--pairs", description = "pairs that must count", defaultValue = "16")
  private int pairs;

  @Option(names = "--warm-up", description = "first pairs not to count", defaultValue = "6")
  private int warmUp;

  @Option(names = "--seconds", description = "length of a block", defaultValue = "4")
  private int seconds;

  /** One side: drives a server for so many seconds. */
  @FunctionalInterface
  interface Side {
    Block drive(int seconds) throws IOException;
  }

  /**
   * Measures, prints each pair, and judges by the lower end of the interval.
   *
   * @param ours what must be fast, with the name of its column
   * @param theirs what it is held against
   * @param servers what both drive, to be moved to their core once they are warm
   * @return the exit code: 0 at least as fast as asked for, 1 slower, 3 too few pairs count
   */
  int judge(String name, String ourName, Side ours, String theirName, Side theirs, Child... servers)
      throws IOException {
    System.out.printf("%4s %24s %24s%n", "", ourName, theirName);
    List<Double> ratios = new ArrayList<>();
    for (int pair = 0; pair < warmUp + 3 * pairs && ratios.size() < pairs; pair++) {
      if (pair == warmUp) {
        Cores.moveServers(Stream.of(servers).map(Child::process).toList());
      }
      boolean oursFirst = pair % 2 == 0;
      Block first = (oursFirst ? ours : theirs).drive(seconds);
      Block second = (oursFirst ? theirs : ours).drive(seconds);
      Block ourBlock = oursFirst ? first : second;
      Block theirBlock = oursFirst ? second : first;
      double ratio = ourBlock.rate() / theirBlock.rate();
      boolean counts = pair >= warmUp && ourBlock.counts() && theirBlock.counts();
      if (counts) {
        ratios.add(ratio);
      }
      String why = counts ? "" : pair < warmUp ? "  warm-up" : "  not counted";
      System.out.printf(
          Locale.ROOT, "%4d %s %s  %.3f%s%n", pair + 1, ourBlock, theirBlock, ratio, why);
    }
    return verdict(ratios, limits == null ? atLeast : Limits.read(limits).ratio(name));
  }

  private int verdict(List<Double> ratios, double asked) throws IOException {
    System.out.println(Machine.describe());
    if (ratios.size() < pairs) {
      System.err.printf(
          "Only %d of %d pairs count: the server's core must be at least 95 %% busy, and the"
              + " client's under 90 %%.%n",
          ratios.size(), pairs);
      return BUSY;
    }
    Pairs all = new Pairs(ratios);
    Pairs.Interval interval = all.interval();
    System.out.printf(
        Locale.ROOT,
        "ratio %.2f (%d pairs of %d s from %.3f to %.3f; 95 %% interval of the median %.3f to"
            + " %.3f; asked for: %.2f)%n",
        all.median(),
        all.count(),
        2 * seconds,
        all.least(),
        all.most(),
        interval.low(),
        interval.high(),
        asked);
    return interval.low() >= asked ? 0 : MISSED;
  }
}
