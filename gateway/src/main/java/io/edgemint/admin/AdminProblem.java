package io.edgemint.admin;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.vertx.core.json.JsonArray;

/** A call that is refused: its status, its stable code, and what to do. */
final class AdminProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient JsonArray problems;

  AdminProblem(int status, String code, String detail) {
    this(status, code, detail, new JsonArray());
  }

  /**
   * Refuses a call.
   *
   * @param problems what is wrong with the body, one by one
   */
  AdminProblem(int status, String code, String detail, JsonArray problems) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.problems = problems;
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

  JsonArray problems() {
    return problems;
  }
}
