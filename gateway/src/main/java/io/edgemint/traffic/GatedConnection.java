package io.edgemint.traffic;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: closes it when a request takes too long to arrive, and says when it
 * has been served long enough. It stands first in the pipeline, before TLS, so a handshake that
 * never ends is a request that never arrives. Belongs to the connection's event loop.
 */
public final class GatedConnection extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<GatedConnection> KEY =
      AttributeKey.valueOf(GatedConnection.class, "of");

  private final Gate gate;
  private final long firstRequestNanos;
  private final ConnectionLimits limits;
  private final long endOfLife;
  private final LongSupplier nanoTime;
  private int requests;
  private boolean multiplexed;
  private boolean arriving;
  private @Nullable ScheduledFuture<?> deadline;

  GatedConnection(
      Gate gate,
      long firstRequestNanos,
      ConnectionLimits limits,
      long endOfLife,
      LongSupplier nanoTime) {
    this.gate = gate;
    this.firstRequestNanos = firstRequestNanos;
    this.limits = limits;
    this.endOfLife = endOfLife;
    this.nanoTime = nanoTime;
  }

  /** That of a channel, or null if the channel came in through no {@link Gate}. */
  public static @Nullable GatedConnection of(Channel channel) {
    return channel.attr(KEY).get();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().attr(KEY).set(this);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    arriving = true;
    deadline = schedule(context, firstRequestNanos);
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    arriving = true;
    context.fireChannelRead(bytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    // Only now, for most requests arrive in one piece and then no clock is needed. With HTTP/2,
    // bytes between requests are frames that keep a connection alive, and end with its age.
    if (arriving && deadline == null && !multiplexed) {
      deadline = schedule(context, limits.requestTimeout().toNanos());
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    arrived();
    context.fireChannelInactive();
  }

  private ScheduledFuture<?> schedule(ChannelHandlerContext context, long nanos) {
    return context
        .executor()
        .schedule(
            () -> {
              gate.closedAsSlow();
              var _ = context.close();
            },
            nanos,
            TimeUnit.NANOSECONDS);
  }

  /** The head of a request is here, and its body is not: it has as long as the head had. */
  public void expectBody() {
    arriving = true;
  }

  /** The head of a request, or the rest of its body, is here. */
  public void arrived() {
    arriving = false;
    ScheduledFuture<?> running = deadline;
    if (running != null) {
      deadline = null;
      running.cancel(false);
    }
  }

  /**
   * The head of a request is here: whether it is the last that this connection is served.
   *
   * @param multiplexed whether others may be under way beside it, as with HTTP/2
   */
  public boolean isLast(boolean multiplexed) {
    this.multiplexed = multiplexed;
    arrived();
    requests++;
    return requests >= limits.requests()
        || gate.isLeaving()
        || nanoTime.getAsLong() - endOfLife >= 0;
  }
}
