package io.edgemint.loadtest;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.Org;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures one gateway against itself: many organisations and objects in rotation, whose links have
 * all been made before, and one device that asks for one object. What lies between is what the
 * memory of a machine costs; and with a clock that runs, that each link is signed again once a
 * minute, and each storage asked, which is not there.
 */
@Command(
    name = "many-links",
    sortOptions = false,
    description = "Measures many organisations and objects against one of each.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:at least that fast",
      "1:slower, or an error",
      "2:the arguments are wrong",
      "3:too few pairs count"
    })
final class ManyLinks implements Callable<Integer> {
  private static final String SETTINGS =
      """
      traffic:
        {device_requests: none, device_signatures: none, org_requests: none, org_signatures: none}
      caches: {tokens: 64MiB, links: 128MiB, answers: 320MiB}
      checks: {revalidate: 30d}
      """;

  @Mixin private final Alternation alternation = new Alternation();

  @Option(names = "--orgs", description = "organisations, one device each", defaultValue = "10000")
  private int orgs;

  @Option(names = "--objects", description = "objects of all of them", defaultValue = "100000")
  private int objects;

  @Option(
      names = "--running-clock",
      description = "lets time pass for the gateway: links are signed again and facts asked for")
  private boolean runningClock;

  private ManyLinks() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new ManyLinks()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Cores.moveClient();
    Platform platform = Platform.create(SETTINGS);
    List<Org> records =
        IntStream.range(0, orgs)
            .mapToObj(
                i ->
                    i % 2 == 0
                        ? platform.cloudFront("org-" + i, Platform.key(KeyAlgorithm.ECDSA_P256))
                        : platform.keyPair("org-" + i))
            .toList();
    List<String> tokens =
        platform.write(records, IntStream.range(0, orgs).mapToObj(i -> "org-" + i).toList());
    List<String> paths =
        IntStream.range(0, objects).mapToObj(i -> "/v1/links/fw/" + i / orgs + ".bin").toList();
    List<String> arguments = new ArrayList<>(List.of(platform.settings().toString()));
    if (!runningClock) {
      arguments.add(GatewayServer.STOPPED_CLOCK);
    }
    try (Child gateway =
        Child.single(2048, GatewayServer.class, arguments.toArray(String[]::new))) {
      Requests many = Requests.circular(paths, tokens);
      Requests one = Requests.circular(paths.getFirst(), tokens.subList(0, 1));
      ClosedLoop loop = ClosedLoop.of(gateway, one);
      loop.introduce(gateway, many);
      return alternation.judge(
          "many-links",
          "many",
          seconds -> loop.drive(gateway, many, seconds),
          "one",
          seconds -> loop.drive(gateway, one, seconds),
          gateway);
    }
  }
}
