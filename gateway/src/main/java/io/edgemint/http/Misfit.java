package io.edgemint.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes a request one that two readers may frame differently. Such a request is the
 * connection's last, for what follows it may be another's (RFC 9112, section 11.2).
 */
enum Misfit {
  SYNTAX(Problem.REQUEST_INVALID, "this is no HTTP request"),
  TARGET(Problem.REQUEST_INVALID, "the target of a request begins with /"),
  TWO_LENGTHS(Problem.REQUEST_INVALID, "the body has two lengths"),
  CODING(Problem.REQUEST_INVALID, "the one transfer coding is chunked"),
  HOST(Problem.REQUEST_INVALID, "send exactly one Host"),
  BODY(Problem.BODY_TOO_LARGE, "this route takes no body"),
  LONG_LINE(Problem.REQUEST_LINE_TOO_LONG, "shorten the path or the query"),
  HEADERS(Problem.HEADERS_TOO_LARGE, "send fewer headers, or a shorter token");

  private final Problem problem;
  private final String detail;

  Misfit(Problem problem, String detail) {
    this.problem = problem;
    this.detail = detail;
  }

  /** That of a request which could not be decoded. */
  static Misfit of(Throwable cause) {
    return cause instanceof TooLongHttpLineException
        ? LONG_LINE
        : cause instanceof TooLongHttpHeaderException ? HEADERS : SYNTAX;
  }

  /**
   * That of a request which was decoded, null if there is none.
   *
   * @param uri its target
   * @param chunked whether it has a transfer coding
   */
  static @Nullable Misfit of(HttpServerRequest request, String uri, Route route, boolean chunked) {
    MultiMap headers = request.headers();
    if (uri.isEmpty() || uri.charAt(0) != '/') {
      return TARGET;
    }
    String length = headers.get(HttpHeaders.CONTENT_LENGTH);
    if (chunked && length != null) {
      return TWO_LENGTHS;
    }
    if (chunked && !isChunkedAlone(headers.getAll(HttpHeaders.TRANSFER_ENCODING))) {
      return CODING;
    }
    if ((chunked || (length != null && !length.equals("0")))
        && !route.takesBody(request.method().name())) {
      return BODY;
    }
    // That it stands once only, the decoder has seen.
    if (request.version() == HttpVersion.HTTP_1_1 && !headers.contains(HttpHeaders.HOST)) {
      return HOST;
    }
    return null;
  }

  /** Vert.x also takes what "chunked" begins with for chunked, and anything unknown for no body. */
  private static boolean isChunkedAlone(List<String> codings) {
    return codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
  }

  /** What the client is told. */
  Problem problem() {
    return problem;
  }

  /** What it can do about it. */
  String detail() {
    return detail;
  }
}
