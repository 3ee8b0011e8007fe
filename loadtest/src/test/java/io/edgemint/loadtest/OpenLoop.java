package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Devices that come when they come, whether or not those before them were answered. One thread with
 * epoll, which neither decodes HTTP nor allocates much, so that two cores are enough for it and the
 * gateway.
 */
final class OpenLoop implements AutoCloseable {
  /** As many devices share an address as a NAT of a small site has behind it. */
  private static final int DEVICES_PER_ADDRESS = 100;

  /** Fewer than the file descriptors of this process; who comes later waits, and is late. */
  private static final int MOST_OPEN = 15_000;

  /** More than a gateway lets wait; most requests find a connection that is idle. */
  private static final int MOST_SHARED = 4_000;

  private static final long PATIENCE_SECONDS = 10;
  private static final byte[] LENGTH = "\ncontent-length: ".getBytes(ISO_8859_1);
  private static final byte[] RETRY_AFTER = "\nretry-after: ".getBytes(ISO_8859_1);
  private static final int STATUS_AT = "HTTP/1.1 ".length();

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final InetSocketAddress server;
  private final @Nullable SslContext tls;
  private final boolean oneEach;
  private final Bootstrap bootstrap;

  /** Connections without a request under way; the last to be answered is the next to be used. */
  private final Deque<Device> idle = new ArrayDeque<>();

  private int open;

  /**
   * Connects to nothing yet.
   *
   * @param tls whether to speak TLS 1.3, with a handshake for each connection
   * @param oneEach whether each device has a connection of its own, which it closes when it is
   *     answered; otherwise they share as many as it takes
   */
  OpenLoop(int port, boolean tls, boolean oneEach) throws IOException {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.oneEach = oneEach;
    this.tls =
        tls
            ? SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .protocols("TLSv1.3")
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build()
            : null;
    this.bootstrap =
        new Bootstrap()
            .group(group)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) (1000 * PATIENCE_SECONDS))
            .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (OpenLoop.this.tls != null) {
                      channel.pipeline().addLast(OpenLoop.this.tls.newHandler(channel.alloc()));
                    }
                    channel.pipeline().addLast(new Device());
                  }
                });
  }

  /**
   * Lets so many devices come, evenly over a time, and waits until each is answered or has failed.
   *
   * @param request what the device of a number sends, from 0 on; called on the loop's thread
   */
  Outcomes run(int devices, Duration over, IntFunction<ByteBuf> request) throws Exception {
    var arrivals = new Arrivals(devices, over, request);
    group.next().execute(arrivals::begin);
    try {
      return arrivals.done.get(over.toSeconds() + 3 * PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the devices did not come to an end", e);
    }
  }

  /** A GET of a path with a bearer token. */
  static ByteBuf request(String path, String token) {
    return Unpooled.wrappedBuffer(KeepAlive.request(path, token));
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(PATIENCE_SECONDS * 1000);
  }

  /** Everything here runs on the loop's one thread. */
  private final class Arrivals {
    private final int devices;
    private final long intervalNanos;
    private final IntFunction<ByteBuf> request;
    private final Outcomes tally;
    private final CompletableFuture<Outcomes> done = new CompletableFuture<>();
    private final long begun = System.nanoTime();
    private @Nullable ScheduledFuture<?> clock;
    private int next;
    private int ended;

    Arrivals(int devices, Duration over, IntFunction<ByteBuf> request) {
      this.devices = devices;
      this.intervalNanos = over.toNanos() / devices;
      this.request = request;
      this.tally = new Outcomes(devices, over);
    }

    private void begin() {
      clock = group.next().scheduleAtFixedRate(this::arrive, 0, 1, TimeUnit.MILLISECONDS);
    }

    private void arrive() {
      long now = System.nanoTime();
      while (next < devices && now - begun >= next * intervalNanos && mayStart()) {
        var ask = new Ask(this, begun + next * intervalNanos, request.apply(next));
        tally.came(now - ask.due());
        start(ask, next);
        next++;
      }
    }

    private boolean mayStart() {
      return !idle.isEmpty() || open < (oneEach ? MOST_OPEN : MOST_SHARED);
    }

    private void start(Ask ask, int number) {
      Device connected = idle.pollLast();
      if (connected != null) {
        connected.send(ask);
        return;
      }
      open++;
      var connecting =
          oneEach
              ? bootstrap.connect(server, new InetSocketAddress(address(number), 0))
              : bootstrap.connect(server);
      connecting.channel().closeFuture().addListener(closed -> open--);
      connecting.addListener(
          connection -> {
            if (connection.isSuccess()) {
              connecting.channel().pipeline().get(Device.class).begin(ask);
            } else {
              ask.request().release();
              end(ask, Outcomes.NO_ANSWER);
            }
          });
    }

    private void end(Ask ask, int status) {
      long now = System.nanoTime();
      tally.answered(status, ask.due() - begun, now - ask.due());
      if (++ended == devices) {
        if (clock != null) {
          clock.cancel(false);
        }
        tally.finish(now - begun);
        done.complete(tally);
      }
    }
  }

  /** One of a thousand loopback addresses. */
  private static InetAddress address(int device) {
    int place = device / DEVICES_PER_ADDRESS;
    try {
      return InetAddress.getByAddress(
          new byte[] {127, 1, (byte) (place / 250), (byte) (1 + place % 250)});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request, and when it was due. */
  private record Ask(Arrivals arrivals, long due, ByteBuf request) {}

  /** One connection. */
  private final class Device extends ChannelInboundHandlerAdapter {
    private @Nullable ChannelHandlerContext context;
    private @Nullable Ask ask;
    private @Nullable ScheduledFuture<?> patience;
    private int asks;
    private int status;
    private int left;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
    }

    /** Sends the first request of the connection, with TLS when the handshake is over. */
    private void begin(Ask first) {
      if (tls == null) {
        send(first);
      } else {
        ask = first;
        limitWaiting();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext at, Object event) {
      Ask first = ask;
      if (event instanceof SslHandshakeCompletionEvent handshake && first != null) {
        if (handshake.isSuccess()) {
          send(first);
        } else {
          end(Outcomes.NO_ANSWER);
        }
      }
    }

    private void send(Ask next) {
      ask = next;
      left = -1;
      limitWaiting();
      if (context != null) {
        var _ = context.writeAndFlush(next.request());
      }
    }

    private void limitWaiting() {
      stopWaiting();
      int mine = ++asks;
      if (context != null) {
        patience =
            context
                .executor()
                .schedule(
                    () -> {
                      if (mine == asks && ask != null) {
                        end(Outcomes.NO_ANSWER);
                      }
                    },
                    PATIENCE_SECONDS,
                    TimeUnit.SECONDS);
      }
    }

    private void stopWaiting() {
      ScheduledFuture<?> running = patience;
      if (running != null) {
        running.cancel(false);
        patience = null;
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object read) {
      ByteBuf bytes = (ByteBuf) read;
      try {
        if (left < 0) {
          begun(bytes);
        }
        left -= bytes.readableBytes();
      } finally {
        bytes.release();
      }
      if (left == 0) {
        end(status);
      } else if (left < 0) {
        end(Outcomes.NO_ANSWER);
      }
    }

    /** The head of an answer comes in one piece, since every answer here fits into a segment. */
    private void begun(ByteBuf bytes) {
      int length = at(bytes, LENGTH);
      int head = at(bytes, new byte[] {'\r', '\n', '\r', '\n'});
      if (length < 0 || head < 0) {
        left = 0;
        return;
      }
      status = number(bytes, bytes.readerIndex() + STATUS_AT);
      if ((status == 429 || status == 503) && at(bytes, RETRY_AFTER) < 0) {
        status = Outcomes.NO_ANSWER;
      }
      left = head + 4 + number(bytes, bytes.readerIndex() + length + LENGTH.length);
    }

    private static int at(ByteBuf bytes, byte[] word) {
      int from = bytes.readerIndex();
      for (int at = 0; at + word.length <= bytes.readableBytes(); at++) {
        int same = 0;
        while (same < word.length && bytes.getByte(from + at + same) == word[same]) {
          same++;
        }
        if (same == word.length) {
          return at;
        }
      }
      return -1;
    }

    private static int number(ByteBuf bytes, int from) {
      int number = 0;
      for (int i = from; bytes.getByte(i) >= '0' && bytes.getByte(i) <= '9'; i++) {
        number = 10 * number + bytes.getByte(i) - '0';
      }
      return number;
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) {
      idle.remove(this);
      end(Outcomes.NO_ANSWER);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
      end(Outcomes.NO_ANSWER);
    }

    /** The request under way, if there is one, has ended. */
    private void end(int how) {
      stopWaiting();
      Ask ended = ask;
      ask = null;
      if (oneEach || how == Outcomes.NO_ANSWER) {
        if (context != null) {
          var _ = context.close();
        }
      } else {
        idle.addLast(this);
      }
      if (ended != null) {
        ended.arrivals().end(ended, how);
      }
    }
  }
}
