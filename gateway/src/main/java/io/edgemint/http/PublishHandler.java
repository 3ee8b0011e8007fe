package io.edgemint.http;

import io.edgemint.backend.ObjectKey;
import io.edgemint.caller.Caller;
import io.edgemint.objects.Binaries;
import io.edgemint.objects.UploadOrder;
import io.edgemint.objects.UploadPlan;
import io.edgemint.objects.Uploads;
import io.edgemint.telemetry.AccessLog;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers publishers. Belongs to one event loop; what waits for a storage has other threads. */
final class PublishHandler {
  private static final Set<String> NOTHING = Set.of();
  private static final String DESTINATION = "destination";

  private final Uploads uploads;
  private final Binaries binaries;
  private final PublishThreads threads;
  private final InstantSource clock;
  private final StreamDeadlines deadlines;
  private final EdgeMeters meters;
  private final AccessLog.Ring access;

  PublishHandler(
      PublishCalls calls,
      InstantSource clock,
      StreamDeadlines deadlines,
      EdgeMeters meters,
      AccessLog.Ring access) {
    this.uploads = calls.uploads();
    this.binaries = calls.binaries();
    this.threads = calls.threads();
    this.clock = clock;
    this.deadlines = deadlines;
    this.meters = meters;
    this.access = access;
  }

  /** An answer, whose body is null where there is none. */
  record Reply(Caller caller, int status, @Nullable Buffer body) {}

  /** The answer to a request for one of the publishers' routes. */
  Future<Reply> answer(
      HttpServerRequest request,
      Route route,
      String path,
      @Nullable String query,
      Future<Caller> caller) {
    return switch (route) {
      case UPLOADS -> {
        var _ = new PublishQuery(query, NOTHING);
        yield withBody(request, caller, this::begin);
      }
      case UPLOAD_PARTS -> parts(request, id(path, Route.PARTS), query, caller);
      case UPLOAD_COMPLETE -> {
        var _ = new PublishQuery(query, NOTHING);
        String id = id(path, Route.COMPLETE);
        yield run(caller, 200, known -> PublishJson.of(uploads.complete(known, id)));
      }
      case UPLOAD -> {
        var _ = new PublishQuery(query, NOTHING);
        String id = id(path, "");
        yield gone(caller, known -> uploads.abort(known, id));
      }
      case BINARIES ->
          list(new PublishQuery(query, Set.of("prefix", "after", "limit", DESTINATION)), caller);
      case BINARY -> {
        String destination = new PublishQuery(query, Set.of(DESTINATION)).text(DESTINATION);
        ObjectKey key =
            PublishJson.key(ObjectKey.parse(path.substring(Route.BINARY_PREFIX.length())));
        yield gone(caller, known -> binaries.delete(known, key, destination));
      }
      default -> throw new IllegalStateException(route + " is not the publishers'");
    };
  }

  private static String id(String path, String end) {
    return path.substring(
        Route.UPLOAD_PREFIX.length(),
        Math.max(Route.UPLOAD_PREFIX.length(), path.length() - end.length()));
  }

  private Future<Reply> begin(Caller caller, Buffer body) {
    UploadOrder order = PublishJson.order(body);
    String destination = PublishJson.destination(body);
    return on(
        caller, 201, () -> PublishJson.of(uploads.begin(caller, order, destination), second()));
  }

  private Future<Reply> parts(
      HttpServerRequest request, String id, @Nullable String query, Future<Caller> caller) {
    if (request.method().name().equals("POST")) {
      var _ = new PublishQuery(query, NOTHING);
      return withBody(
          request,
          caller,
          (known, body) -> {
            SortedMap<Integer, String> digests = PublishJson.digests(body);
            return on(
                known, 200, () -> PublishJson.of(uploads.partLinks(known, id, digests), second()));
          });
    }
    int from = new PublishQuery(query, Set.of("from")).number("from", 1, UploadPlan.MAX_PARTS);
    return run(caller, 200, known -> PublishJson.of(uploads.parts(known, id, from), second()));
  }

  private Future<Reply> list(PublishQuery query, Future<Caller> caller) {
    String prefix = query.text("prefix");
    String after = query.text("after");
    int limit = query.number("limit", Binaries.MAX_LIMIT, Binaries.MAX_LIMIT);
    String destination = query.text(DESTINATION);
    return run(
        caller,
        200,
        known ->
            PublishJson.of(
                binaries.list(known, prefix == null ? "" : prefix, after, limit, destination)));
  }

  /** What is done with a body once it is whole. */
  private interface Reading {
    Future<Reply> read(Caller caller, Buffer body);
  }

  private Future<Reply> withBody(
      HttpServerRequest request, Future<Caller> caller, Reading reading) {
    if (caller.failed()) {
      // Its body is never kept: nobody fills memory without a token that is accepted.
      return Future.failedFuture(caller.cause());
    }
    Body body = Body.read(request, PublishJson.MAX_BODY, deadlines);
    caller.onFailure(body::drop);
    return Grants.then(
        caller,
        known -> {
          body.goAhead();
          return body.whole().compose(whole -> reading.read(known, whole));
        });
  }

  private Future<Reply> run(Future<Caller> caller, int status, Function<Caller, JsonObject> work) {
    return Grants.then(caller, known -> on(known, status, () -> work.apply(known)));
  }

  /** What leaves nothing to tell. */
  private Future<Reply> gone(Future<Caller> caller, Consumer<Caller> work) {
    return Grants.then(
        caller,
        known ->
            threads.run(
                known.org(),
                () -> {
                  work.accept(known);
                  return new Reply(known, 204, null);
                }));
  }

  private Future<Reply> on(Caller caller, int status, Callable<JsonObject> work) {
    return threads.run(caller.org(), () -> new Reply(caller, status, work.call().toBuffer()));
  }

  private long second() {
    return RecentAnswers.second(clock.millis());
  }

  /** Sends an answer. */
  void send(HttpServerRequest request, Route route, Reply reply) {
    request.response().setStatusCode(reply.status);
    if (reply.body == null) {
      var _ = request.response().putHeader(HttpHeaders.CACHE_CONTROL, Answers.NO_STORE).end();
    } else {
      deadlines.answer(request, Answers.send(request, reply.body));
    }
    meters.answered(route);
    access.add(
        route.template(),
        reply.status,
        "ok",
        reply.caller.org().value(),
        reply.caller.subject(),
        route.template());
  }
}
