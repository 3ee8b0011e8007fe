package io.edgemint.loadtest;

import io.edgemint.loadtest.ClosedLoop.Block;
import io.edgemint.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the gateway on one core against a bare Vert.x server that answers the same bytes. Both
 * run on core 0 with one event loop each and are driven in turn by this process from core 1 (ABBA),
 * so that what the machine does in between touches both alike. Their compiler and collector threads
 * share the core with the event loop.
 */
@Command(
    name = "ratio",
    sortOptions = false,
    description = "Measures the gateway on one core against a bare Vert.x server.",
    exitCodeListHeading = "Exit codes: ",
    exitCodeList = {
      "0:at least that fast",
      "1:slower, or an error",
      "2:the arguments are wrong",
      "3:the machine was too busy"
    })
final class Ratio implements Callable<Integer> {
  private static final int SERVER_CORE = 0;
  private static final int CLIENT_CORE = 1;
  private static final int DEVICES = 1000;
  private static final int BUSY = 3;

  @Option(names = "--at-least", description = "the ratio that is asked for", defaultValue = "0")
  private double atLeast;

  @Option(names = "--pairs", description = "pairs that must count", defaultValue = "16")
  private int pairs;

  @Option(names = "--warm-up", description = "first pairs not to count", defaultValue = "6")
  private int warmUp;

  @Option(names = "--seconds", description = "length of a block", defaultValue = "4")
  private int seconds;

  private Ratio() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Ratio()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    moveToClientCore();
    Path folder = Files.createDirectories(Path.of("target", "ratio").toAbsolutePath());
    Path recorded = folder.resolve("answer");
    try (Sandbox sandbox = SandboxServer.start();
        Child gateway =
            Child.pinned(
                SERVER_CORE, GatewayServer.class, sandbox.world().files().settings().toString())) {
      List<String> fleet = SandboxServer.tokens(sandbox, DEVICES);
      byte[] answer = answer(gateway, fleet.getFirst());
      Files.write(recorded, answer);
      try (Child bare = Child.pinned(SERVER_CORE, BareServer.class, recorded.toString())) {
        requireSame(answer, answer(bare, fleet.getFirst()));
        return judge(
            drive(new ClosedLoop(SandboxServer.PATH, fleet, answer.length), gateway, bare));
      }
    }
  }

  private static byte[] answer(Child server, String token) throws IOException {
    try (var connection = new KeepAlive(server.port(), SandboxServer.PATH, token)) {
      return connection.record();
    }
  }

  private static void requireSame(byte[] gateway, byte[] bare) {
    if (!Arrays.equals(gateway, bare)) {
      throw new IllegalStateException("the bare server does not answer the gateway's bytes");
    }
  }

  /** The ratios of the pairs that count, at most as many as were asked for. */
  private List<Double> drive(ClosedLoop devices, Child gateway, Child bare) throws IOException {
    System.out.printf("%4s %24s %24s%n", "", "gateway", "bare Vert.x");
    List<Double> ratios = new ArrayList<>();
    for (int pair = 0; pair < warmUp + 3 * pairs && ratios.size() < pairs; pair++) {
      boolean gatewayFirst = pair % 2 == 0;
      Block first = devices.drive(gatewayFirst ? gateway : bare, seconds);
      Block second = devices.drive(gatewayFirst ? bare : gateway, seconds);
      Block ours = gatewayFirst ? first : second;
      Block theirs = gatewayFirst ? second : first;
      double ratio = ours.rate() / theirs.rate();
      boolean counts = pair >= warmUp && ours.counts() && theirs.counts();
      if (counts) {
        ratios.add(ratio);
      }
      String why = counts ? "" : pair < warmUp ? "  warm-up" : "  not counted";
      System.out.printf(Locale.ROOT, "%4d %s %s  %.3f%s%n", pair + 1, ours, theirs, ratio, why);
    }
    return ratios;
  }

  private int judge(List<Double> ratios) throws IOException {
    System.out.println(Machine.describe());
    if (ratios.size() < pairs) {
      System.err.printf(
          "Only %d of %d pairs count: the server's core must be at least 95 %% busy with it, and"
              + " the client's under 90 %%.%n",
          ratios.size(), pairs);
      return BUSY;
    }
    Pairs all = new Pairs(ratios.stream().mapToDouble(Double::doubleValue).toArray());
    Pairs.Interval interval = all.interval();
    System.out.printf(
        Locale.ROOT,
        "ratio %.2f (%d pairs of %d s from %.3f to %.3f; 95 %% interval of the median %.3f to"
            + " %.3f)%n",
        all.median(),
        all.count(),
        2 * seconds,
        all.least(),
        all.most(),
        interval.low(),
        interval.high());
    return all.median() >= atLeast ? 0 : 1;
  }

  /** All threads of this process; the servers say for themselves where they run. */
  private static void moveToClientCore() throws Exception {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw new IllegalStateException("this takes two cores: one for the server, one for devices");
    }
    String self = Long.toString(ProcessHandle.current().pid());
    int exit =
        new ProcessBuilder("taskset", "-a", "-c", "-p", Integer.toString(CLIENT_CORE), self)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IllegalStateException("taskset cannot move this process to core " + CLIENT_CORE);
    }
  }
}
