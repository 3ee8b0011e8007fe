package io.edgemint.http;

import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Access;
import io.edgemint.caller.Caller;
import io.edgemint.http.Grants.Grant;
import io.edgemint.http.LinkBody.Rendered;
import io.edgemint.signing.LinkAsk;
import io.edgemint.telemetry.AccessLog;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers devices. One instance belongs to one event loop and never waits: what is not at hand
 * arrives as a future, and the answer is written when it does.
 */
final class EdgeHandler implements Handler<HttpServerRequest> {
  private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");
  private static final CharSequence REFERRER_POLICY =
      HttpHeaders.createOptimized("referrer-policy");

  private final Grants grants;
  private final Context context;
  private final InstantSource clock;
  private final EdgeMeters meters;
  private final AccessLog.Ring access;
  private final Answers answers;
  private final LinkBatch batch;
  private final LinkBody bodies = new LinkBody();

  EdgeHandler(
      Grants grants,
      Context context,
      InstantSource clock,
      EdgeMeters meters,
      AccessLog.Ring access,
      Answers answers) {
    this.grants = grants;
    this.context = context;
    this.clock = clock;
    this.meters = meters;
    this.access = access;
    this.answers = answers;
    this.batch = new LinkBatch(grants, clock);
  }

  @Override
  public void handle(HttpServerRequest request) {
    String uri = request.uri();
    int mark = uri.indexOf('?');
    String path = mark < 0 ? uri : uri.substring(0, mark);
    String query = mark < 0 ? null : uri.substring(mark + 1);
    Route route = Route.of(path);
    if (route == Route.NONE) {
      answers.refuse(request, route, Problem.ROUTE_UNKNOWN, "see the README for the routes");
    } else if (!request.method().name().equals(route.method())) {
      answers.refuse(request, route, Problem.METHOD_NOT_ALLOWED, "use " + route.method());
    } else {
      try {
        dispatch(request, route, path, query);
      } catch (RuntimeException e) {
        answers.fail(request, route, e);
      }
    }
  }

  private void dispatch(
      HttpServerRequest request, Route route, String path, @Nullable String query) {
    String token = token(request);
    LinkAsk ask = LinkQuery.parse(query);
    switch (route) {
      case LINK ->
          whenDone(
              request,
              route,
              grants.caller(token),
              (same, caller) -> link(same, caller, path, ask));
      case DOWNLOAD ->
          whenDone(
              request,
              route,
              Grants.then(
                  grants.caller(token),
                  caller -> grants.grant(caller, key(path, Route.DOWNLOAD_PREFIX), ask)),
              this::redirect);
      case LINKS -> whenDone(request, route, batch.answer(request, token, ask), this::sendBatch);
      case NONE -> throw new IllegalStateException("no route is answered before");
    }
  }

  /** Answers with a link: the bytes of this second if there are any, else a grant. */
  private void link(HttpServerRequest request, Caller caller, String path, LinkAsk ask) {
    Rendered recent = bodies.recent(grants.orgs(), caller.org(), request.uri(), clock.millis());
    if (recent != null && Access.check(caller, recent.org(), recent.key()) == null) {
      sendLink(request, caller, recent);
      return;
    }
    whenDone(
        request,
        Route.LINK,
        grants.grant(caller, key(path, Route.LINK_PREFIX), ask),
        (same, grant) ->
            sendLink(
                same, caller, bodies.render(grants.orgs(), grant, same.uri(), clock.millis())));
  }

  private void sendLink(HttpServerRequest request, Caller caller, Rendered body) {
    Answers.send(request, body.bytes());
    granted(request, Route.LINK, 200, caller);
  }

  private static KeyResult key(String path, String prefix) {
    return ObjectKey.parse(path.substring(prefix.length()));
  }

  private void redirect(HttpServerRequest request, Grant grant) {
    request
        .response()
        .setStatusCode(307)
        .putHeader(HttpHeaders.LOCATION, grant.link().url())
        .putHeader(HttpHeaders.CACHE_CONTROL, Answers.NO_STORE)
        .putHeader(REFERRER_POLICY, NO_REFERRER)
        .end();
    granted(request, Route.DOWNLOAD, 307, grant.caller());
  }

  private void sendBatch(HttpServerRequest request, Buffer body) {
    Answers.send(request, body);
    meters.answered(Route.LINKS);
    access.add(Route.LINKS.template(), 200, "ok", "-", "-", request.uri());
  }

  private void granted(HttpServerRequest request, Route route, int status, Caller caller) {
    meters.answered(route);
    access.add(
        route.template(), status, "ok", caller.org().value(), caller.subject(), request.uri());
  }

  /** Goes on when a step is done, always on this handler's event loop. */
  private <T> void whenDone(
      HttpServerRequest request,
      Route route,
      Future<T> step,
      BiConsumer<HttpServerRequest, T> next) {
    if (step.isComplete()) {
      finish(request, route, step, next);
    } else {
      meters.waiting(1);
      step.onComplete(
          done ->
              context.runOnContext(
                  v -> {
                    meters.waiting(-1);
                    finish(request, route, step, next);
                  }));
    }
  }

  private <T> void finish(
      HttpServerRequest request,
      Route route,
      Future<T> step,
      BiConsumer<HttpServerRequest, T> next) {
    HttpServerResponse response = request.response();
    if (step.failed()) {
      answers.fail(request, route, step.cause());
    } else if (!response.closed()) {
      try {
        next.accept(request, step.result());
      } catch (RuntimeException e) {
        // Here too, for after a wait nobody above would answer.
        answers.fail(request, route, e);
      }
    }
  }

  /** The token of a bearer credential (RFC 6750, section 2.1). */
  private static String token(HttpServerRequest request) {
    List<String> values = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    if (values.isEmpty()) {
      throw new Refused(Refusal.TOKEN_MISSING, "send Authorization: Bearer and a token");
    }
    if (values.size() > 1) {
      throw new Refused(Refusal.REQUEST_INVALID, "Authorization stands more than once");
    }
    String value = values.get(0);
    if (!value.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw new Refused(Refusal.TOKEN_MISSING, "Authorization is not of the form Bearer <token>");
    }
    return value.substring(7);
  }
}
