package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.app.Gateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whoever holds connections open with next to nothing, or opens too many, harms nobody else. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "other loopbacks have one address")
@Timeout(120)
class SlowClientsIT {
  private static final int ADDRESSES = 40;
  private static final byte[] HEAD =
      ("GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(1000))
          .getBytes(StandardCharsets.US_ASCII);

  /** The beginning of a TLS handshake of 512 bytes. */
  private static final byte[] HANDSHAKE = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};

  @TempDir Path folder;

  /** Sends a byte a second of a request that does not end. */
  private static final class SlowClient {
    private final SocketChannel channel;
    private final ByteBuffer rest;

    SlowClient(int port, int number, byte[] atOnce, byte[] slowly) {
      try {
        InetAddress from = InetAddress.ofLiteral("127.0.0." + (2 + number % ADDRESSES));
        channel = SocketChannel.open().bind(new InetSocketAddress(from, 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(atOnce));
        channel.configureBlocking(false);
        rest = ByteBuffer.wrap(slowly);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Sends the next byte if there is one; hangs up, too, once the gateway has. */
    boolean drips() {
      try {
        if (channel.read(ByteBuffer.allocate(1)) == 0) {
          if (rest.hasRemaining()) {
            channel.write(rest.slice(rest.position(), 1));
            rest.position(rest.position() + 1);
          }
          return true;
        }
      } catch (IOException reset) {
        // Hung up in the middle of it.
      }
      close();
      return false;
    }

    private void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void dripUntilAllAreClosed(int count, IntFunction<SlowClient> connect)
      throws InterruptedException {
    List<SlowClient> slow = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      slow.add(connect.apply(i));
    }
    while (!slow.isEmpty()) {
      slow.removeIf(client -> !client.drips());
      Thread.sleep(1000);
    }
  }

  private static void addGoodDevices(SteadyTraffic good, int port, String token) {
    for (int i = 0; i < 4; i++) {
      good.with(() -> new RawClient(port), Duration.ofMillis(20), token);
    }
  }

  @Test
  void slowRequests_thousandsBesideGoodOnes_areClosedAndNoGoodOneFails() throws Exception {
    Site site = new Site(folder, "limits: {request_timeout: 3s}");
    String token = site.token();
    byte[] post =
        ("POST /v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nAuthorization: Bearer "
                + token
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    try (Gateway gateway = site.start();
        SteadyTraffic good = new SteadyTraffic()) {
      int port = gateway.edgePort();
      addGoodDevices(good, port, token);
      good.awaitMore(10);
      dripUntilAllAreClosed(
          5000,
          i ->
              switch (i % 3) {
                case 0 -> new SlowClient(port, i, new byte[0], HEAD);
                case 1 -> new SlowClient(port, i, post, new byte[1000]);
                default -> new SlowClient(port, i, post, new byte[0]);
              });
      good.awaitMore(10);
      assertThat(good.end()).isEmpty();
      Operator operator = new Operator(gateway.adminPort());
      assertThat(operator.metric("gateway_connections_closed_total{reason=\"request_timeout\"}"))
          .isEqualTo(5000);
      Patience.until(() -> operator.metric("gateway_connections") == 0);
    }
  }

  @Test
  void refusedBodies_thatNeverCome_endTheirConnections() {
    Site site = new Site(folder, "limits: {request_timeout: 1s}");
    try (Gateway gateway = site.start()) {
      for (String method : List.of("POST", "PUT")) {
        try (RawClient client = new RawClient(gateway.edgePort())) {
          client.write(method + " /v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n");
          assertThat(client.read().status()).isEqualTo(method.equals("POST") ? 401 : 405);
          assertThat(client.isClosedByTheServer()).isTrue();
        }
      }
      Operator operator = new Operator(gateway.adminPort());
      assertThat(operator.metric("gateway_connections_closed_total{reason=\"request_timeout\"}"))
          .isEqualTo(2);
    }
  }

  @Test
  void refusedBodies_thatCome_leaveTheConnectionToTheNext() {
    Site site = new Site(folder, "limits: {request_timeout: 1s}");
    try (Gateway gateway = site.start();
        RawClient client = new RawClient(gateway.edgePort())) {
      client.write("POST /v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(401);
      client.write("abc");
      assertThat(client.get("/v1/links/fw/app.bin", site.token()).status()).isEqualTo(200);
    }
  }

  @Test
  void slowHandshakes_besideGoodRequests_areClosedAndNoGoodOneFails() throws Exception {
    Site site = Site.withTls(folder, "limits: {request_timeout: 1s, handshake_timeout: 2s}");
    try (Gateway gateway = site.start();
        SteadyTraffic good = new SteadyTraffic()) {
      int port = gateway.edgePort();
      good.with(() -> TlsClient.http1(port, "a.test"), Duration.ofMillis(20), site.token());
      good.awaitMore(10);
      dripUntilAllAreClosed(500, i -> new SlowClient(port, i, HANDSHAKE, new byte[1000]));
      good.awaitMore(10);
      assertThat(good.end()).isEmpty();
    }
  }

  @Test
  void connections_overTheCapOfTheirAddress_areClosedBeforeTls() throws Exception {
    Site site = Site.withTls(folder, "limits: {connections_per_address: 10}");
    List<RawClient> clients = new ArrayList<>();
    try (Gateway gateway = site.start()) {
      int port = gateway.edgePort();
      for (int i = 0; i < 30; i++) {
        clients.add(new RawClient(RawClient.connect("127.0.0.2", port)));
      }
      for (RawClient over : clients.subList(10, 30)) {
        assertThat(over.isClosedByTheServer()).isTrue();
      }
      for (RawClient within : clients.subList(0, 10)) {
        try (RawClient secure = TlsClient.over(within, "a.test")) {
          assertThat(secure.get("/v1/links/fw/a", site.token()).status()).isEqualTo(200);
        }
      }
      try (RawClient other = TlsClient.http1(port, "a.test")) {
        assertThat(other.get("/v1/links/fw/a", site.token()).status()).isEqualTo(200);
      }
      assertThat(
              new Operator(gateway.adminPort())
                  .metric("gateway_connections_closed_total{reason=\"connections_per_address\"}"))
          .isEqualTo(20);
    } finally {
      clients.forEach(RawClient::close);
    }
  }
}
