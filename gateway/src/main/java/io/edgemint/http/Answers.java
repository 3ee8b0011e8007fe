package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.telemetry.AccessLog;
import io.edgemint.traffic.Limit;
import io.edgemint.traffic.Rate;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Writes answers in one form for all routes, refusals and faults as RFC 9457 asks. Belongs to one
 * event loop.
 */
final class Answers {
  static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
  private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence PROBLEM_JSON =
      HttpHeaders.createOptimized("application/problem+json");
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  private static final CharSequence WWW_AUTHENTICATE =
      HttpHeaders.createOptimized("www-authenticate");
  private static final CharSequence RATE_LIMIT = HttpHeaders.createOptimized("ratelimit");
  private static final CharSequence RATE_LIMIT_POLICY =
      HttpHeaders.createOptimized("ratelimit-policy");
  private static final CharSequence CHALLENGE = HttpHeaders.createOptimized("Bearer");
  private static final CharSequence CHALLENGE_INVALID =
      HttpHeaders.createOptimized("Bearer error=\"invalid_token\"");

  /** RFC 9110 (11.6.1) asks for a challenge; no scheme is registered for what TLS carries. */
  private static final CharSequence CHALLENGE_CERTIFICATE =
      HttpHeaders.createOptimized("TLS-Client-Certificate");

  private static final int RETRY_LEAST = 5;
  private static final int RETRY_SPREAD = 20;
  private static final Logger LOG = System.getLogger(Answers.class.getName());

  /** Why a request is refused while there is more to do than can be done. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // It carries no stack trace: one serves all.
  static final Refused LATE =
      new Refused(Refusal.OVERLOADED, "the gateway has more to do than it can");

  private final IdentityHashMap<Refused, Prepared> prepared = new IdentityHashMap<>();
  private final EdgeMeters meters;
  private final AccessLog.Ring access;
  private final RandomGenerator random;

  /**
   * Prepares the refusals that come in great numbers.
   *
   * @param rates what is limited, for the RateLimit headers
   */
  Answers(
      EdgeMeters meters, AccessLog.Ring access, RandomGenerator random, Map<Limit, Rate> rates) {
    this.meters = meters;
    this.access = access;
    this.random = random;
    rates.forEach((limit, rate) -> prepared.put(limit.refused(), Prepared.of(limit, rate)));
    prepared.put(LATE, Prepared.of(LATE, "", ""));
  }

  /** Answers with what went wrong; a fault is logged under the id that the caller sees. */
  void fail(HttpServerRequest request, Route route, Throwable cause) {
    Prepared known = prepared.get(cause);
    if (known != null) {
      send(request, route, known);
      return;
    }
    if (cause instanceof Refused refused) {
      refuse(request, route, Problem.of(refused.refusal()), refused.detail());
      return;
    }
    String id = refuse(request, route, Problem.INTERNAL, "the log has more under the request id");
    LOG.log(Level.ERROR, "request " + id + " failed", cause);
  }

  /** Answers with bytes made in advance: they cost next to nothing, and carry no request id. */
  private void send(HttpServerRequest request, Route route, Prepared known) {
    meters.refused(route, known.problem);
    access.add(
        route.template(),
        known.problem.status(),
        known.problem.code(),
        "-",
        "-",
        EdgeHandler.uri(request));
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    String wait = Integer.toString(retryAfter(request));
    begin(response, known.problem).putHeader(HttpHeaders.RETRY_AFTER, wait);
    if (!known.policy.isEmpty()) {
      response.putHeader(RATE_LIMIT_POLICY, known.policy).putHeader(RATE_LIMIT, known.rest + wait);
    }
    end(request, known.body);
  }

  /** Over HTTP/2, Vert.x sends what it is given also to HEAD (RFC 9110, section 9.3.2). */
  private static void end(HttpServerRequest request, Buffer body) {
    HttpServerResponse response = request.response();
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())).end();
    } else {
      response.end(body);
    }
  }

  /** What all refusals have in common. */
  private static HttpServerResponse begin(HttpServerResponse response, Problem problem) {
    return response
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, PROBLEM_JSON)
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
        .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF);
  }

  /**
   * A refusal made in advance.
   *
   * @param policy the RateLimit-Policy header, empty for none
   * @param rest the RateLimit header up to its number of seconds
   *     (draft-ietf-httpapi-ratelimit-headers-10)
   */
  private record Prepared(Problem problem, Buffer body, String policy, String rest) {
    static Prepared of(Limit limit, Rate rate) {
      String name = '"' + limit.policy() + '"';
      return of(
          limit.refused(),
          name + ";q=" + rate.amount() + ";w=" + rate.period().toSeconds(),
          name + ";r=0;t=");
    }

    static Prepared of(Refused refused, String policy, String rest) {
      Problem problem = Problem.of(refused.refusal());
      return new Prepared(problem, json(problem, refused.detail()).toBuffer(), policy, rest);
    }
  }

  /** Answers with a row of the table and gives the request's id. */
  String refuse(HttpServerRequest request, Route route, Problem problem, String detail) {
    String id = HexFormat.of().toHexDigits(random.nextLong());
    meters.refused(route, problem);
    access.add(
        route.template(), problem.status(), problem.code(), "-", "-", EdgeHandler.uri(request));
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return id;
    }
    begin(response, problem).putHeader(REQUEST_ID, id);
    if (problem.status() == 401) {
      response.putHeader(WWW_AUTHENTICATE, challenge(problem));
    }
    if (problem.status() == 405) {
      response.putHeader(HttpHeaders.ALLOW, route.allowed());
    }
    if (problem.waits()) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfter(request)));
    }
    end(request, json(problem, detail).put("request_id", id).toBuffer());
    return id;
  }

  private static CharSequence challenge(Problem problem) {
    return switch (problem) {
      case TOKEN_MISSING -> CHALLENGE;
      case CERTIFICATE_REQUIRED, CERTIFICATE_INVALID, CERTIFICATE_EXPIRED -> CHALLENGE_CERTIFICATE;
      default -> CHALLENGE_INVALID;
    };
  }

  /** Answers with JSON that nobody else may keep; done when it has gone to the client. */
  static Future<Void> send(HttpServerRequest request, Buffer json) {
    return request
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
        .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF)
        .end(json);
  }

  /** What a refused request and a refused key of a batch have in common. */
  static JsonObject json(Problem problem, String detail) {
    return new JsonObject()
        .put("code", problem.code())
        .put("title", problem.title())
        .put("status", problem.status())
        .put("detail", detail)
        .put("retryable", problem.retryable());
  }

  /** Seconds to wait: the same for a device each time, and spread over all of them. */
  static int retryAfter(HttpServerRequest request) {
    String token = request.getHeader(HttpHeaders.AUTHORIZATION);
    int device = token != null ? token.hashCode() : request.remoteAddress().hashCode();
    return RETRY_LEAST + Math.floorMod(device, RETRY_SPREAD);
  }
}
