package io.edgemint.sandbox;

import static io.edgemint.Patience.await;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;

/** A server on loopback: how each part of the sandbox listens, waits and stops. */
final class Wire implements AutoCloseable {
  /** CloudFront takes a request of up to 20,480 bytes, of which 8,192 are the URL. */
  static final int MAX_HEADERS = 20_480;

  private final HttpServer server;

  private Wire(HttpServer server) {
    this.server = server;
  }

  /** Listens on the port of 127.0.0.1, or on a free one if it is 0, and waits until it does. */
  static Wire listen(Vertx vertx, int port, Handler<HttpServerRequest> handler) {
    var options =
        new HttpServerOptions()
            .setMaxInitialLineLength(MAX_HEADERS)
            .setMaxHeaderSize(MAX_HEADERS)
            .setHttp2ClearTextEnabled(false)
            .setHandle100ContinueAutomatically(true);
    return new Wire(
        await(vertx.createHttpServer(options).requestHandler(handler).listen(port, "127.0.0.1")));
  }

  /** {@code http://127.0.0.1:<port>}, without a slash at the end. */
  URI base() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  @Override
  public void close() {
    await(server.close());
  }
}
