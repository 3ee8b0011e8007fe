package io.edgemint.admin;

import static io.edgemint.admin.AdminWorld.DEVICES;
import static io.edgemint.admin.AdminWorld.DEVICES_KEY;
import static io.edgemint.admin.AdminWorld.STAFF;
import static io.edgemint.admin.AdminWorld.STAFF_KEY;
import static io.edgemint.admin.AdminWorld.code;
import static io.edgemint.admin.AdminWorld.content;
import static io.edgemint.admin.AdminWorld.now;
import static io.edgemint.admin.AdminWorld.staff;
import static io.edgemint.admin.Mandate.OPERATOR;
import static io.edgemint.admin.Mandate.ORG_ADMIN;
import static io.edgemint.admin.Mandate.VIEWER;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what at the operator's port: every role at every route, and every way around. */
class AdminRolesTest {
  private static final String ORGS = "/admin/v1/orgs/";

  private static @TempDir @Nullable Path folder;
  private static @Nullable AdminWorld world;

  @BeforeAll
  static void open() throws InterruptedException {
    world = new AdminWorld(Objects.requireNonNull(folder)).withOrgs();
  }

  @AfterAll
  static void close() {
    world().close();
  }

  private static AdminWorld world() {
    return Objects.requireNonNull(world);
  }

  /** Every route that needs a token, from the router itself. */
  @SuppressWarnings("NullAway") // No call is made.
  private static Set<String> routes() {
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      new AdminApi(
              vertx,
              new Administration(
                  null, null, null, null, null, null, null, null, null, null, null, null, null),
              null)
          .install(router);
      return router.getRoutes().stream()
          .filter(route -> route.methods() != null && !route.getPath().endsWith("openapi.json"))
          .flatMap(route -> route.methods().stream().map(it -> it + " " + route.getPath()))
          .collect(Collectors.toCollection(TreeSet::new));
    } finally {
      Patience.await(vertx.close());
    }
  }

  private static Answer ask(String route, String org, String token) {
    String[] parts = route.split(" ", 2);
    String path =
        parts[1].replace(":org", org).replace(":backend", "none").replaceAll(":[a-z]+", "zz");
    return world().call(parts[0], path, token, Map.of(), "");
  }

  /** How a call ends at the door: {@code in}, or the status and code with which it is refused. */
  private static String door(Answer answer) {
    boolean unseen = answer.text().contains("another than the token's");
    return answer.status() == 401 || answer.status() == 403 || unseen
        ? answer.status() + " " + code(answer)
        : "in";
  }

  @Test
  void everyRoute_hasARule_andEveryRuleARoute() {
    assertThat(routes()).isEqualTo(Rights.calls());
  }

  @Test
  void everyRole_everyRoute_mayDoWhatTheTableSays() {
    String viewer = staff("vera", null, VIEWER);
    String operator = staff("olga", null, OPERATOR);
    String own = staff("anna", "acme", ORG_ADMIN);
    String both = staff("bea", "acme", ORG_ADMIN, VIEWER);
    for (String route : routes()) {
      boolean reads = route.startsWith("GET ");
      boolean lists = !route.contains(":org");
      boolean platforms = route.equals("DELETE /admin/v1/orgs/:org");
      for (String org : List.of("acme", "globex", "never-was")) {
        String what = route + " of " + org;
        assertThat(door(ask(route, org, ""))).as(what).isEqualTo("401 token_invalid");
        assertThat(door(ask(route, org, operator))).as(what).isEqualTo("in");
        assertThat(door(ask(route, org, world().bootstrap()))).as(what).isEqualTo("in");
        assertThat(door(ask(route, org, viewer)))
            .as(what)
            .isEqualTo(reads ? "in" : "403 scope_insufficient");
        boolean acme = org.equals("acme");
        assertThat(door(ask(route, org, own)))
            .as(what)
            .isEqualTo(
                lists || (acme && !platforms)
                    ? "in"
                    : acme ? "403 scope_insufficient" : "404 org_missing");
        assertThat(door(ask(route, org, both)))
            .as(what)
            .isEqualTo(reads || (acme && !platforms) ? "in" : "403 scope_insufficient");
      }
    }
  }

  @Test
  void otherOrg_whetherItExistsOrNot_answersTheSameBytes() {
    String own = staff("anna", "acme", ORG_ADMIN);
    for (String route : routes()) {
      if (!route.contains(":org")) {
        continue;
      }
      Answer never = ask(route, "never-was", own);
      for (String other : List.of("globex", "ACME", "acme%2F", "%61cme%00", "x")) {
        Answer answer = ask(route, other, own);
        assertThat(answer.status()).as(route + " of " + other).isIn(400, 404);
        if (answer.status() == 404) {
          assertThat(answer.body()).as(route + " of " + other).isEqualTo(never.body());
          assertThat(answer.headers()).isEqualTo(never.headers());
        }
      }
    }
  }

  @Test
  void lists_ofAnOrgAdmin_holdItsOwnAlone() {
    String own = staff("anna", "acme", ORG_ADMIN);
    JsonObject orgs = new JsonObject(world().get("/admin/v1/orgs", own).text());
    assertThat(orgs.getJsonArray("orgs")).hasSize(1);
    assertThat(orgs.encode()).contains("acme").doesNotContain("globex");
    Answer audit = world().get("/admin/v1/audit", own);
    assertThat(audit.text()).contains("\"acme\"").doesNotContain("globex");
    Answer other = world().get("/admin/v1/audit?org=globex", own);
    assertThat(other.status()).isEqualTo(404);
    assertThat(other.body()).isEqualTo(world().get("/admin/v1/audit?org=never-was", own).body());
    assertThat(world().get("/admin/v1/orgs", staff("vera", null, VIEWER)).text())
        .contains("acme", "globex");
    Answer nobody = world().get("/admin/v1/orgs", staff("n", "never-was", ORG_ADMIN));
    assertThat(new JsonObject(nobody.text()).getJsonArray("orgs")).isEmpty();
  }

  @Test
  void orgAdmin_deletesNoOrg_evenItsOwn_andMakesNone() {
    String newcomer = staff("nina", "newcomer", ORG_ADMIN);
    Answer made =
        world()
            .call(
                "PUT",
                ORGS + "newcomer",
                newcomer,
                Map.of("If-None-Match", "*"),
                "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
    assertThat(made.status()).as(made.text()).isEqualTo(403);
    assertThat(world().get(ORGS + "newcomer", world().bootstrap()).status()).isEqualTo(404);
  }

  @Test
  void orgAdmin_whatIsThePlatforms_staysAsItStands() {
    String own = staff("anna", "acme", ORG_ADMIN);
    String regions = "{\"policy\": {\"entitlement\": [\"fw/\"], \"allowed_regions\": %s}}";
    refused(own, ORGS + "acme", regions.formatted("[]"), "allowed_regions");
    refused(own, ORGS + "acme", regions.formatted("[\"eu-west-1\", \"us-east-1\"]"), "regions");
    String role = "arn:aws:iam::123456789012:role/edgemint";
    String via = "arn:aws:iam::111122223333:role/binary_backend_globex_prod";
    refused(own, ORGS + "acme/backends/prod", AdminWorld.backend(role, via), "via");
    refused(own, ORGS + "acme/backends/new", AdminWorld.backend(role, via), "via");
    Answer good =
        put(own, ORGS + "acme", regions.formatted("[\"eu-west-1\"]").replace("fw/", "fw2/"));
    assertThat(good.status()).as(good.text()).isEqualTo(200);
    assertThat(world().lastChange().getString("actor")).isEqualTo(STAFF + "|anna");
    assertThat(
            put(world().bootstrap(), ORGS + "acme/backends/prod", AdminWorld.backend(role, via))
                .status())
        .isEqualTo(200);
    assertThat(put(own, ORGS + "acme/backends/prod", AdminWorld.backend(role, via)).status())
        .as("sent as it stands")
        .isEqualTo(200);
    refused(own, ORGS + "acme/backends/prod", AdminWorld.backend(role, null), "via");
  }

  private static Answer put(String token, String path, String body) {
    String seen = world().get(ORGS + "acme", token).header("etag");
    return world().call("PUT", path, token, Map.of("If-Match", seen), body);
  }

  private static void refused(String token, String path, String body, String word) {
    Answer answer = put(token, path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(403);
    assertThat(answer.text()).contains("scope_insufficient", word);
    assertThat(answer.header("www-authenticate"))
        .isEqualTo("Bearer error=\"insufficient_scope\", scope=\"edgemint:operator\"");
  }

  @Test
  void orgAdmin_takesWhatIsAnothers_isNotToldWhose() {
    String own = staff("anna", "acme", ORG_ADMIN);
    String theirs = AdminWorld.backend("arn:aws:iam::210987654321:role/edgemint", null);
    Answer answer = put(own, ORGS + "acme/backends/grab", theirs);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.text()).contains("is not free").doesNotContain("globex");
    assertThat(put(world().bootstrap(), ORGS + "acme/backends/grab", theirs).text())
        .contains("globex");
  }

  @Test
  void tokens_thatDoNotHold_openNothing() {
    String good = staff("olga", null, OPERATOR);
    String payload = good.split("\\.", -1)[1];
    String none = base64("{\"alg\":\"none\",\"typ\":\"JWT\"}");
    Map<String, String> bad =
        Map.of(
            "of devices' issuer",
            DEVICES_KEY.mint(content(DEVICES, "edgemint", "d", "acme", OPERATOR), now()),
            "of devices' issuer, meant for here",
            DEVICES_KEY.mint(content(DEVICES, "edgemint-admin", "d", "acme", OPERATOR), now()),
            "of the same issuer, meant for devices",
            STAFF_KEY.mint(content(STAFF, "edgemint", "d", "acme", OPERATOR), now()),
            "of the same issuer, meant for both",
            STAFF_KEY.mint(content(STAFF, "edgemint,edgemint-admin", "d", null, OPERATOR), now()),
            "signed by the devices' key",
            DEVICES_KEY.mint(content(STAFF, "edgemint-admin", "d", null, OPERATOR), now()),
            "of tomorrow",
            STAFF_KEY.mint(content(STAFF, "edgemint-admin", "o", null, OPERATOR), now() + 9000),
            "alg none",
            none + "." + payload + ".",
            "alg none with a signature",
            none + "." + payload + ".AAAA",
            "without signature",
            good.substring(0, good.lastIndexOf('.')),
            "with a changed payload",
            good.replace(payload, base64("{\"iss\":\"https://staff.test\"}")));
    bad.forEach(
        (what, token) -> {
          Answer answer = world().get("/admin/v1/orgs", token);
          assertThat(door(answer)).as(what).isEqualTo("401 token_invalid");
          assertThat(answer.header("www-authenticate"))
              .as(what)
              .isEqualTo("Bearer error=\"invalid_token\"");
        });
    assertThat(door(world().get("/admin/v1/orgs", good))).isEqualTo("in");
    String old =
        STAFF_KEY.mint(content(STAFF, "edgemint-admin", "o", null, OPERATOR), now() - 7200);
    assertThat(door(world().get("/admin/v1/orgs", old))).isEqualTo("401 token_expired");
    assertThat(world().call("GET", "/admin/v1/orgs", "", Map.of(), "").header("www-authenticate"))
        .isEqualTo("Bearer");
  }

  @Test
  void administratorsToken_atTheDevicesPort_getsNoLink() {
    Answer answer = world().device(staff("anna", "acme", OPERATOR, ORG_ADMIN));
    assertThat(answer.status()).isEqualTo(401);
    Answer device = world().device(STAFF_KEY.mint(content(STAFF, "edgemint", "d", "acme"), now()));
    assertThat(device.status()).as("same issuer and key, meant for devices").isNotEqualTo(401);
  }

  @Test
  void scopes_thatAreNone_openNothing() {
    for (String token :
        List.of(
            staff("x", "acme"),
            staff("x", "acme", "admin", "edgemint:viewer2", "EDGEMINT:OPERATOR"),
            staff("x", null, ORG_ADMIN))) {
      Answer answer = world().get("/admin/v1/orgs", token);
      assertThat(door(answer)).isEqualTo("403 scope_insufficient");
      assertThat(answer.header("www-authenticate")).contains("error=\"insufficient_scope\"");
    }
    assertThat(
            door(ask("DELETE /admin/v1/orgs/:org", "none", staff("x", null, OPERATOR, ORG_ADMIN))))
        .as("the strongest counts")
        .isEqualTo("in");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[\"acme\",\"globex\"]", "[\"acme\"]", "{}", "1", "\"ACME\"", "\"\"", "null"})
  void orgClaim_thatIsNotOneOrg_isRefused(String claim) {
    // Everything but the claim and the signature is right, which the next line proves.
    assertThat(door(world().get("/admin/v1/orgs", signed("\"acme\"")))).isEqualTo("in");
    assertThat(door(world().get("/admin/v1/orgs", signed(claim)))).startsWith("401");
  }

  private static String signed(String org) {
    String payload =
        "{\"iss\":\"%s\",\"aud\":\"edgemint-admin\",\"sub\":\"a\",\"exp\":%d,\"scope\":\"%s\",\"org\":%s}"
            .formatted(STAFF, now() + 600, ORG_ADMIN, org);
    return Hmac.token(payload, "the staff's secret, of thirty-two bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin/v1/orgs/acme/../globex",
        "/admin/v1/orgs/acme/%2e%2e/globex",
        "/admin/v1/orgs/acme%2f..%2fglobex",
        "/admin/v1/orgs/acme%2F..%2Fglobex/explain?key=a",
        "/admin/v1/orgs//globex",
        "//admin/v1/orgs/globex",
        "/admin//v1/orgs/globex",
        "/admin/v1/orgs/globex/",
        "/admin/v1/./orgs/globex",
        "/admin/v1/orgs/acme;/../globex",
        "/admin/v1/orgs/glob%65x",
        "/admin/v1/orgs/globex%20",
        "/admin/v1/orgs/GLOBEX",
        "/admin/v1/orgs/globex?org=acme",
        "/admin/v1/orgs/globex/backends/prod?org=acme",
        "/admin/v1/orgs/acme/backends/..%2f..%2fglobex",
        "/ADMIN/v1/orgs/globex",
        "/metrics/../admin/v1/orgs/globex"
      })
  void pathTricks_neverWidenRights(String path) {
    String own = staff("anna", "acme", ORG_ADMIN);
    for (String method : List.of("GET", "PUT", "DELETE", "POST", "HEAD", "OPTIONS", "PATCH")) {
      Answer answer =
          world()
              .call(
                  method,
                  path,
                  own,
                  Map.of(
                      "X-HTTP-Method-Override", "GET",
                      "X-Forwarded-Prefix", "/admin/v1/orgs/acme",
                      "X-Original-URL", "/admin/v1/orgs/acme"),
                  "");
      // 428: the name of a backend of its own, which is only missing its version.
      assertThat(answer.status()).as(method + " " + path).isIn(400, 404, 428);
      assertThat(answer.text()).as(method + " " + path).doesNotContain("210987654321");
      String viewer = staff("vera", null, VIEWER);
      if (!method.equals("GET")) {
        assertThat(world().call(method, path, viewer, Map.of(), "").status())
            .as(method + " " + path)
            .isIn(400, 403, 404);
      }
      assertThat(world().call(method, path, "", Map.of(), "").status()).isIn(400, 401, 404);
    }
  }

  @Test
  void methodOverride_byAViewer_isNotListenedTo() {
    Answer answer =
        world()
            .call(
                "GET",
                ORGS + "acme",
                staff("vera", null, VIEWER),
                Map.of("X-HTTP-Method-Override", "DELETE", "X-Actor", "mallory"),
                "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
  }

  @Test
  void authorization_standsTwice_isRefused() {
    Answer answer =
        world()
            .call(
                "GET",
                "/admin/v1/orgs",
                staff("olga", null, OPERATOR),
                Map.of("authorization", "Bearer " + world().bootstrap()),
                "");
    assertThat(answer.status()).isEqualTo(401);
  }

  @Test
  void twoOperators_ofOneVersion_oneWinsAndBothAreNamed() {
    String olga = staff("olga", null, OPERATOR);
    String otto = staff("otto", null, OPERATOR);
    String seen = world().get(ORGS + "globex", olga).header("etag");
    String body =
        "{\"policy\": {\"entitlement\": [\"%s/\"], \"allowed_regions\": [\"eu-west-1\"]}}";
    Map<String, String> ifSeen =
        Map.of("If-Match", seen, "X-Actor", "mallory", "X-Forwarded-User", "mallory");
    List<Answer> answers =
        List.of(olga, otto).parallelStream()
            .map(
                token ->
                    world()
                        .call(
                            "PUT",
                            ORGS + "globex",
                            token,
                            ifSeen,
                            body.formatted(token.equals(olga) ? "by-olga" : "by-otto")))
            .toList();
    assertThat(answers.stream().filter(it -> it.status() == 200)).hasSize(1);
    Answer lost = answers.stream().filter(it -> it.status() != 200).findFirst().orElseThrow();
    assertThat(lost.status()).as(lost.text()).isIn(409, 412);
    assertThat(lost.text()).contains("read it again");
    String winner = answers.get(0).status() == 200 ? "olga" : "otto";
    assertThat(world().lastChange().getString("actor")).isEqualTo(STAFF + "|" + winner);
    assertThat(world().get(ORGS + "globex", olga).text()).contains("by-" + winner);

    String loser = winner.equals("olga") ? otto : olga;
    String now = world().get(ORGS + "globex", loser).header("etag");
    Answer again =
        world().call("PUT", ORGS + "globex", loser, Map.of("If-Match", now), body.formatted("fw"));
    assertThat(again.status()).isEqualTo(200);
    JsonObject page =
        new JsonObject(world().get("/admin/v1/audit?org=globex&limit=2", olga).text());
    assertThat(
            page.getJsonArray("entries").stream().map(it -> ((JsonObject) it).getString("actor")))
        .containsExactlyInAnyOrder(STAFF + "|olga", STAFF + "|otto");
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
