package io.edgemint.http;

import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Access;
import io.edgemint.caller.Caller;
import io.edgemint.http.Grants.Described;
import io.edgemint.http.Grants.Grant;
import io.edgemint.http.RecentAnswers.Rendered;
import io.edgemint.signing.LinkAsk;
import io.edgemint.telemetry.AccessLog;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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
  private final StreamDeadlines deadlines;
  private final LinkBatch batch;
  private final PublishHandler publishers;
  private final RecentAnswers recent;
  private final Credential credential;
  private final BooleanSupplier late;
  private final Waiting waiting;

  /**
   * Answers on one event loop.
   *
   * @param publishCalls what publishers may ask for
   * @param credential by what requests show who asks
   * @param deadlines for requests that clients keep open
   * @param late whether the loop has more to do than it can
   * @param mostWaiting how many requests may wait for what is not at hand
   * @param answerBytes the weight of all answers that are remembered
   */
  EdgeHandler(
      Grants grants,
      PublishCalls publishCalls,
      Context context,
      InstantSource clock,
      EdgeMeters meters,
      AccessLog.Ring access,
      Answers answers,
      Credential credential,
      StreamDeadlines deadlines,
      BooleanSupplier late,
      int mostWaiting,
      long answerBytes) {
    this.grants = grants;
    this.context = context;
    this.clock = clock;
    this.meters = meters;
    this.access = access;
    this.answers = answers;
    this.deadlines = deadlines;
    this.batch = new LinkBatch(grants, clock, deadlines);
    this.publishers = new PublishHandler(publishCalls, clock, deadlines, meters, access);
    this.credential = credential;
    this.late = late;
    this.recent = new RecentAnswers(answerBytes);
    this.waiting = new Waiting(mostWaiting, meters);
  }

  @Override
  public void handle(HttpServerRequest request) {
    boolean chunked = request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    ClientConnection.requestArrived(request, chunked);
    String uri = uri(request);
    int mark = uri.indexOf('?');
    String path = mark < 0 ? uri : uri.substring(0, mark);
    String query = mark < 0 ? null : uri.substring(mark + 1);
    Route route = Route.of(path);
    Misfit misfit = Misfit.of(request, uri, route, chunked);
    if (misfit != null) {
      refuseAndCut(request, route, misfit);
    } else if (route == Route.NONE) {
      answers.refuse(request, route, Problem.ROUTE_UNKNOWN, "see the README for the routes");
    } else if (!route.takes(request.method().name())) {
      refuse(
          request,
          false,
          () ->
              answers.refuse(request, route, Problem.METHOD_NOT_ALLOWED, "use " + route.allowed()));
    } else {
      try {
        dispatch(request, route, path, query);
      } catch (RuntimeException e) {
        fail(request, route, e);
      }
    }
  }

  /** The target as it came; a CONNECT of HTTP/2 has none (RFC 9113, section 8.5). */
  static String uri(HttpServerRequest request) {
    String uri = request.uri();
    return uri == null ? "" : uri;
  }

  /** Answers what could not be read as a request; nothing after it on the connection is read. */
  void malformed(HttpServerRequest request) {
    refuseAndCut(request, Route.NONE, Misfit.of(request.decoderResult().cause()));
  }

  private void refuseAndCut(HttpServerRequest request, Route route, Misfit misfit) {
    refuse(request, true, () -> answers.refuse(request, route, misfit.problem(), misfit.detail()));
  }

  /**
   * Refuses a request; what is still to come of it is dropped, or never read.
   *
   * @param cut whether nothing more is read, however little it is
   */
  private static void refuse(HttpServerRequest request, boolean cut, Runnable answer) {
    if (cut || ClientConnection.hasMuchToCome(request)) {
      ClientConnection.announceCut(request);
      answer.run();
      ClientConnection.cut(request);
    } else {
      answer.run();
      ClientConnection.readOn(request);
    }
  }

  private void dispatch(
      HttpServerRequest request, Route route, String path, @Nullable String query) {
    if (route.publishes()) {
      Future<Caller> caller = credential.caller(request);
      var answer = publishers.answer(request, route, path, query, caller);
      whenDone(request, route, org(caller), answer, it -> publishers.send(request, route, it));
      return;
    }
    LinkAsk ask = LinkQuery.parse(query);
    Future<Caller> caller = credential.caller(request);
    switch (route) {
      case LINK -> whenDone(request, route, null, caller, known -> link(request, known, path, ask));
      case DOWNLOAD -> {
        Future<Caller> inTime = inTime(caller);
        KeyResult key = key(path, Route.DOWNLOAD_PREFIX);
        if (request.method().equals(HttpMethod.HEAD)) {
          whenDone(
              request,
              route,
              org(caller),
              Grants.then(inTime, known -> grants.describe(known, key, ask)),
              described -> describe(request, described));
        } else {
          whenDone(
              request,
              route,
              org(caller),
              Grants.then(inTime, known -> grants.grant(known, key, ask)),
              grant -> redirect(request, standing(grant)));
        }
      }
      case LINKS ->
          whenDone(
              request,
              route,
              org(caller),
              batch.answer(request, inTime(caller), ask),
              body -> sendBatch(request, body));
      default -> throw new IllegalStateException(route + " is answered before");
    }
  }

  /** Answers with a link: a remembered answer if it is still true, else a grant. */
  private void link(HttpServerRequest request, Caller caller, String path, LinkAsk ask) {
    Rendered known =
        recent.recent(
            grants.orgs(), grants.factsVersion(), caller.org(), request.uri(), clock.millis());
    if (known != null
        && Access.check(caller, known.org(), known.key()) == null
        && !grants.isTooOldFor(known.org())) {
      sendLink(request, caller, known);
      return;
    }
    whenDone(
        request,
        Route.LINK,
        caller.org(),
        grants.grant(inTime(caller), key(path, Route.LINK_PREFIX), ask),
        grant -> {
          sendLink(
              request,
              caller,
              recent.render(
                  grants.orgs(),
                  // Read before the fact itself, which Java does from left to right.
                  grants.factsVersion(),
                  standing(grant),
                  grants.known(grant),
                  request.uri(),
                  clock.millis()));
        });
  }

  /** A grant that has not been withdrawn while the answer waited for something. */
  private Grant standing(Grant grant) {
    Refused withdrawn = grants.withdrawn(grant);
    if (withdrawn != null) {
      throw withdrawn;
    }
    return grant;
  }

  private void sendLink(HttpServerRequest request, Caller caller, Rendered answer) {
    var _ = Answers.send(request, recent.bytes(answer));
    granted(request, Route.LINK, 200, caller);
  }

  /**
   * Refuses whatever costs more than writing an answer while the loop is late. What is at hand is
   * answered also then, for a refusal would cost as much.
   */
  private Caller inTime(Caller caller) {
    if (late.getAsBoolean()) {
      throw Answers.LATE;
    }
    return caller;
  }

  private Future<Caller> inTime(Future<Caller> caller) {
    return Grants.then(caller, known -> Future.succeededFuture(inTime(known)));
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

  /** Answers a HEAD with what is known, for a link that is signed for GET refuses it. */
  private void describe(HttpServerRequest request, Described described) {
    Refused withdrawn = grants.withdrawn(described.caller(), described.object().key());
    if (withdrawn != null) {
      throw withdrawn;
    }
    var _ = Descriptions.send(request, described);
    granted(request, Route.DOWNLOAD, 200, described.caller());
  }

  private void sendBatch(HttpServerRequest request, Buffer body) {
    deadlines.answer(request, Answers.send(request, body));
    meters.answered(Route.LINKS);
    access.add(Route.LINKS.template(), 200, "ok", "-", "-", request.uri());
  }

  private void granted(HttpServerRequest request, Route route, int status, Caller caller) {
    meters.answered(route);
    access.add(
        route.template(), status, "ok", caller.org().value(), caller.subject(), request.uri());
  }

  /**
   * Goes on when a step is done, always on this handler's event loop. After a wait the credential
   * is judged again: it may have ended meanwhile, or its key been withdrawn.
   *
   * @param org whose places for waiting are taken, null if that is not known yet
   */
  private <T> void whenDone(
      HttpServerRequest request,
      Route route,
      @Nullable OrgId org,
      Future<T> step,
      Consumer<T> next) {
    if (step.isComplete()) {
      finish(request, route, step, next);
    } else if (!waiting.enter(org)) {
      fail(request, route, Answers.LATE);
    } else {
      step.compose(done -> credential.again(request).map(done))
          .onComplete(
              judged ->
                  context.runOnContext(
                      v -> {
                        waiting.leave(org);
                        finish(request, route, judged, next);
                      }));
    }
  }

  /** Whose request it is, as far as that is known without waiting. */
  private static @Nullable OrgId org(Future<Caller> caller) {
    return caller.succeeded() ? caller.result().org() : null;
  }

  private <T> void finish(
      HttpServerRequest request, Route route, AsyncResult<T> step, Consumer<T> next) {
    HttpServerResponse response = request.response();
    if (step.failed()) {
      fail(request, route, step.cause());
    } else if (!response.closed()) {
      try {
        next.accept(step.result());
      } catch (RuntimeException e) {
        // Here too, for after a wait nobody above would answer.
        fail(request, route, e);
      }
    }
  }

  private void fail(HttpServerRequest request, Route route, Throwable cause) {
    if (credential.endsConnection(cause)) {
      ClientConnection.leave(request);
    }
    refuse(request, cause == BearerToken.TWO_TOKENS, () -> answers.fail(request, route, cause));
  }
}
