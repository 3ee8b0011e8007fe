package io.edgemint.http;

import static io.edgemint.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks over HTTP/2, one request at a time, on one connection for as long as no GOAWAY ends it. To
 * whoever answers.
 */
final class Http2Client implements SteadyTraffic.Asking {
  private final HttpClient client;
  private final int port;

  Http2Client(Vertx vertx, int port) {
    this.port = port;
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setVerifyHost(false)
                .setUseAlpn(true)
                .setProtocolVersion(HttpVersion.HTTP_2));
  }

  @Override
  public RawClient.Answer get(String path, String token) {
    return ask(HttpMethod.GET, path, token);
  }

  RawClient.Answer head(String path, String token) {
    return ask(HttpMethod.HEAD, path, token);
  }

  private RawClient.Answer ask(HttpMethod method, String path, String token) {
    return await(
        client
            .request(method, port, "127.0.0.1", path)
            .compose(request -> request.putHeader("Authorization", "Bearer " + token).send())
            .compose(Http2Client::read));
  }

  private static Future<RawClient.Answer> read(HttpClientResponse response) {
    if (response.version() != HttpVersion.HTTP_2) {
      return Future.failedFuture("answered by " + response.version());
    }
    Map<String, String> headers = new TreeMap<>();
    response.headers().forEach(headers::put);
    return response
        .body()
        .map(Buffer::toString)
        .map(body -> new RawClient.Answer(response.statusCode(), headers, body));
  }

  @Override
  public void close() {
    await(client.close());
  }
}
