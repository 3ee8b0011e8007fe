package io.edgemint.traffic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final ConnectionLimits LIMITS =
      new ConnectionLimits(
          3,
          2,
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          4,
          Duration.ofMinutes(10));
  private static final InetAddress PROXY = InetAddress.ofLiteral("10.0.0.1");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Gate gate = gate(LIMITS, false, false);
  private final List<Channel> admitted = new ArrayList<>();

  private Gate gate(ConnectionLimits limits, boolean tls, boolean proxiesOnly) {
    Predicate<InetAddress> proxies = PROXY::equals;
    return new Gate(limits, tls, proxies, proxiesOnly, meters);
  }

  /** A connection of a client, as a listening channel brings it. */
  private static final class Client extends EmbeddedChannel {
    private final String address;

    Client(String address) {
      super(false, false);
      this.address = address;
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress(InetAddress.ofLiteral(address), 40_000);
    }

    @Override
    public boolean isActive() {
      return isOpen();
    }
  }

  private Client connect(Gate through, String address) {
    Client client = new Client(address);
    EmbeddedChannel listening =
        new EmbeddedChannel(
            through,
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object child) {
                admitted.add((Channel) child);
              }
            });
    listening.writeInbound(client);
    if (admitted.contains(client)) {
      try {
        client.register();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return client;
  }

  private static GatedConnection gated(Channel client) {
    return requireNonNull(GatedConnection.of(client));
  }

  private double closed(String reason) {
    return meters.counter("gateway.connections.closed", "reason", reason).count();
  }

  private static void pass(EmbeddedChannel client, Duration time) {
    client.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    client.runScheduledPendingTasks();
  }

  private static void send(EmbeddedChannel client) {
    client.writeInbound(Unpooled.wrappedBuffer(new byte[] {'G'}));
  }

  @Test
  void connection_overTheTotal_isClosedUnseenUntilOneGoes() {
    Client first = connect(gate, "192.0.2.1");
    connect(gate, "192.0.2.2");
    connect(gate, "192.0.2.3");
    Client fourth = connect(gate, "192.0.2.4");
    assertThat(fourth.isOpen()).isFalse();
    assertThat(admitted).doesNotContain(fourth).hasSize(3);
    assertThat(closed("connections")).isEqualTo(1);
    assertThat(meters.get("gateway.connections").gauge().value()).isEqualTo(3);
    var _ = first.close();
    assertThat(connect(gate, "192.0.2.4").isOpen()).isTrue();
  }

  @Test
  void connection_overThatOfItsAddress_isClosedUnseenUntilOneGoes() {
    Client first = connect(gate, "192.0.2.1");
    connect(gate, "192.0.2.1");
    assertThat(connect(gate, "192.0.2.1").isOpen()).isFalse();
    assertThat(closed("connections_per_address")).isEqualTo(1);
    assertThat(meters.get("gateway.connections").gauge().value()).isEqualTo(2);
    var _ = first.close();
    assertThat(connect(gate, "192.0.2.1").isOpen()).isTrue();
  }

  @Test
  void connection_ipv6_countsForItsNetwork() {
    connect(gate, "2001:db8:0:1::1");
    connect(gate, "2001:db8:0:1::2");
    assertThat(connect(gate, "2001:db8:0:1:ffff::3").isOpen()).isFalse();
    assertThat(connect(gate, "2001:db8:0:2::1").isOpen()).isTrue();
  }

  @Test
  void connection_ofAListedProxy_countsInTheTotalOnly() {
    for (int i = 0; i < 3; i++) {
      assertThat(connect(gate, "10.0.0.1").isOpen()).isTrue();
    }
    assertThat(connect(gate, "10.0.0.1").isOpen()).isFalse();
    assertThat(closed("connections")).isEqualTo(1);
  }

  @Test
  void connection_ofAnybodyElseWhereProxyHeadersAreBelieved_isClosedUnseen() {
    Gate believing = gate(LIMITS, false, true);
    assertThat(connect(believing, "192.0.2.1").isOpen()).isFalse();
    assertThat(closed("not_a_proxy")).isEqualTo(1);
    assertThat(connect(believing, "10.0.0.1").isOpen()).isTrue();
  }

  @Test
  void firstRequest_thatDoesNotArrive_endsTheConnection() {
    Client silent = connect(gate, "192.0.2.1");
    pass(silent, Duration.ofMillis(4999));
    send(silent);
    assertThat(silent.isOpen()).isTrue();
    pass(silent, Duration.ofMillis(1));
    assertThat(silent.isOpen()).isFalse();
    assertThat(closed("request_timeout")).isEqualTo(1);
  }

  @Test
  void firstRequest_afterAHandshake_hasTheTimeOfBoth() {
    Client slow = connect(gate(LIMITS, true, false), "192.0.2.1");
    pass(slow, Duration.ofMillis(14_999));
    assertThat(slow.isOpen()).isTrue();
    pass(slow, Duration.ofMillis(1));
    assertThat(slow.isOpen()).isFalse();
  }

  @Test
  void laterRequest_isTimedFromItsFirstByteAndNotByEachOne() {
    Client client = connect(gate, "192.0.2.1");
    GatedConnection connection = gated(client);
    send(client);
    connection.isLast(false);
    pass(client, Duration.ofMinutes(1));
    assertThat(client.isOpen()).isTrue();
    for (int i = 0; i < 5; i++) {
      assertThat(client.isOpen()).isTrue();
      send(client);
      pass(client, Duration.ofSeconds(1));
    }
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void laterRequest_thatArrivesInTime_stopsTheClock() {
    Client client = connect(gate, "192.0.2.1");
    GatedConnection connection = gated(client);
    connection.isLast(false);
    send(client);
    pass(client, Duration.ofMillis(4999));
    connection.isLast(false);
    pass(client, Duration.ofMinutes(1));
    assertThat(client.isOpen()).isTrue();
  }

  @Test
  void body_thatDoesNotBegin_endsTheConnection() {
    Client client = connect(gate, "192.0.2.1");
    gated(client).isLast(false);
    gated(client).expectBody();
    client.pipeline().fireChannelReadComplete();
    pass(client, Duration.ofMillis(4999));
    assertThat(client.isOpen()).isTrue();
    pass(client, Duration.ofMillis(1));
    assertThat(client.isOpen()).isFalse();
    assertThat(closed("request_timeout")).isEqualTo(1);
  }

  @Test
  void body_thatCameWithItsHead_needsNoClock() {
    Client client = connect(gate, "192.0.2.1");
    gated(client).isLast(false);
    gated(client).expectBody();
    gated(client).arrived();
    client.pipeline().fireChannelReadComplete();
    pass(client, Duration.ofMinutes(1));
    assertThat(client.isOpen()).isTrue();
  }

  @Test
  void multiplexedConnection_afterItsFirstRequest_mayKeepItselfAlive() {
    Client client = connect(gate, "192.0.2.1");
    GatedConnection connection = gated(client);
    connection.isLast(true);
    send(client);
    pass(client, Duration.ofMinutes(1));
    assertThat(client.isOpen()).isTrue();
  }

  @Test
  void isLast_atTheMostRequests_isTrue() {
    GatedConnection connection = gated(connect(gate, "192.0.2.1"));
    for (int i = 0; i < 3; i++) {
      assertThat(connection.isLast(false)).isFalse();
    }
    assertThat(connection.isLast(false)).isTrue();
  }

  @Test
  void isLast_atItsAgeGiveOrTakeATenth_isTrue() {
    Client client = connect(gate, "192.0.2.1");
    GatedConnection connection = gated(client);
    assertThat(connection.isLast(false)).isFalse();
    pass(client, Duration.ofMinutes(9).minusMillis(1));
    assertThat(connection.isLast(false)).isFalse();
    pass(client, Duration.ofMinutes(2).plusMillis(1));
    assertThat(connection.isLast(false)).isTrue();
  }

  @Test
  void oldConnection_thatAsksForNothing_isClosed() {
    Client client = connect(gate, "192.0.2.1");
    gated(client).isLast(true);
    pass(client, Duration.ofMinutes(9).minusMillis(1));
    send(client);
    pass(client, Duration.ofMinutes(2).plusMillis(1)); // By now it is old, whatever its tenth.
    pass(client, Duration.ofSeconds(60).minusMillis(1));
    assertThat(client.isOpen()).isTrue();
    pass(client, Duration.ofMillis(1));
    assertThat(client.isOpen()).isFalse();
    assertThat(closed("connection_age")).isEqualTo(1);
  }

  @Test
  void isLast_onceTheGatewayLeaves_isTrue() {
    GatedConnection connection = gated(connect(gate, "192.0.2.1"));
    assertThat(connection.isLast(false)).isFalse();
    gate.leave();
    assertThat(connection.isLast(false)).isTrue();
  }
}
