package io.edgemint.traffic;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
  private final long ageNanos;
  private boolean old;
  private int requests;
  private boolean multiplexed;
  private boolean arriving;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable ScheduledFuture<?> aging;

  GatedConnection(Gate gate, long firstRequestNanos, ConnectionLimits limits, long ageNanos) {
    this.gate = gate;
    this.firstRequestNanos = firstRequestNanos;
    this.limits = limits;
    this.ageNanos = ageNanos;
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
    deadline = endIn(context, firstRequestNanos, gate::closedAsSlow);
    aging = context.executor().schedule(() -> growOld(context), ageNanos, TimeUnit.NANOSECONDS);
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
      deadline = endIn(context, limits.requestTimeout().toNanos(), gate::closedAsSlow);
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    arrived();
    ScheduledFuture<?> running = aging;
    if (running != null) {
      running.cancel(false);
    }
    context.fireChannelInactive();
  }

  /** Its next answer is the last; if none is asked for, it is closed without one. */
  private void growOld(ChannelHandlerContext context) {
    old = true;
    aging = endIn(context, limits.idleTimeout().toNanos(), gate::closedAsOld);
  }

  private static ScheduledFuture<?> endIn(
      ChannelHandlerContext context, long nanos, Runnable counter) {
    return context
        .executor()
        .schedule(
            () -> {
              counter.run();
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
    return old || requests >= limits.requests() || gate.isLeaving();
  }
}
