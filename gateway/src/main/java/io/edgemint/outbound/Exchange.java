package io.edgemint.outbound;

import io.edgemint.outbound.OutboundFailure.Code;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One call on its way, on one connection of its own; all of it runs on one Vert.x context. */
final class Exchange {
  private final Vertx vertx;
  private final HttpClientAgent client;
  private final Target target;
  private final Call call;
  private final Context context;
  private final Promise<Reply> promise = Promise.promise();
  private final Buffer body = Buffer.buffer();
  private long timer;
  private boolean ended;
  private @Nullable HttpClientConnection connection;

  Exchange(Vertx vertx, HttpClientAgent client, Target target, Call call) {
    this.vertx = vertx;
    this.client = client;
    this.target = target;
    this.call = call;
    this.context = vertx.getOrCreateContext();
  }

  /** Starts the clock, finds the address, connects and sends. */
  Future<Reply> run(Supplier<Future<InetAddress>> address) {
    context.runOnContext(
        started -> {
          timer = vertx.setTimer(call.deadline().toMillis(), fired -> timeOut());
          address
              .get()
              .onComplete(
                  found ->
                      context.runOnContext(resolved -> connect(found.result(), found.cause())));
        });
    return promise.future();
  }

  private void connect(@Nullable InetAddress address, @Nullable Throwable failure) {
    if (address == null || ended) {
      end(failure);
      return;
    }
    var options =
        new HttpConnectOptions()
            .setServer(
                SocketAddress.inetSocketAddress(new InetSocketAddress(address, target.port())))
            .setHost(target.host())
            .setPort(target.port())
            .setSsl(target.tls())
            .setConnectTimeout(call.deadline().toMillis());
    client.connect(options).onSuccess(this::connected).onFailure(this::end);
  }

  private void connected(HttpClientConnection made) {
    connection = made;
    // Else Vert.x logs what the other side sent; the exchange itself hears of it by the response.
    made.exceptionHandler(ignored -> {});
    if (ended) {
      made.close();
      return;
    }
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(call.method()))
            .setHost(target.host())
            .setPort(target.port())
            .setSsl(target.tls())
            .setURI(target.requestUri());
    call.headers().forEach(options::putHeader);
    made.request(options).compose(this::send).onSuccess(this::answered).onFailure(this::end);
  }

  private Future<HttpClientResponse> send(HttpClientRequest request) {
    return call.body() == null ? request.send() : request.send(call.body());
  }

  private void answered(HttpClientResponse response) {
    response.exceptionHandler(this::end);
    response.handler(this::append);
    response.endHandler(
        last -> {
          if (!ended) {
            release();
            promise.complete(new Reply(response.statusCode(), response.headers(), body));
          }
        });
  }

  private void append(Buffer chunk) {
    if (ended) {
      return;
    }
    if (chunk.length() > call.maxBytes() - body.length()) {
      end(
          new OutboundFailure(
              Code.TOO_LARGE,
              target.host() + " answers with more than " + call.maxBytes() + " bytes"));
      return;
    }
    body.appendBuffer(chunk);
  }

  private void timeOut() {
    end(
        new OutboundFailure(
            Code.TIMEOUT,
            "%s has not answered within %d ms"
                .formatted(target.host(), call.deadline().toMillis())));
  }

  private void end(@Nullable Throwable failure) {
    if (!ended) {
      OutboundFailure reason = asOutboundFailure(failure);
      release();
      promise.fail(reason);
    }
  }

  private void release() {
    ended = true;
    vertx.cancelTimer(timer);
    if (connection != null) {
      connection.close();
    }
  }

  private OutboundFailure asOutboundFailure(@Nullable Throwable failure) {
    return switch (failure) {
      case OutboundFailure outbound -> outbound;
      case ConnectTimeoutException e ->
          new OutboundFailure(Code.TIMEOUT, target.host() + " takes no connection in time", e);
      case SSLException e ->
          new OutboundFailure(
              Code.TLS_FAILED,
              target.host() + " offers no TLS with a trusted certificate for this name",
              e);
      case null, default -> connection == null ? unreachable(failure) : broken(failure);
    };
  }

  private OutboundFailure unreachable(@Nullable Throwable failure) {
    String message = target.host() + " takes no connection on port " + target.port();
    return new OutboundFailure(Code.UNREACHABLE, message, failure);
  }

  private OutboundFailure broken(@Nullable Throwable failure) {
    String message = target.host() + " ended the connection early or sent no HTTP";
    return new OutboundFailure(Code.BROKEN_REPLY, message, failure);
  }
}
