package io.edgemint.http;

import io.edgemint.traffic.Gate;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * A transport of Vert.x with a {@link Gate} on the edge's listening channels. Vert.x itself has no
 * place before TLS where a connection can be turned away.
 */
public final class GatedTransport implements io.vertx.core.transport.Transport {
  private final io.vertx.core.transport.Transport plain;
  private final WithGate gated;

  private GatedTransport(io.vertx.core.transport.Transport plain, EdgeSettings edge, Gate gate) {
    this.plain = plain;
    this.gated = new WithGate(plain.implementation(), edge, gate);
  }

  /** The native transport where it loads, the JDK's otherwise. */
  public static GatedTransport best(EdgeSettings edge, Gate gate) {
    var best = io.vertx.core.transport.Transport.nativeTransport();
    return new GatedTransport(
        best != null && best.available() ? best : io.vertx.core.transport.Transport.NIO,
        edge,
        gate);
  }

  @Override
  public String name() {
    return plain.name();
  }

  @Override
  public boolean available() {
    return plain.available();
  }

  @Override
  public Throwable unavailabilityCause() {
    return plain.unavailabilityCause();
  }

  @Override
  public Transport implementation() {
    return gated;
  }

  /** Does everything as the plain one does, and one thing more. */
  private record WithGate(Transport plain, EdgeSettings edge, Gate gate) implements Transport {
    @Override
    public void configure(NetServerOptions options, boolean domain, ServerBootstrap bootstrap) {
      plain.configure(options, domain, bootstrap);
      if (isOfTheEdge(options.getPort()) && options.getHost().equals(edge.host())) {
        bootstrap.handler(gate);
      }
    }

    private boolean isOfTheEdge(int port) {
      return port == edge.bindPort() || edge.certificateBindPort().equals(Optional.of(port));
    }

    @Override
    public boolean supportsDomainSockets() {
      return plain.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
      return plain.supportFileRegion();
    }

    @Override
    public boolean isAvailable() {
      return plain.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
      return plain.unavailabilityCause();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
      return plain.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
      return plain.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return plain.ioHandlerFactory();
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ratio) {
      return plain.eventLoopGroup(type, threads, factory, ratio);
    }

    @Override
    public DatagramChannel datagramChannel() {
      return plain.datagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation") // The interface asks for it.
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
      return plain.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domain) {
      return plain.channelFactory(domain);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domain) {
      return plain.serverChannelFactory(domain);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
      plain.configure(channel, options);
    }

    @Override
    public void configure(
        ClientOptionsBase options, int timeout, boolean domain, Bootstrap bootstrap) {
      plain.configure(options, timeout, domain, bootstrap);
    }
  }
}
