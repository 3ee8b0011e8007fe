package io.edgemint.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which connections come in at all: a handler of the listening channel, where nothing of a
 * connection exists yet but its socket. What is over a limit is closed there, before TLS costs
 * anything; what comes in is handed on as a {@link GatedConnection}.
 *
 * <p>One accepting thread goes through it; the counts are safe on all threads.
 */
@Sharable
public final class Gate extends ChannelInboundHandlerAdapter {
  private final ConnectionLimits limits;
  private final boolean tls;
  private final Predicate<InetAddress> proxies;
  private final boolean proxiesOnly;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
  private final Counter overTotal;
  private final Counter overAddress;
  private final Counter notListed;
  private final Counter slow;
  private final Counter old;
  private volatile boolean leaving;

  /**
   * Lets in nobody by itself: put it on the listening channel.
   *
   * @param tls whether each connection begins with a TLS handshake
   * @param proxies whether an address is that of a listed proxy, which speaks for many clients
   * @param proxiesOnly whether nobody else may connect, for the first bytes of a connection are
   *     believed (PROXY protocol)
   */
  public Gate(
      ConnectionLimits limits,
      boolean tls,
      Predicate<InetAddress> proxies,
      boolean proxiesOnly,
      MeterRegistry meters) {
    this.limits = limits;
    this.tls = tls;
    this.proxies = proxies;
    this.proxiesOnly = proxiesOnly;
    this.overTotal = closed(meters, "connections");
    this.overAddress = closed(meters, "connections_per_address");
    this.notListed = closed(meters, "not_a_proxy");
    this.slow = closed(meters, "request_timeout");
    this.old = closed(meters, "connection_age");
    meters.gauge("gateway.connections", open);
  }

  private static Counter closed(MeterRegistry meters, String reason) {
    return Counter.builder("gateway.connections.closed")
        .description("Connections that were closed on the client, by the limit that they met")
        .tag("reason", reason)
        .register(meters);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    Channel child = (Channel) accepted;
    if (!(child.remoteAddress() instanceof InetSocketAddress peer)) {
      child.unsafe().closeForcibly(); // Gone already.
      return;
    }
    InetAddress address = peer.getAddress();
    boolean proxy = proxies.test(address);
    Counter refused = proxiesOnly && !proxy ? notListed : admit(child, proxy ? null : address);
    if (refused != null) {
      refused.increment();
      child.unsafe().closeForcibly();
      return;
    }
    child.pipeline().addLast(connection());
    context.fireChannelRead(child);
  }

  private GatedConnection connection() {
    long firstRequest =
        limits.requestTimeout().toNanos() + (tls ? limits.handshakeTimeout().toNanos() : 0);
    // Spread, so that devices that came together do not come back together.
    long age = (long) (limits.age().toNanos() * ThreadLocalRandom.current().nextDouble(0.9, 1.1));
    return new GatedConnection(this, firstRequest, limits, age);
  }

  /** Counts a connection, or gives the counter of the limit that it meets. */
  private @Nullable Counter admit(Channel child, @Nullable InetAddress address) {
    if (open.incrementAndGet() > limits.total()) {
      open.decrementAndGet();
      return overTotal;
    }
    InetAddress client = address == null ? null : Client.of(address);
    if (client != null && byAddress.merge(client, 1, Integer::sum) > limits.perAddress()) {
      release(client);
      return overAddress;
    }
    child.closeFuture().addListener(closed -> release(client));
    return null;
  }

  private void release(@Nullable InetAddress client) {
    open.decrementAndGet();
    if (client != null) {
      byAddress.computeIfPresent(client, (address, count) -> count == 1 ? null : count - 1);
    }
  }

  /** From now on every connection ends with the request that it is served next. */
  public void leave() {
    leaving = true;
  }

  boolean isLeaving() {
    return leaving;
  }

  void closedAsSlow() {
    slow.increment();
  }

  void closedAsOld() {
    old.increment();
  }
}
