package io.edgemint.onboarding;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A storage on loopback that takes the first signature that it sees for a read as the right one,
 * and goes wrong as it is told to.
 */
final class FakeStorage implements AutoCloseable {
  final Map<String, Buffer> objects = new ConcurrentHashMap<>();
  final List<HttpServerRequest> requests = new CopyOnWriteArrayList<>();
  final Set<Fault> faults = ConcurrentHashMap.newKeySet();
  private final Map<String, String> signatures = new ConcurrentHashMap<>();
  private final HttpServer server;

  /** What can go wrong. */
  enum Fault {
    PUT_REFUSED,
    PUT_ANSWER_LOST,
    READ_REFUSED,
    OTHER_BYTES,
    RANGE_IGNORED,
    UNSIGNED_SERVED,
    TAMPERED_SERVED,
    DELETE_REFUSED
  }

  FakeStorage(Vertx vertx) {
    server =
        vertx
            .createHttpServer()
            .requestHandler(this::handle)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(20, TimeUnit.SECONDS)
            .join();
  }

  String authority() {
    return "127.0.0.1:" + server.actualPort();
  }

  List<String> methods() {
    return requests.stream().map(request -> request.method().name()).toList();
  }

  private void handle(HttpServerRequest request) {
    requests.add(request);
    switch (request.method().name()) {
      case "PUT" -> request.body().onSuccess(body -> put(request, body));
      case "DELETE" -> delete(request);
      default -> get(request);
    }
  }

  private void put(HttpServerRequest request, Buffer body) {
    if (faults.contains(Fault.PUT_REFUSED)) {
      answer(request, 403);
      return;
    }
    objects.put(request.path(), body);
    if (faults.contains(Fault.PUT_ANSWER_LOST)) {
      request.connection().close();
    } else {
      answer(request, 200);
    }
  }

  private void delete(HttpServerRequest request) {
    if (faults.contains(Fault.DELETE_REFUSED)) {
      answer(request, 403);
    } else {
      objects.remove(request.path());
      answer(request, 204);
    }
  }

  private void get(HttpServerRequest request) {
    Buffer object = objects.get(request.path());
    if (!maySee(request)) {
      answer(request, 403);
    } else if (object == null) {
      answer(request, 404);
    } else {
      serve(request, faults.contains(Fault.OTHER_BYTES) ? Buffer.buffer("other") : object);
    }
  }

  private boolean maySee(HttpServerRequest request) {
    if (faults.contains(Fault.READ_REFUSED)) {
      return false;
    }
    String signature = signature(request);
    if (signature == null) {
      return faults.contains(Fault.UNSIGNED_SERVED);
    }
    String right = signatures.computeIfAbsent(request.path(), path -> signature);
    return right.equals(signature) || faults.contains(Fault.TAMPERED_SERVED);
  }

  private static @Nullable String signature(HttpServerRequest request) {
    String ofS3 = request.getParam("X-Amz-Signature");
    return ofS3 == null ? request.getParam("Signature") : ofS3;
  }

  private void serve(HttpServerRequest request, Buffer object) {
    String range = request.getHeader("Range");
    if (range == null || faults.contains(Fault.RANGE_IGNORED)) {
      request.response().end(object);
      return;
    }
    String[] ends = range.substring("bytes=".length()).split("-", -1);
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[1]);
    HttpServerResponse response = request.response().setStatusCode(206);
    response.putHeader("Content-Range", "bytes %d-%d/%d".formatted(first, last, object.length()));
    response.end(object.slice(first, last + 1));
  }

  private static void answer(HttpServerRequest request, int status) {
    request.response().setStatusCode(status).end(status < 300 ? "" : "<Error>private</Error>");
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
