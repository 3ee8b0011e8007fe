package io.edgemint.admin;

import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.config.InvalidSettings;
import io.edgemint.onboarding.Impossible;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.lang.System.Logger.Level;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the answers of the administration, refusals as RFC 9457 asks. On the event loop. */
final class AdminAnswers {
  private static final System.Logger LOG = System.getLogger(AdminAnswers.class.getName());

  private AdminAnswers() {}

  static void show(RoutingContext request, AdminApi.Shown shown) {
    if (shown.version() != null) {
      request.response().putHeader(HttpHeaders.ETAG, "\"" + shown.version() + '"');
    }
    write(request, shown.status(), shown.type(), shown.body());
  }

  private static void write(RoutingContext request, int status, String type, Buffer body) {
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(body);
  }

  static void unknown(RoutingContext request) {
    refuse(
        request,
        new AdminProblem(
            404, "route_unknown", "see GET /admin/v1/openapi.json for the calls there are"));
  }

  /** Whatever went wrong, in a form that says what to do. */
  static void failed(RoutingContext request) {
    Throwable failure = request.failure();
    switch (failure) {
      case AdminProblem problem -> refuse(request, problem);
      case Impossible refusal -> refuse(request, problem(request, refusal));
      case Conflict conflict ->
          refuse(request, new AdminProblem(409, "conflict", detail(request, conflict)));
      case InvalidSettings invalid -> refuse(request, problem(invalid));
      case IllegalArgumentException wrong ->
          refuse(request, new AdminProblem(400, "invalid", String.valueOf(wrong.getMessage())));
      case null, default -> fault(request, failure);
    }
  }

  /** Whom an issuer or a role belongs to is told to those alone who may see everybody. */
  private static String detail(RoutingContext request, Conflict conflict) {
    Mandate mandate = request.get(AdminApi.MANDATE);
    return mandate != null && mandate.views()
        ? String.valueOf(conflict.getMessage())
        : "somebody else wrote meanwhile, or an issuer, certificate authority or role that is named"
            + " is not free; read the organisation again, and name what is its own";
  }

  private static AdminProblem problem(RoutingContext request, Impossible refusal) {
    int status =
        switch (refusal.reason()) {
          case ORG_MISSING, BACKEND_MISSING, KEY_MISSING, AUTHORITY_MISSING, DESTINATION_MISSING ->
              404;
          case AUTHORITY_UNFIT,
              NOT_AN_AUTHORITY,
              WEAK_KEY,
              WEAK_SIGNATURE,
              AUTHORITY_EXPIRED,
              CHALLENGE_INVALID,
              PROOF_INVALID,
              CRL_INVALID ->
              400;
          case VERSION_CHANGED ->
              request.request().headers().contains(HttpHeaders.IF_MATCH)
                      || request.request().headers().contains(HttpHeaders.IF_NONE_MATCH)
                  ? 412
                  : 409;
          case PLATFORM_ROLE_MISSING,
              NOT_VERIFIED,
              REGION_NOT_ALLOWED,
              OBJECTS_MISSING,
              WRONG_STATE,
              AUTHORITY_OF_PLATFORM,
              TOO_MANY_AUTHORITIES,
              CRL_OLDER,
              CONTRADICTION ->
              409;
        };
    return new AdminProblem(
        status,
        refusal.reason().name().toLowerCase(Locale.ROOT),
        String.valueOf(refusal.getMessage()));
  }

  private static AdminProblem problem(InvalidSettings invalid) {
    JsonArray problems = new JsonArray();
    invalid
        .problems()
        .forEach(
            it ->
                problems.add(
                    new JsonObject()
                        .put("field", it.path())
                        .put("line", it.line())
                        .put("detail", it.message())));
    return new AdminProblem(400, "invalid", "the body has problems; see each", problems);
  }

  private static void fault(RoutingContext request, @Nullable Throwable failure) {
    if (failure == null && request.statusCode() == 413) {
      refuse(
          request,
          new AdminProblem(
              413, "body_too_large", "a body has at most " + AdminApi.MAX_BODY + " bytes"));
      return;
    }
    LOG.log(Level.ERROR, "an administration call failed", failure);
    refuse(request, new AdminProblem(500, "internal", "the gateway failed; its log says more"));
  }

  private static void refuse(RoutingContext request, AdminProblem problem) {
    if (problem.challenge() != null) {
      request.response().putHeader("WWW-Authenticate", problem.challenge());
    }
    JsonObject body =
        new JsonObject()
            .put("code", problem.code())
            .put("status", problem.status())
            .put("detail", problem.getMessage());
    if (!problem.problems().isEmpty()) {
      body.put("problems", problem.problems());
    }
    write(
        request,
        problem.status(),
        "application/problem+json",
        Buffer.buffer(body.encodePrettily() + "\n"));
  }
}
