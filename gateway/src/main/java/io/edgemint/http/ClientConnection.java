package io.edgemint.http;

import io.edgemint.traffic.GatedConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connection on which a request came, and how it ends. On the request's event loop. */
final class ClientConnection {
  /** For clients that never take their answers. */
  static final long LAST_ANSWERS_SECONDS = 30;

  /** The digits of a body's length under 100 kB. */
  private static final int SHORT_DIGITS = 5;

  private ClientConnection() {}

  /**
   * Takes note of a new request, and ends the connection with it if it has served its time, or if
   * the request is of a kind about whose end readers differ: one in chunks, or of HTTP/1.0.
   */
  static void requestArrived(HttpServerRequest request, boolean chunked) {
    GatedConnection connection = gated(request);
    boolean last = connection != null && connection.isLast(isHttp2(request));
    if (last || chunked || request.version() == HttpVersion.HTTP_1_0) {
      leave(request);
    }
  }

  /** Takes note that a request's body is to come; called when its head arrives. */
  static void expectBody(HttpServerRequest request) {
    GatedConnection connection = gated(request);
    if (connection != null) {
      connection.expectBody();
    }
  }

  /** Takes note that a request's body is whole. */
  static void bodyArrived(HttpServerRequest request) {
    GatedConnection connection = gated(request);
    if (connection != null) {
      connection.arrived();
    }
  }

  /**
   * Ends the connection after the answers under way: HTTP/1.1 says so in the answer, HTTP/2 by
   * GOAWAY (RFC 9112, section 9.6; RFC 9113, section 6.8).
   */
  static void leave(HttpServerRequest request) {
    if (!isHttp2(request)) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    request.connection().shutdown(LAST_ANSWERS_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Says in the answer that it is the last, for {@link #cut} comes after it; from here on, nothing
   * behind the request is handled. With HTTP/2 one bad request says nothing of the others.
   */
  static void announceCut(HttpServerRequest request) {
    if (!isHttp2(request)) {
      leave(request);
    }
  }

  /** Closes once the answer is written, whatever of the request is still on its way. */
  static void cut(HttpServerRequest request) {
    if (!isHttp2(request)) {
      request.connection().close();
    }
  }

  /** Whether more of a refused request's body is on its way than is worth reading to its end. */
  static boolean hasMuchToCome(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return !request.isEnded()
        && (isChunked(request) || (length != null && length.length() > SHORT_DIGITS));
  }

  /** Reads a refused request's body to its end, which has as long to come as any other. */
  static void readOn(HttpServerRequest request) {
    if (!request.isEnded() && request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      expectBody(request);
      request.endHandler(last -> bodyArrived(request));
    }
  }

  private static boolean isChunked(HttpServerRequest request) {
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  private static boolean isHttp2(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2;
  }

  /** Vert.x shows a connection's channel to its own classes only. */
  private static @Nullable GatedConnection gated(HttpServerRequest request) {
    return request.connection() instanceof ConnectionBase base
        ? GatedConnection.of(base.channel())
        : null;
  }
}
