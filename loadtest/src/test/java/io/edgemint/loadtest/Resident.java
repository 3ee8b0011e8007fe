package io.edgemint.loadtest;

import com.sun.management.UnixOperatingSystemMXBean;
import io.edgemint.loadtest.Site.Storage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Measures how much memory a gateway, as its launcher starts it, keeps resident for tokens that it
 * remembers and connections that stay silent; clear, where there is a limit, and with TLS. Each
 * connection has asked before, and its client has an address that it shares with 99 others.
 */
@Command(
    name = "idle",
    sortOptions = false,
    description = "Measures the memory of remembered tokens and idle connections.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:no more than asked", "1:more, or an error"})
final class Resident implements Callable<Integer> {
  private static final int PER_ADDRESS = 100;

  /** Jars, libraries and the registry; what this process opens to look at the other. */
  private static final int OTHER_DESCRIPTORS = 1_500;

  private static final long SETTLE_MILLIS = 5_000;

  @Parameters(paramLabel = "LAUNCHER", description = "gateway/target/edgemint")
  private Path launcher = Path.of("edgemint");

  @Option(names = "--at-most", description = "megabytes that are asked for", defaultValue = "512")
  private int atMost;

  @Option(names = "--tokens", description = "how many", defaultValue = "100000")
  private int tokens;

  @Option(names = "--connections", description = "how many", defaultValue = "20000")
  private int connections;

  private Resident() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Resident()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    var figures =
        new Figures("%,d tokens remembered, %,d connections idle".formatted(tokens, connections));
    measure(false, figures);
    measure(true, figures);
    return figures.print();
  }

  private void measure(boolean tls, Figures figures) throws Exception {
    int held = (int) Math.min(connections, descriptors() - OTHER_DESCRIPTORS);
    var site =
        new Site(
            Storage.P256,
            tls,
            List.of(
                "limits: {connections: %d, requests_per_connection: 100000000, idle_timeout: 1h}"
                    .formatted(connections)),
            List.of("org_requests: none"),
            "192MiB");
    List<byte[]> requests =
        site.tokens("device", tokens).stream()
            .map(token -> KeepAlive.request(Site.PATH, token))
            .toList();
    String how = tls ? "TLS 1.3: " : "clear: ";
    List<SocketChannel> open = new ArrayList<>(held);
    try (Launched gateway = Launched.start(launcher, site.settings())) {
      double fresh = megabytes(gateway, "VmRSS");
      askAll(gateway.port(), tls, requests);
      double withTokens = megabytes(gateway, "VmRSS");
      for (int i = 0; i < held; i++) {
        open.add(connect(gateway.port(), tls, address(i), requests.get(i % tokens)).channel());
      }
      Thread.sleep(SETTLE_MILLIS);
      double both = megabytes(gateway, "VmRSS");
      double missing = (both - withTokens) / held * (connections - held);
      figures.judged(
          how + "resident",
          megabytes(both + missing),
          String.format(
              Locale.ROOT,
              "after the start %s, with the tokens %s, with %,d connections %s; at most ever %s%s",
              megabytes(fresh),
              megabytes(withTokens),
              held,
              megabytes(both),
              megabytes(megabytes(gateway, "VmHWM")),
              held == connections
                  ? ""
                  : String.format(
                      Locale.ROOT,
                      "; a process has %,d descriptors here, so the rest is added in proportion",
                      descriptors())),
          tls ? "-" : "at most %d MB".formatted(atMost),
          tls || both + missing <= atMost);
      long before = remembered(gateway);
      askAll(gateway.port(), tls, requests);
      long again = remembered(gateway) - before;
      figures.judged(
          how + "tokens still remembered",
          Long.toString(again),
          "",
          "at least " + tokens,
          again >= tokens);
    } finally {
      for (SocketChannel each : open) {
        each.close();
      }
    }
  }

  /** Sends all requests over one connection. */
  private static void askAll(int port, boolean tls, List<byte[]> requests) throws Exception {
    try (Connection one = connect(port, tls, address(0), requests.getFirst())) {
      for (byte[] request : requests.subList(1, requests.size())) {
        one.exchange(request);
      }
    }
  }

  private static Connection connect(int port, boolean tls, InetAddress from, byte[] request)
      throws Exception {
    Connection connection = tls ? Connection.tls(from, port) : Connection.clear(from, port);
    connection.exchange(request);
    return connection;
  }

  /** One of many addresses of loopback. */
  private static InetAddress address(int connection) throws IOException {
    int place = connection / PER_ADDRESS;
    return InetAddress.getByAddress(
        new byte[] {127, 3, (byte) (place / 250), (byte) (1 + place % 250)});
  }

  private static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Integer.MAX_VALUE;
  }

  private static double megabytes(Launched gateway, String what) throws IOException {
    Path status = Path.of("/proc", Long.toString(gateway.process().pid()), "status");
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(what + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024 / 1e6;
      }
    }
    throw new IOException(status + " has no " + what);
  }

  private static String megabytes(double megabytes) {
    return String.format(Locale.ROOT, "%.0f MB", megabytes);
  }

  /** How many requests came with a token that was known, as the gateway counts them. */
  private static long remembered(Launched gateway) throws Exception {
    URI metrics = URI.create("http://127.0.0.1:" + gateway.adminPort() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      String page =
          client
              .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      return page.lines()
          .filter(line -> line.startsWith("gateway_auth") && line.contains("\"remembered\""))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    }
  }

  /** A connection on which one request follows the answer to the one before. */
  private sealed interface Connection extends AutoCloseable {
    void exchange(byte[] request) throws Exception;

    SocketChannel channel();

    @Override
    default void close() throws IOException {
      channel().close();
    }

    static Connection clear(InetAddress from, int port) throws IOException {
      SocketChannel channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.bind(new InetSocketAddress(from, 0));
      channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return new Clear(channel);
    }

    static Connection tls(InetAddress from, int port) throws IOException {
      var device = new TlsDevice();
      device.hello(from, port);
      return new Tls(device);
    }
  }

  private record Clear(SocketChannel channel) implements Connection {
    @Override
    public void exchange(byte[] request) throws IOException {
      channel.write(ByteBuffer.wrap(request));
      ByteBuffer answer = ByteBuffer.allocate(8192);
      int whole = Integer.MAX_VALUE;
      while (answer.position() < whole) {
        if (channel.read(answer) < 0) {
          throw new IOException("the gateway hung up");
        }
        if (whole == Integer.MAX_VALUE) {
          whole = TlsDevice.length(answer.array(), answer.position());
        }
      }
    }
  }

  private static final class Tls implements Connection {
    private final TlsDevice device;
    private boolean begun;

    Tls(TlsDevice device) {
      this.device = device;
    }

    @Override
    public void exchange(byte[] request) throws IOException, GeneralSecurityException {
      if (begun) {
        device.ask(request);
      } else {
        device.finish(request);
      }
      begun = true;
      var _ = device.answer();
    }

    @Override
    public SocketChannel channel() {
      return device.connection();
    }
  }
}
