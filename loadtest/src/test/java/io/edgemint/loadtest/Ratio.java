package io.edgemint.loadtest;

import io.edgemint.loadtest.Site.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures warm links of the gateway against a bare Vert.x server that answers the same bytes, each
 * on one core with one event loop, in turn: what our own code costs, less what it saves by writing
 * an answer as one buffer.
 */
@Command(
    name = "ratio",
    sortOptions = false,
    description = "Measures the gateway on one core against a bare Vert.x server.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:at least that fast",
      "1:slower, or an error",
      "2:the arguments are wrong",
      "3:too few pairs count"
    })
final class Ratio implements Callable<Integer> {
  /** One event loop, on which nobody is refused. */
  static final List<String> EDGE =
      List.of("event_loops: 1", "limits: {requests_per_connection: 100000000, connection_age: 1h}");

  static final List<String> TRAFFIC = List.of("org_requests: none", "org_signatures: none");

  @Mixin private final Alternation alternation = new Alternation();

  @Option(names = "--devices", description = "devices in rotation", defaultValue = "20000")
  private int devices;

  private Ratio() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Ratio()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Cores.moveClient();
    var site = new Site(Storage.P256, false, EDGE, TRAFFIC);
    List<String> tokens = site.tokens("device", devices);
    Path recorded = site.folder().resolve("answer");
    try (Child gateway = Child.single(GatewayServer.class, site.settings().toString())) {
      byte[] answer = answer(gateway, tokens.getFirst());
      Files.write(recorded, answer);
      try (Child bare = Child.single(BareServer.class, recorded.toString())) {
        if (!Arrays.equals(answer, answer(bare, tokens.getFirst()))) {
          throw new IllegalStateException("the bare server does not answer the gateway's bytes");
        }
        Requests requests = Requests.circular(Site.PATH, tokens);
        var loop = new ClosedLoop(answer);
        loop.introduce(gateway, requests);
        return alternation.judge(
            "warm",
            "gateway",
            seconds -> loop.drive(gateway, requests, seconds),
            "bare Vert.x",
            seconds -> loop.drive(bare, requests, seconds),
            gateway,
            bare);
      }
    }
  }

  private static byte[] answer(Child server, String token) throws Exception {
    try (var connection = new KeepAlive(server.port(), Site.PATH, token)) {
      return connection.record();
    }
  }
}
