package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** A body on its way, kept for as long as somebody may want it. Belongs to one event loop. */
final class Body {
  private final HttpServerRequest request;
  private final int most;
  private final Promise<Buffer> whole = Promise.promise();
  private @Nullable Buffer soFar = Buffer.buffer();

  private Body(HttpServerRequest request, int most) {
    this.request = request;
    this.most = most;
    ClientConnection.expectBody(request);
    request.handler(this::append);
    request.exceptionHandler(cut -> drop(cutOff()));
    request.endHandler(
        last -> {
          ClientConnection.bodyArrived(request);
          end();
        });
  }

  /**
   * Begins to read, which must be done before the request's handler returns.
   *
   * @param most how many bytes it may have
   */
  static Body read(HttpServerRequest request, int most, StreamDeadlines deadlines) {
    Body body = new Body(request, most);
    deadlines.body(request, body.whole(), () -> body.drop(tooSlow()));
    return body;
  }

  /** To a client that asked whether it should send its body (RFC 9110, section 10.1.1). */
  void goAhead() {
    if (request.headers().contains(HttpHeaders.EXPECT)) {
      request.response().writeContinue();
    }
  }

  Future<Buffer> whole() {
    return whole.future();
  }

  private void append(Buffer chunk) {
    Buffer kept = soFar;
    if (kept == null) {
      return;
    }
    if (kept.length() + chunk.length() > most) {
      drop(new Refused(Refusal.BODY_TOO_LARGE, "the body has more than " + (most >> 10) + " KiB"));
    } else {
      kept.appendBuffer(chunk);
    }
  }

  /** Keeps nothing of it from now on. */
  void drop(Throwable reason) {
    soFar = null;
    whole.tryFail(reason);
  }

  private void end() {
    Buffer kept = soFar;
    if (kept != null) {
      whole.tryComplete(kept);
    }
  }

  /** No fault of ours: whoever writes the body went away, or wrote no HTTP. */
  private static Refused cutOff() {
    return new Refused(Refusal.REQUEST_INVALID, "the connection ended within the body");
  }

  private static Refused tooSlow() {
    return new Refused(Refusal.REQUEST_INVALID, "the body did not come in time");
  }
}
