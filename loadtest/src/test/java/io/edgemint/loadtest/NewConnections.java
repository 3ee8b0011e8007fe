package io.edgemint.loadtest;

import io.edgemint.loadtest.Cores.Idle;
import io.edgemint.loadtest.Site.Storage;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures requests that each come over a TLS 1.3 connection of their own: the gateway against
 * nginx with one worker, the same certificate and the same answer. Both run on core 0 and are
 * driven in turn (ABBA) from core 1, by {@link TlsDevice}.
 */
@Command(
    name = "tls",
    sortOptions = false,
    description = "Measures new TLS 1.3 connections against nginx.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:at least that fast",
      "1:slower, or an error",
      "2:the arguments are wrong",
      "3:too few pairs count"
    })
final class NewConnections implements Callable<Integer> {
  private static final int CONNECTIONS = 32;
  private static final int BUSY = 3;

  @Option(names = "--at-least", description = "the ratio that is asked for", defaultValue = "1.0")
  private double atLeast;

  @Option(names = "--pairs", description = "pairs that must count", defaultValue = "12")
  private int pairs;

  @Option(names = "--warm-up", description = "first pairs not to count", defaultValue = "4")
  private int warmUp;

  @Option(names = "--seconds", description = "length of a block", defaultValue = "4")
  private int seconds;

  private int connections;

  private NewConnections() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new NewConnections()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Cores.moveClient();
    var site = new Site(Storage.P256, true, List.of("event_loops: 1"), List.of());
    byte[] request = KeepAlive.request(Site.PATH, site.tokens("device", 1).getFirst());
    List<TlsDevice> devices = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      devices.add(new TlsDevice());
    }
    try (Child gateway = Child.single(GatewayServer.class, site.settings().toString())) {
      TlsDevice first = devices.getFirst();
      first.hello(address(), gateway.port());
      first.finish(request);
      Answer answer = Answer.parse(first.answer());
      first.close();
      try (TlsNginx nginx = TlsNginx.start(site.folder(), answer)) {
        return drive(
            devices,
            request,
            new Server(gateway.port(), gateway.process()),
            new Server(nginx.port(), nginx.process()));
      }
    }
  }

  private record Server(int port, ProcessHandle process) {}

  /** What one block showed. */
  private record Block(double rate, double serverBusy, double clientBusy, double micros) {
    boolean counts() {
      return serverBusy >= 0.95 && clientBusy < 0.90;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%7.0f/s %3.0f %% %3.0f %% %4.0f us",
          rate,
          100 * serverBusy,
          100 * clientBusy,
          micros);
    }
  }

  private int drive(List<TlsDevice> devices, byte[] request, Server gateway, Server nginx)
      throws Exception {
    System.out.println(
        "Connections per second; the server's and the client's share of their cores;"
            + " CPU time of the server for each connection");
    System.out.printf("%4s %29s %29s%n", "", "gateway", "nginx");
    List<Double> ratios = new ArrayList<>();
    List<Double> byCpu = new ArrayList<>();
    List<Block> oursCounted = new ArrayList<>();
    for (int pair = 0; pair < warmUp + 3 * pairs && ratios.size() < pairs; pair++) {
      if (pair == warmUp) {
        Cores.moveServers(List.of(gateway.process()));
      }
      boolean gatewayFirst = pair % 2 == 0;
      Block first = block(devices, request, gatewayFirst ? gateway : nginx);
      Block second = block(devices, request, gatewayFirst ? nginx : gateway);
      Block ours = gatewayFirst ? first : second;
      Block theirs = gatewayFirst ? second : first;
      double ratio = ours.rate() / theirs.rate();
      boolean counts = pair >= warmUp && ours.counts() && theirs.counts();
      if (counts) {
        ratios.add(ratio);
        byCpu.add(theirs.micros() / ours.micros());
        oursCounted.add(ours);
      }
      String why = counts ? "" : pair < warmUp ? "  warm-up" : "  not counted";
      System.out.printf(Locale.ROOT, "%4d %s %s  %.3f%s%n", pair + 1, ours, theirs, ratio, why);
    }
    if (ratios.size() < pairs) {
      System.out.println(Machine.describe());
      System.err.printf(
          "Only %d of %d pairs count: the server's core must be at least 95 %% busy, and the"
              + " client's under 90 %%.%n",
          ratios.size(), pairs);
      return BUSY;
    }
    return judge(ratios, byCpu, oursCounted);
  }

  private int judge(List<Double> ratios, List<Double> byCpu, List<Block> ours) throws IOException {
    var figures =
        new Figures("A new TLS 1.3 connection for each request, the gateway against nginx");
    Pairs rates = new Pairs(ratios);
    figures.judged(
        "connections per second, ratio",
        "%.2f".formatted(rates.median()),
        Figures.spread(rates),
        "at least %.2f".formatted(atLeast),
        rates.interval().low() >= atLeast);
    Pairs times = new Pairs(byCpu);
    figures.told(
        "CPU time of the server, ratio", "%.2f".formatted(times.median()), Figures.spread(times));
    figures.told(
        "the gateway's connections per second",
        "%.0f".formatted(ours.stream().mapToDouble(Block::rate).average().orElse(Double.NaN)),
        "");
    return figures.print();
  }

  /** Takes the connections in turn, one step at a time. */
  private Block block(List<TlsDevice> devices, byte[] request, Server server)
      throws IOException, GeneralSecurityException {
    for (TlsDevice device : devices) {
      device.hello(address(), server.port());
    }
    for (TlsDevice device : devices.subList(0, devices.size() / 2)) {
      device.finish(request);
    }
    Idle idle = Cores.idle();
    Cpu before = Cpu.now(server.process());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    int answers = 0;
    while (System.nanoTime() < end) {
      for (int i = 0; i < devices.size(); i++) {
        TlsDevice device = devices.get(i);
        var _ = device.answer();
        device.hello(address(), server.port());
        // Half of the connections are within their handshake, and half await their answer.
        devices.get((i + devices.size() / 2) % devices.size()).finish(request);
        answers++;
      }
    }
    Cpu used = Cpu.now(server.process()).minus(before);
    Idle after = Cores.idle();
    for (TlsDevice device : devices) {
      device.close();
    }
    return new Block(
        answers / used.wall(),
        after.serverBusy(idle, used.wall()),
        after.clientBusy(idle, used.wall()),
        1e6 * used.server() / answers);
  }

  /** The next of many addresses of loopback, so that ports which wait for late segments suffice. */
  private InetAddress address() throws IOException {
    int next = connections++ % 60_000;
    return InetAddress.getByAddress(
        new byte[] {127, 2, (byte) (next / 250), (byte) (1 + next % 250)});
  }
}
