package io.edgemint.loadtest;

import io.edgemint.http.EdgeServer;
import io.edgemint.http.EdgeSettings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Answers every request with the bytes of one recorded answer and does nothing else: what the same
 * Vert.x, transport and server options cost by themselves.
 */
final class BareServer extends VerticleBase {
  private final List<Header> headers;
  private final Buffer body;
  private int port;

  /** A header in the form that Netty copies as it is. */
  private record Header(CharSequence name, CharSequence value) {}

  BareServer(Answer answer) {
    headers =
        answer.headers().entries().stream()
            .filter(header -> !header.getKey().equalsIgnoreCase("content-length"))
            .map(
                header ->
                    new Header(
                        HttpHeaders.createOptimized(header.getKey()),
                        HttpHeaders.createOptimized(header.getValue())))
            .toList();
    body = answer.body();
  }

  /** Takes the file with the recorded answer. */
  public static void main(String[] args) throws Exception {
    Answer answer = Answer.parse(Files.readAllBytes(Path.of(args[0])));
    var server = new BareServer(answer);
    Vertx vertx = oneLoop();
    vertx.deployVerticle(server).await();
    Child.serve(server.port());
    vertx.close().await();
  }

  /** Vert.x as the gateway has it, with one event loop. */
  static Vertx oneLoop() {
    return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
  }

  @Override
  public Future<?> start() {
    HttpServer server =
        vertx.createHttpServer(
            EdgeServer.options(EdgeSettings.DEFAULT.at("127.0.0.1", 0), Optional.empty()));
    server.requestHandler(this::answer);
    return server.listen().onSuccess(listening -> port = listening.actualPort());
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    for (int i = 0; i < headers.size(); i++) {
      response.putHeader(headers.get(i).name(), headers.get(i).value());
    }
    response.end(body);
  }

  int port() {
    return port;
  }
}
