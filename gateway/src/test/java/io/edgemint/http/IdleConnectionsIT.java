package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.edgemint.Patience;
import io.edgemint.app.Gateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Fleets keep their connections open between requests; that costs little, and ends in time. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere there is no /proc")
@Timeout(180)
class IdleConnectionsIT {
  private static final int ADDRESSES = 100;
  private static final long MOST_BYTES_EACH = 12 * 1024;

  @TempDir Path folder;

  /** A connection that was served one request, and says nothing more. */
  private static final class IdleClient {
    private final SocketChannel channel;

    IdleClient(int port, int number, byte[] request) {
      try {
        InetAddress from = InetAddress.ofLiteral("127.0.0." + (2 + number % ADDRESSES));
        channel = SocketChannel.open().bind(new InetSocketAddress(from, 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(request));
        ByteBuffer answer = ByteBuffer.allocate(4096);
        channel.read(answer);
        String status = new String(answer.array(), 0, 15, StandardCharsets.US_ASCII);
        assertThat(status).isEqualTo("HTTP/1.1 200 OK");
        channel.configureBlocking(false);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean isOpen() {
      try {
        return channel.read(ByteBuffer.allocate(4096)) >= 0;
      } catch (IOException e) {
        return false;
      }
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static byte[] request(String token) {
    return RawClient.request("/v1/links/fw/a", token).getBytes(StandardCharsets.US_ASCII);
  }

  /** 20,000, or what the descriptors of this process and of the gateway's leave room for. */
  private static int many() {
    long descriptors =
        ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getMaxFileDescriptorCount();
    return (int) Math.min(20_000, descriptors - 1000);
  }

  @Test
  void idleConnections_twentyThousand_stayOpenAndCostLittle() throws Exception {
    int many = many();
    Site site =
        new Site(
            folder,
            "limits: {connections: 30000, connections_per_address: 1000, idle_timeout: 10m}");
    List<IdleClient> idle = new ArrayList<>();
    // With little room for garbage, which would be taken for connections.
    try (GatewayProcess gateway = GatewayProcess.start(site, "-XX:+UseSerialGC", "-Xmn16m");
        SteadyTraffic good = new SteadyTraffic()) {
      int port = gateway.edgePort();
      good.with(() -> new RawClient(port), Duration.ofMillis(10), site.token());
      byte[] request = request(site.token());
      for (int i = 0; i < 1000; i++) {
        idle.add(new IdleClient(port, i, request));
      }
      long before = gateway.residentBytes();
      for (int i = 1000; i < many; i++) {
        idle.add(new IdleClient(port, i, request));
      }
      long each = (gateway.residentBytes() - before) / (many - 1000);
      System.out.printf("%d idle connections of %d bytes each%n", many, each);
      good.awaitMore(100);
      assertThat(idle).allMatch(IdleClient::isOpen);
      assertThat(good.end()).isEmpty();
      assertThat(each).isLessThan(MOST_BYTES_EACH);
    } finally {
      idle.forEach(IdleClient::close);
    }
  }

  @Test
  void idleConnections_pastTheirTime_areClosed() throws Exception {
    Site site = new Site(folder, "limits: {idle_timeout: 1s}");
    List<IdleClient> idle = new ArrayList<>();
    try (Gateway gateway = site.start()) {
      for (int i = 0; i < 100; i++) {
        idle.add(new IdleClient(gateway.edgePort(), i, request(site.token())));
      }
      Patience.until(() -> idle.stream().noneMatch(IdleClient::isOpen));
      Operator operator = new Operator(gateway.adminPort());
      Patience.until(() -> operator.metric("gateway_connections") == 0);
    } finally {
      idle.forEach(IdleClient::close);
    }
  }
}
