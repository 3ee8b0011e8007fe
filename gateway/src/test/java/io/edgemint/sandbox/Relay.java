package io.edgemint.sandbox;

import static io.edgemint.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.Set;

/** Hands a request to another server and its answer back, streaming both ways. */
final class Relay implements AutoCloseable {
  /** What belongs to one connection (RFC 9110, section 7.6.1), and what this hop has answered. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "expect",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private final HttpClient client;

  Relay(Vertx vertx) {
    var options = new HttpClientOptions().setMaxHeaderSize(Wire.MAX_HEADERS);
    client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(64));
  }

  /** The headers of a message that are meant for the server behind as well. */
  static MultiMap endToEnd(MultiMap headers) {
    MultiMap kept = MultiMap.caseInsensitiveMultiMap().addAll(headers);
    HOP_BY_HOP.forEach(kept::remove);
    return kept;
  }

  /**
   * Sends a request with the method and body of another, and answers that one with what comes back;
   * with 502 if nothing does. Called on the event loop of the request.
   */
  void pass(HttpServerRequest request, RequestOptions onwards) {
    request.pause();
    client
        .request(onwards.setMethod(request.method()))
        .compose(out -> send(request, out))
        .compose(in -> giveBack(in, request.response()))
        .onFailure(failure -> giveUp(request, failure));
  }

  private static Future<HttpClientResponse> send(HttpServerRequest request, HttpClientRequest out) {
    request.response().exceptionHandler(gone -> out.reset());
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean hasBody =
        length == null
            ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
            : !length.equals("0");
    if (hasBody) {
      return out.send(request);
    }
    request.resume();
    return out.send();
  }

  private static Future<Void> giveBack(HttpClientResponse in, HttpServerResponse response) {
    response.setStatusCode(in.statusCode());
    response.headers().setAll(endToEnd(in.headers()));
    if (!in.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      response.setChunked(true);
    }
    return in.pipeTo(response);
  }

  private static void giveUp(HttpServerRequest request, Throwable failure) {
    if (request.response().headWritten()) {
      request.connection().close();
    } else {
      new XmlError(502, "BadGateway", failure.toString()).answer(request);
    }
  }

  @Override
  public void close() {
    await(client.close());
  }
}
