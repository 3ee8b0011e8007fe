package io.edgemint.http;

import io.edgemint.traffic.ConnectionLimits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;

/**
 * Ends single requests of HTTP/2 that their clients keep open. Bytes on such a connection say
 * nothing of one request, so the deadline of HTTP/1.1 does not hold there: without one of its own,
 * a body that never comes, or an answer that is never taken, would be kept for as long as the
 * connection. Belongs to one event loop.
 */
final class StreamDeadlines {
  private final Vertx vertx;
  private final ConnectionLimits limits;

  StreamDeadlines(Vertx vertx, ConnectionLimits limits) {
    this.vertx = vertx;
    this.limits = limits;
  }

  /** A body that is on its way has as long as a request; {@code late} runs when it is over. */
  void body(HttpServerRequest request, Future<?> whole, Runnable late) {
    limit(request, whole, limits.requestTimeout(), late);
  }

  /** An answer is taken within the time that a connection may be silent. */
  void answer(HttpServerRequest request, Future<?> taken) {
    limit(request, taken, limits.idleTimeout(), () -> {});
  }

  private void limit(HttpServerRequest request, Future<?> done, Duration time, Runnable late) {
    if (request.version() != HttpVersion.HTTP_2 || done.isComplete()) {
      return;
    }
    long timer =
        vertx.setTimer(
            time.toMillis(),
            id -> {
              reset(request);
              late.run();
            });
    done.onComplete(_ -> vertx.cancelTimer(timer));
  }

  /** Vert.x itself resets no request whose answer is written, even if it waits for a window. */
  private static void reset(HttpServerRequest request) {
    if (request.connection() instanceof ConnectionBase base) {
      ChannelHandlerContext context =
          base.channel().pipeline().context(Http2ConnectionHandler.class);
      if (context != null && context.handler() instanceof Http2ConnectionHandler streams) {
        var _ =
            streams.resetStream(
                context, request.streamId(), Http2Error.CANCEL.code(), context.newPromise());
        context.flush();
      }
    }
  }
}
