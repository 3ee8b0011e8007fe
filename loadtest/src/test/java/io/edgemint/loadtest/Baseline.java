package io.edgemint.loadtest;

import io.edgemint.loadtest.Site.Storage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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
    exitCodeListHeading = "Exit codes: ",
    exitCodeList = {"0:the gateway is the faster one", "1:it is not, or an error"})
final class Baseline implements Callable<Integer> {
  private static final int DEVICES = 1000;
  private static final int CONNECTIONS = 32;

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
    var site =
        new Site(
            storage,
            false,
            List.of(
                "event_loops: 1",
                "limits: {requests_per_connection: 100000000, connection_age: 1h}"),
            List.of("org_requests: none", "org_signatures: none"));
    try (Child gateway =
            Child.pinned(Cores.SERVER, GatewayServer.class, site.settings().toString());
        Child plain =
            Child.pinned(
                Cores.SERVER, BaselineServer.class, site.folder().toString(), storage.name())) {
      List<byte[]> fleet = requests(site, "device", DEVICES);
      List<Double> known = new ArrayList<>();
      List<Double> unknown = new ArrayList<>();
      for (int pair = 0; pair < warmUp + pairs; pair++) {
        String name = storage + (pair < warmUp ? ", warm-up" : "");
        double warm = pair(name + ", known tokens", pair, gateway, plain, fleet, Long.MAX_VALUE);
        List<byte[]> fresh = requests(site, "new-" + pair, newTokens);
        double cold = pair(name + ", new tokens", pair, gateway, plain, fresh, fresh.size());
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
    var pairs = new Pairs(ratios.stream().mapToDouble(Double::doubleValue).toArray());
    figures.judged(
        what,
        String.format(Locale.ROOT, "%.1f times", pairs.median()),
        Figures.spread(pairs),
        "more than 1",
        pairs.interval().low() > 1);
  }

  private double pair(
      String what, int pair, Child gateway, Child plain, List<byte[]> requests, long most)
      throws IOException {
    boolean gatewayFirst = pair % 2 == 0;
    double first = rate(gatewayFirst ? gateway : plain, requests, most);
    double second = rate(gatewayFirst ? plain : gateway, requests, most);
    double ours = gatewayFirst ? first : second;
    double theirs = gatewayFirst ? second : first;
    System.out.printf(
        Locale.ROOT,
        "%s: gateway %.0f/s, plain %.0f/s, %.1f times%n",
        what,
        ours,
        theirs,
        ours / theirs);
    return ours / theirs;
  }

  /** Answers per second; connections are taken in turn, with a request under way on each. */
  private double rate(Child server, List<byte[]> requests, long most) throws IOException {
    List<Line> lines = new ArrayList<>();
    try {
      int next = 0;
      for (int i = 0; i < CONNECTIONS; i++) {
        lines.add(new Line(server.port()));
        lines.getLast().send(requests.get(next++));
      }
      long begun = System.nanoTime();
      long end = begun + TimeUnit.SECONDS.toNanos(seconds);
      long answers = 0;
      while (System.nanoTime() < end && next + CONNECTIONS <= most) {
        for (Line line : lines) {
          line.receive();
          line.send(requests.get(next++ % requests.size()));
        }
        answers += CONNECTIONS;
      }
      return answers * 1e9 / (System.nanoTime() - begun);
    } finally {
      for (Line line : lines) {
        line.close();
      }
    }
  }

  private static List<byte[]> requests(Site site, String subject, int devices) {
    return site.tokens(subject, devices).stream()
        .map(token -> KeepAlive.request(Site.PATH, token))
        .toList();
  }

  /** A connection whose request and answer are two steps; answers may differ in length. */
  private static final class Line implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer answer = ByteBuffer.allocate(8192);

    Line(int port) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    void send(byte[] request) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(request);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    void receive() throws IOException {
      answer.clear();
      int whole = Integer.MAX_VALUE;
      while (answer.position() < whole) {
        if (channel.read(answer) < 0) {
          throw new IOException("the server hung up");
        }
        if (whole == Integer.MAX_VALUE) {
          whole = TlsDevice.length(answer.array(), answer.position());
        }
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
