package io.edgemint.admin;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.vertx.core.json.JsonArray;
import org.jspecify.annotations.Nullable;

/** A call that is refused: its status, its stable code, and what to do. */
final class AdminProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final @Nullable String challenge;
  private final transient JsonArray problems;

  AdminProblem(int status, String code, String detail) {
    this(status, code, detail, null, new JsonArray());
  }

  /**
   * Refuses a call.
   *
   * @param problems what is wrong with the body, one by one
   */
  AdminProblem(int status, String code, String detail, JsonArray problems) {
    this(status, code, detail, null, problems);
  }

  private AdminProblem(
      int status, String code, String detail, @Nullable String challenge, JsonArray problems) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.challenge = challenge;
    this.problems = problems;
  }

  /** A request without authentication gets no error code (RFC 6750, section 3.1). */
  static AdminProblem tokenMissing() {
    return new AdminProblem(
        401,
        "token_invalid",
        "send Authorization: Bearer and one token: that of an issuer under admin.issuers, or the"
            + " content of the file admin.token_file where that is switched on",
        "Bearer",
        new JsonArray());
  }

  /** A token that does not hold (RFC 6750, section 3.1). */
  static AdminProblem unauthorized(String code, String detail) {
    return new AdminProblem(401, code, detail, "Bearer error=\"invalid_token\"", new JsonArray());
  }

  /** A token that holds, and does not allow this (RFC 6750, section 3.1). */
  static AdminProblem scopeInsufficient(String scope, String detail) {
    return new AdminProblem(
        403,
        "scope_insufficient",
        detail,
        "Bearer error=\"insufficient_scope\", scope=\"" + scope + '"',
        new JsonArray());
  }

  /** What one organisation's admin hears of every other, whether it exists or not. */
  static AdminProblem orgUnseen() {
    return new AdminProblem(
        404, "org_missing", "there is no such organisation, or it is another than the token's");
  }

  static AdminProblem orgMissing(OrgId id) {
    return new AdminProblem(
        404, "org_missing", "there is no organisation '" + id + "'; PUT it first");
  }

  static AdminProblem backendMissing(Org org, String name) {
    return new AdminProblem(
        404,
        "backend_missing",
        "organisation '%s' has no backend '%s'; it has %s"
            .formatted(
                org.id(), name, org.backends().stream().map(Backend::name).distinct().toList()));
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  /** What {@code WWW-Authenticate} says, or null. */
  @Nullable String challenge() {
    return challenge;
  }

  JsonArray problems() {
    return problems;
  }
}
