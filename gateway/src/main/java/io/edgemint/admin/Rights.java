package io.edgemint.admin;

import io.edgemint.backend.OrgId;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may make which call; a call that is not listed here is for operators alone. */
final class Rights {
  private static final String ORG = "/admin/v1/orgs/:org";
  private static final String BACKEND = ORG + "/backends/:backend";
  private static final String KEY = BACKEND + "/signing-keys/:key";
  private static final String AUTHORITIES = ORG + "/certificate-authorities";
  private static final String AUTHORITY = AUTHORITIES + "/:authority";
  private static final String DESTINATIONS = ORG + "/destinations";
  private static final String DESTINATION = DESTINATIONS + "/:destination";

  private static final Map<String, Right> BY_CALL =
      Map.ofEntries(
          Map.entry("GET /admin/v1/orgs", Right.LIST),
          Map.entry("GET /admin/v1/audit", Right.LIST),
          Map.entry("GET " + ORG, Right.SHOW),
          Map.entry("PUT " + ORG, Right.CHANGE),
          Map.entry("DELETE " + ORG, Right.OPERATE),
          Map.entry("GET " + ORG + "/explain", Right.SHOW),
          Map.entry("GET " + ORG + "/revocations", Right.SHOW),
          Map.entry("POST " + ORG + "/revocations", Right.CHANGE),
          Map.entry("DELETE " + ORG + "/revocations", Right.CHANGE),
          Map.entry("GET " + BACKEND, Right.SHOW),
          Map.entry("PUT " + BACKEND, Right.CHANGE),
          Map.entry("DELETE " + BACKEND, Right.CHANGE),
          Map.entry("GET " + BACKEND + "/setup", Right.SHOW),
          Map.entry("POST " + BACKEND + "/validate", Right.CHANGE),
          Map.entry("POST " + BACKEND + "/activate", Right.CHANGE),
          Map.entry("POST " + BACKEND + "/rollback", Right.CHANGE),
          Map.entry("POST " + BACKEND + "/suspend", Right.CHANGE),
          Map.entry("POST " + BACKEND + "/resume", Right.CHANGE),
          Map.entry("POST " + BACKEND + "/failover", Right.CHANGE),
          Map.entry("POST " + BACKEND + "/signing-keys", Right.CHANGE),
          Map.entry("POST " + KEY + "/register", Right.CHANGE),
          Map.entry("POST " + KEY + "/promote", Right.CHANGE),
          Map.entry("POST " + KEY + "/retire", Right.CHANGE),
          Map.entry("GET " + AUTHORITIES, Right.SHOW),
          Map.entry("POST " + AUTHORITIES + "/challenge", Right.CHANGE),
          Map.entry("GET " + AUTHORITY, Right.SHOW),
          Map.entry("PUT " + AUTHORITY, Right.CHANGE),
          Map.entry("PUT " + AUTHORITY + "/crl", Right.CHANGE),
          Map.entry("DELETE " + AUTHORITY, Right.CHANGE),
          Map.entry("GET " + DESTINATIONS, Right.SHOW),
          Map.entry("GET " + DESTINATION, Right.SHOW),
          Map.entry("DELETE " + DESTINATION, Right.CHANGE),
          Map.entry("GET " + DESTINATION + "/setup", Right.SHOW),
          Map.entry("POST " + DESTINATION + "/validate", Right.CHANGE));

  private Rights() {}

  /** What a call is. */
  enum Right {
    /** Shows what the caller may see, and leaves out the rest by itself. */
    LIST(Mandate.VIEWER),
    /** Shows something of the organisation in the path. */
    SHOW(Mandate.VIEWER),
    /** Changes the organisation in the path. */
    CHANGE(Mandate.ORG_ADMIN),
    /** Is for operators. */
    OPERATE(Mandate.OPERATOR);

    private final String scope;

    Right(String scope) {
      this.scope = scope;
    }
  }

  /** The calls that are listed, as a method and the path of a route. */
  static Set<String> calls() {
    return BY_CALL.keySet();
  }

  /**
   * Null if the call that has been routed is allowed, else why not. What one organisation's admin
   * hears of another is the same whether that exists or not.
   */
  static @Nullable AdminProblem refusal(RoutingContext request, Mandate mandate) {
    Route route = request.currentRoute();
    String call = request.request().method() + " " + (route == null ? "" : route.getPath());
    Right right = BY_CALL.getOrDefault(call, Right.OPERATE);
    // The very text that the call goes on with: there is no second reading of the path.
    String org = request.pathParam("org");
    OrgId named = mandate.org();
    boolean own = named != null && named.value().equals(org);
    boolean allowed =
        mandate.operates()
            || right == Right.LIST
            || (right == Right.SHOW && (mandate.views() || own))
            || (right == Right.CHANGE && own);
    if (allowed) {
      return null;
    }
    return mandate.views() || own || org == null
        ? AdminProblem.scopeInsufficient(right.scope, "this call needs the scope " + right.scope)
        : AdminProblem.orgUnseen();
  }
}
