package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.RawClient.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeServerTest {
  private final EdgeWorld world =
      new EdgeWorld(EdgeWorld.org("acme", false), EdgeWorld.org("globex", true));
  private RawClient client = world.client();

  @BeforeEach
  void connect() {
    client.close();
    client = world.client();
  }

  @AfterEach
  void close() {
    client.close();
    world.close();
  }

  @Test
  void links_knownDevice_getsTheWholeAnswer() {
    Answer answer = client.get("/v1/links/fw/1%20a.bin", world.token("acme", "dev-1"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("cache-control", "no-store")
        .containsEntry("x-content-type-options", "nosniff")
        .doesNotContainKey("server");
    JsonObject body = new JsonObject(answer.body());
    assertThat(body.fieldNames())
        .containsExactly(
            "url",
            "method",
            "expires_at",
            "expires_in",
            "server_time",
            "limited_by",
            "org",
            "backend",
            "via",
            "object");
    assertThat(body.getString("url"))
        .startsWith("https://s3.test/platform/orgs/acme/fw/1%20a.bin?X-Amz-Algorithm=");
    assertThat(body.getString("method")).isEqualTo("GET");
    assertThat(body.getString("server_time")).isEqualTo("2026-11-20T12:00:00Z");
    assertThat(body.getLong("expires_in")).isBetween(900L - 56, 900L);
    assertThat(body.getString("limited_by")).isEqualTo("backend");
    assertThat(body.getString("org")).isEqualTo("acme");
    assertThat(body.getString("backend")).isEqualTo("default");
    assertThat(body.getString("via")).isEqualTo("default");
    assertThat(body.getJsonObject("object").getString("key")).isEqualTo("fw/1 a.bin");
  }

  @Test
  void links_sameLinkLater_saysTheTrueRestAndNeverMore() {
    String token = world.token("acme", "dev-1");
    JsonObject first = new JsonObject(client.get("/v1/links/fw/a", token).body());
    world.clock.pass(Duration.ofMillis(1));
    JsonObject justAfter = new JsonObject(client.get("/v1/links/fw/a", token).body());
    assertThat(justAfter.getLong("expires_in")).isEqualTo(first.getLong("expires_in") - 1);
    assertThat(justAfter.getString("server_time")).isEqualTo("2026-11-20T12:00:01Z");
    assertThat(justAfter.getString("url")).isEqualTo(first.getString("url"));
    world.clock.pass(Duration.ofMillis(999));
    assertThat(client.get("/v1/links/fw/a", token).body()).isEqualTo(justAfter.encode());
  }

  @Test
  void links_lifeAskedFor_limitsTheLink() {
    String token = world.token("acme", "dev-1");
    JsonObject body = new JsonObject(client.get("/v1/links/fw/a?ttl=120", token).body());
    assertThat(body.getString("limited_by")).isEqualTo("request");
    assertThat(body.getLong("expires_in")).isBetween(120L - 7, 120L);
  }

  @Test
  void links_orgThatAsksForIt_endsWithTheToken() {
    String token = world.token("globex", "dev-1");
    world.clock.pass(Duration.ofMinutes(50));
    JsonObject body = new JsonObject(client.get("/v1/links/fw/a", token).body());
    assertThat(body.getString("limited_by")).isEqualTo("token");
    assertThat(body.getLong("expires_in")).isBetween(600L - 56, 600L);
  }

  @Test
  void downloads_knownDevice_isSentToAFreshLink() {
    Answer answer = client.get("/v1/downloads/fw/a", world.token("acme", "dev-1"));
    assertThat(answer.status()).isEqualTo(307);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers())
        .containsEntry("cache-control", "no-store")
        .containsEntry("referrer-policy", "no-referrer");
    assertThat(answer.headers().get("location"))
        .startsWith("https://s3.test/platform/orgs/acme/fw/a?");
  }

  @Test
  void batch_severalKeys_oneResultEachInOrder() {
    String body = "{\"keys\":[\"fw/a b\",\"other/x\",\"fw/../x\",\"fw/\\u00fc\"]}";
    Answer answer = client.post("/v1/links", world.token("acme", "dev-1"), body);
    assertThat(answer.status()).isEqualTo(200);
    JsonArray results = new JsonObject(answer.body()).getJsonArray("results");
    assertThat(results).hasSize(4);
    assertThat(results.getJsonObject(0).getString("url")).contains("/orgs/acme/fw/a%20b?");
    assertThat(results.getJsonObject(1).getString("code")).isEqualTo("key_not_entitled");
    assertThat(results.getJsonObject(2).getString("code")).isEqualTo("key_invalid");
    assertThat(results.getJsonObject(2).getJsonObject("object").getString("key"))
        .isEqualTo("fw/../x");
    assertThat(results.getJsonObject(3).getString("url")).contains("/fw/%C3%BC?");
  }

  @Test
  void batch_refusedForGood_saysNothingOfWaiting() {
    Answer answer =
        client.post("/v1/links", world.token("acme", "dev-1"), "{\"keys\":[\"fw//1\"]}");
    assertThat(answer.body()).contains("\"key_invalid\"").doesNotContain("retry_after");
  }

  @Test
  void batch_sixtyFourKeys_isTheMost() {
    String token = world.token("acme", "dev-1");
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      keys.add("\"fw/" + i + "\"");
    }
    String most = "{\"keys\":[" + String.join(",", keys) + "]}";
    assertThat(new JsonObject(client.post("/v1/links", token, most).body()).getJsonArray("results"))
        .hasSize(64);
    keys.add("\"fw/64\"");
    assertProblem(
        client.post("/v1/links", token, "{\"keys\":[" + String.join(",", keys) + "]}"),
        400,
        "request_invalid");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"keys\":[]}",
        "{\"keys\":[1]}",
        "{\"keys\":[null]}",
        "{\"keys\":\"a\"}",
        "{\"keys\":[\"a\"],\"org\":\"globex\"}",
        "{\"org\":\"globex\",\"keys\":[\"a\"]}",
        "{\"keys\":[\"a\"],\"keys\":[\"b\"]}",
        "{\"keys\":[\"a\"]} {}",
        "{\"keys\":[\"a\"",
        "{\"keys\":[[\"a\"]]}",
        "{'keys':['a']}",
        "{\"keys\":[\"a\"]}/**/"
      })
  void batch_anythingElse_isRefused(String body) {
    assertProblem(
        client.post("/v1/links", world.token("acme", "dev-1"), body), 400, "request_invalid");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/links/,400,key_invalid",
    "/v1/links/fw/%2e%2e/x,400,key_invalid",
    "/v1/links/fw%2fx,400,key_invalid",
    "/v1/links/fw/%00,400,key_invalid",
    "/v1/links//fw/x,400,key_invalid",
    "/v1/links/other/x,403,key_not_entitled",
    "/v1/links/fw/x?ttl=1,400,ttl_out_of_range",
    "/v1/links/fw/x?org=globex,400,request_invalid",
    "/v1/links/fw/x?max_url_bytes=50,409,url_too_long",
    "/v1/links,405,method_not_allowed",
    "/v1/linksx,404,route_unknown",
    "/v1/link/fw/x,404,route_unknown",
    "/V1/links/fw/x,404,route_unknown",
    "/,404,route_unknown",
    "//v1/links/fw/x,404,route_unknown",
    "/v1/./links/fw/x,404,route_unknown",
    "http://evil.test/v1/links/fw/x,400,request_invalid",
    "*,400,request_invalid",
  })
  void anyRoute_badRequest_isRefusedByItsRow(String path, int status, String code) {
    assertProblem(client.get(path, world.token("acme", "dev-1")), status, code);
  }

  @Test
  void links_version_isPinnedInTheSignedQuery() {
    String token = world.token("acme", "dev-1");
    JsonObject body = new JsonObject(client.get("/v1/links/fw/a?version=v.1_-", token).body());
    assertThat(body.getString("url")).contains("&versionId=v.1_-");
  }

  @Test
  void token_missingTwiceOrOfAnotherScheme_isRefused() {
    String get = "GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\n";
    Answer missing = client.send(get + "\r\n");
    assertProblem(missing, 401, "token_missing");
    assertThat(missing.headers()).containsEntry("www-authenticate", "Bearer");
    assertProblem(client.send(get + "Authorization: Basic YTpi\r\n\r\n"), 401, "token_missing");
    String good = "Authorization: Bearer " + world.token("acme", "dev-1") + "\r\n";
    assertProblem(client.send(get + good + good + "\r\n"), 400, "request_invalid");
    assertThat(client.isClosedByTheServer()).isTrue();
    connect();
    Answer bad = client.get("/v1/links/fw/a", "a.b.c");
    assertProblem(bad, 401, "token_invalid");
    assertThat(bad.headers().get("www-authenticate")).contains("invalid_token");
    assertThat(client.send(get + good.replace("Bearer", "bEARER") + "\r\n").status())
        .isEqualTo(200);
  }

  @Test
  void token_expiredToTheSecond_isRefused() {
    String token = world.token("acme", "dev-1");
    world.clock.pass(Duration.ofSeconds(3599));
    assertThat(client.get("/v1/links/fw/a", token).status()).isEqualTo(200);
    world.clock.pass(Duration.ofSeconds(1));
    assertProblem(client.get("/v1/links/fw/a", token), 401, "token_expired");
  }

  @Test
  void entitlementOfTheToken_standsBeforeThatOfTheOrg() {
    String token = world.token("acme", "dev-1", new Entitlement(List.of("boot/")));
    assertThat(client.get("/v1/links/boot/a", token).status()).isEqualTo(200);
    assertProblem(client.get("/v1/links/fw/a", token), 403, "key_not_entitled");
  }

  @Test
  void snapshot_orgGone_countsAtOnce() {
    String token = world.token("acme", "dev-1");
    assertThat(client.get("/v1/links/fw/a", token).status()).isEqualTo(200);
    world.orgs.replace(Snapshot.of(2, List.of()));
    assertProblem(client.get("/v1/links/fw/a", token), 403, "org_unknown");
  }

  @Test
  void residency_defaultStorageElsewhere_isHeldWithARetryHint() {
    Policy policy = new Policy(new Entitlement(List.of("")), Set.of("us-east-1"), false);
    world.orgs.replace(Snapshot.of(2, List.of(Samples.org("acme", policy))));
    Answer answer = client.get("/v1/links/fw/a", world.token("acme", "dev-1"));
    assertProblem(answer, 503, "residency_hold");
    assertThat(Integer.parseInt(answer.headers().get("retry-after"))).isBetween(5, 24);
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPTIONS", "HEAD", "POST", "DELETE", "TRACE", "FOO"})
  void otherMethods_neverReachAHandler(String method) {
    client.write(
        method
            + " /v1/links/fw/a HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.test\r\n"
            + "Access-Control-Request-Headers: Authorization\r\nContent-Length: 0\r\n"
            + "Connection: close\r\n\r\n");
    Answer answer = client.read();
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers())
        .containsEntry("allow", "GET")
        .doesNotContainKey("access-control-allow-origin");
    if (method.equals("HEAD")) {
      assertThat(answer.body()).isEmpty();
    } else {
      assertProblem(answer, 405, "method_not_allowed");
    }
  }

  @Test
  void sameKeyOnDefaultStorage_askedInTurns_neverMixesTheOrgs() {
    String acme = world.token("acme", "dev-1");
    String globex = world.token("globex", "dev-1");
    for (int i = 0; i < 50; i++) {
      assertThat(client.get("/v1/links/fw/a", acme).body()).contains("/orgs/acme/fw/a?");
      assertThat(client.get("/v1/links/fw/a", globex).body()).contains("/orgs/globex/fw/a?");
    }
  }

  @Test
  void links_faultAfterTheBackendWasAwaited_isAnswered() {
    Grants awaiting = world.grants(task -> world.vertx.runOnContext(later -> task.run()));
    // The handler asks for the time before it awaits the backend, and once more to render the link.
    Iterator<Instant> once = List.of(world.clock.instant()).iterator();
    world.serve(awaiting, once::next);
    connect();
    Answer answer = client.get("/v1/links/fw/a", world.token("acme", "dev-1"));
    assertProblem(answer, 500, "internal");
  }

  @Test
  void requests_areCountedByRouteAndOutcome() {
    client.get("/v1/links/fw/a", world.token("acme", "dev-1"));
    client.get("/v1/links/other", world.token("acme", "dev-1"));
    assertThat(count("/v1/links/{key}", "ok")).isEqualTo(1);
    assertThat(count("/v1/links/{key}", "key_not_entitled")).isEqualTo(1);
  }

  private double count(String route, String outcome) {
    return world
        .meters
        .get("gateway.requests")
        .tags("route", route, "outcome", outcome)
        .counter()
        .count();
  }

  private static void assertProblem(Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
    JsonObject body = new JsonObject(answer.body());
    assertThat(body.getString("code")).isEqualTo(code);
    assertThat(body.getInteger("status")).isEqualTo(status);
    assertThat(body.getString("title")).isNotBlank();
    assertThat(body.getString("detail")).isNotBlank();
    assertThat(body.getString("request_id")).isEqualTo(answer.headers().get("x-request-id"));
    assertThat(body.getBoolean("retryable")).isEqualTo(status >= 500);
  }

  @Test
  void batch_tokenThatEndsWhileTheBodyComes_isRefused() {
    String token = world.token("acme", "dev-1");
    client.write(
        "POST /v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\nAuthorization: Bearer "
            + token
            + "\r\nExpect: 100-continue\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(100);
    world.clock.pass(Duration.ofHours(1));
    assertProblem(client.send("{\"keys\":[\"fw/a\"]}"), 401, "token_expired");
  }

  @Test
  void links_tokenThatEndsWithinTheSecond_isRefusedWhereLinksEndWithIt() {
    String token = world.token("globex", "dev-1");
    world.clock.pass(Duration.ofHours(1).minusMillis(500));
    assertProblem(client.get("/v1/links/fw/a", token), 401, "token_expired");
    assertThat(client.get("/v1/links/fw/a", world.token("globex", "dev-2")).status())
        .isEqualTo(200);
  }

  @Test
  void headers_moreThanSixtyFour_areRefused() {
    String most = "GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(63);
    assertThat(client.send(most + "\r\n").status()).isEqualTo(401);
    assertThat(client.send(most + "\r\n").status()).isEqualTo(401);
    Answer answer = client.send(most + "a: b\r\n\r\n");
    assertProblem(answer, 431, "headers_too_large");
    assertThat(client.isClosedByTheServer()).isTrue();
  }

  @Test
  void posts_refusedWithMuchToCome_endTheConnection() {
    client.write("POST /v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n{\"keys\":[");
    Answer answer = client.read();
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.headers()).containsEntry("connection", "close");
    assertThat(client.isClosedByTheServer()).isTrue();
  }
}
