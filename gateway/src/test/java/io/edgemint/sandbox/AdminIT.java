package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.TestAuthority;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An organisation's admin at work over HTTP, from nothing to a rotated key. */
class AdminIT extends InSandbox {
  private static final String ORGS = "/admin/v1/orgs/";

  private static Answer call(String method, String path, Map<String, String> more, String body) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Authorization", "Bearer " + running().adminToken());
    return Viewer.send(
        method, running().admin() + path, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonObject good(int status, String method, String path, String... ifAndBody) {
    Map<String, String> condition =
        ifAndBody.length > 0 && !ifAndBody[0].isEmpty()
            ? Map.of("If-Match", ifAndBody[0])
            : Map.of();
    Answer answer = call(method, path, condition, ifAndBody.length > 1 ? ifAndBody[1] : "");
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    return new JsonObject(answer.text());
  }

  private static void refused(int status, String code, Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(new JsonObject(answer.text()).getString("code")).isEqualTo(code);
    assertThat(answer.text()).doesNotContain("Exception", "at io.");
  }

  private static String etag(String org) {
    return call("GET", ORGS + org, Map.of(), "").header("etag");
  }

  private static String bucket(Tenant tenant, String more) {
    return """
    {"bucket": "%s", "region": "%s", "prefix": "%s", "endpoint": "%s", "path_style": true,
     "credentials": {"static": {"access_key_id": "%s", "secret_access_key": "%s"}}%s}
    """
        .formatted(
            tenant.bucket(),
            S3Server.REGION,
            tenant.prefix(),
            running().world().s3().base(),
            tenant.account().accessKeyId(),
            tenant.account().secretAccessKey(),
            more);
  }

  @Test
  void wholeLife_overHttp_servesRollsBackAndSuspends() throws Exception {
    String org = "stark";
    String policy = "{\"policy\": {\"entitlement\": [\"fw/\"]}}";
    Map<String, String> create = Map.of("If-None-Match", "*");
    Answer made = call("PUT", ORGS + org, create, policy);
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    refused(412, "version_changed", call("PUT", ORGS + org, create, policy));

    String backend = ORGS + org + "/backends/main";
    String body = "{\"upload\": {\"s3\": " + bucket(Tenant.UMBRELLA, "") + "}}";
    refused(428, "version_required", call("PUT", backend, Map.of(), body));
    JsonObject put = good(200, "PUT", backend, made.header("etag"), body);
    assertThat(put.encode()).doesNotContain(Tenant.UMBRELLA.account().secretAccessKey());
    refused(
        412,
        "version_changed",
        call("PUT", backend, Map.of("If-Match", made.header("etag")), body));
    refused(409, "not_verified", call("POST", backend + "/activate", Map.of(), ""));

    JsonObject found = good(200, "POST", backend + "/validate");
    assertThat(found.getBoolean("verified")).as(found.encode()).isTrue();
    assertThat(found.getJsonArray("checks")).isNotEmpty();
    // In default storage there is nothing of this organisation, so nothing can be missing.
    good(200, "POST", backend + "/activate");
    assertServes(org, "main@1");

    JsonObject explained = good(200, "GET", ORGS + org + "/explain?key=fw/a.bin&subject=dev-1");
    assertThat(explained.getString("via")).isEqualTo("s3");
    assertThat(explained.getString("access")).startsWith("granted");
    assertThat(explained.encode()).doesNotContain("X-Amz-Signature");
    assertThat(good(200, "GET", ORGS + org + "/explain?key=secret/a.bin").getString("access"))
        .startsWith("key_not_entitled");

    String other =
        "{\"upload\": {\"s3\": " + bucket(Tenant.UMBRELLA, ", \"encryption\": \"sse-s3\"") + "}}";
    good(200, "PUT", backend, etag(org), other);
    good(200, "POST", backend + "/validate");
    good(200, "POST", backend + "/activate");
    assertServes(org, "main@2");
    good(200, "POST", backend + "/rollback");
    assertServes(org, "main@1");

    refused(409, "wrong_state", call("DELETE", backend, Map.of("If-Match", etag(org)), ""));
    refused(409, "wrong_state", call("DELETE", ORGS + org, Map.of("If-Match", etag(org)), ""));
    good(200, "POST", backend + "/suspend");
    Patience.until(
        () -> good(200, "GET", ORGS + org + "/explain?key=fw/a").getJsonObject("refused") != null);
    assertThat(failing()).contains(org);
    good(200, "POST", backend + "/resume");
    good(200, "POST", backend + "/suspend");
    good(200, "DELETE", ORGS + org, etag(org));
    refused(404, "org_missing", call("GET", ORGS + org, Map.of(), ""));
    refused(409, "conflict", call("PUT", ORGS + org, create, policy));
  }

  private static void assertServes(String org, String revision) throws Exception {
    Patience.until(
        () -> {
          Answer now = call("GET", ORGS + org + "/explain?key=fw/a.bin", Map.of(), "");
          return revision.equals(new JsonObject(now.text()).getString("serving"));
        });
  }

  @Test
  void otherCalls_whileEveryProbeHangs_areAnswered() throws Exception {
    String org = "hydra";
    call(
        "PUT",
        ORGS + org,
        Map.of("If-None-Match", "*"),
        "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String storage =
          bucket(Tenant.UMBRELLA, "")
              .replace(
                  running().world().s3().base().toString(),
                  "http://127.0.0.1:" + silent.getLocalPort());
      String backend = ORGS + org + "/backends/main";
      good(200, "PUT", backend, etag(org), "{\"upload\": {\"s3\": " + storage + "}}");
      List<CompletableFuture<Answer>> hanging =
          Stream.generate(
                  () ->
                      CompletableFuture.supplyAsync(
                          () -> call("POST", backend + "/validate", Map.of(), ""),
                          task -> new Thread(task, "validate").start()))
              .limit(8)
              .toList();
      Thread.sleep(1000); // All of them wait for the storage now, each for ten seconds.

      good(200, "GET", ORGS + org);

      assertThat(hanging).noneMatch(CompletableFuture::isDone);
    }
    call("DELETE", ORGS + org, Map.of("If-Match", etag(org)), "");
  }

  private static List<String> failing() {
    return good(200, "GET", "/admin/v1/orgs?state=failing").getJsonArray("orgs").stream()
        .map(it -> ((JsonObject) it).getString("org"))
        .toList();
  }

  @Test
  void setup_ofABackendWithARole_isFilledInInEachForm() {
    String org = "wayne";
    Map<String, String> create = Map.of("If-None-Match", "*");
    call("PUT", ORGS + org, create, "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
    String backend = ORGS + org + "/backends/main";
    good(
        200,
        "PUT",
        backend,
        etag(org),
        "{\"upload\": {\"s3\": {\"bucket\": \"wayne-firmware\", \"region\": \"eu-west-1\","
            + " \"credentials\": {\"role\": \"arn:aws:iam::123456789012:role/edgemint\"}}}}");
    JsonObject json = good(200, "GET", backend + "/setup");
    assertThat(json.getJsonObject("trust_policy").encode())
        .contains("arn:aws:iam::111122223333:role/edgemint", "\"sts:ExternalId\":\"wayne\"");
    for (String format : List.of("cli", "terraform")) {
      Answer answer = call("GET", backend + "/setup?format=" + format, Map.of(), "");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).contains("wayne-firmware");
    }
    refused(400, "query_invalid", call("GET", backend + "/setup?format=xml", Map.of(), ""));
  }

  @Test
  void certificateAuthorities_overHttp_areProvedRevokedAndRemoved() {
    String org = "oscorp";
    Map<String, String> create = Map.of("If-None-Match", "*");
    call("PUT", ORGS + org, create, "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
    Instant now = Instant.now();
    TestAuthority ca = TestAuthority.root("Oscorp Devices", now);
    String all = ORGS + org + "/certificate-authorities";
    JsonObject certificate = new JsonObject().put("certificate", ca.pem());
    JsonObject challenge = good(200, "POST", all + "/challenge", "", certificate.encode());
    JsonObject body =
        new JsonObject()
            .put("certificate", ca.pem())
            .put("challenge", challenge.getString("challenge"))
            .put("proof", ca.proof("another nonce", now))
            .put("subject", "san-uri");
    refused(400, "proof_invalid", call("PUT", all + "/devices", Map.of(), body.encode()));

    body.put("proof", ca.proof(challenge.getString("nonce"), now));
    JsonObject put = good(200, "PUT", all + "/devices", etag(org), body.encode());
    assertThat(put.getString("fingerprint")).isEqualTo("SHA256:" + ca.fingerprint());
    assertThat(put.getString("subject")).isEqualTo("san-uri");
    JsonObject crl = new JsonObject().put("crl", ca.crlPem(7, now, now.plusSeconds(60)));
    JsonObject listed = good(200, "PUT", all + "/devices/crl", "", crl.encode());
    assertThat(listed.getJsonObject("crl").getInteger("revoked")).isZero();
    crl.put("crl", ca.crlPem(6, now, now.plusSeconds(60)));
    refused(409, "crl_older", call("PUT", all + "/devices/crl", Map.of(), crl.encode()));
    assertThat(good(200, "GET", all).getJsonArray("certificate_authorities")).hasSize(1);
    assertThat(good(200, "GET", ORGS + org).getJsonArray("certificate_authorities")).hasSize(1);

    good(200, "DELETE", all + "/devices");
    refused(404, "authority_missing", call("GET", all + "/devices", Map.of(), ""));
  }

  @Test
  void signingKeys_rotateWhileDevicesAsk_withoutAFailedLink() throws Exception {
    String keys = ORGS + "globex/backends/prod/signing-keys";
    JsonObject added = good(201, "POST", keys, "", "{\"name\": \"second\"}");
    assertThat(added.getString("state")).isEqualTo("next");
    running().world().globexCdn().trust("KGLOBEXSECOND", added.getString("public_key"));
    good(200, "POST", keys + "/second/register", "", "{\"id\": \"KGLOBEXSECOND\"}");
    refused(409, "wrong_state", call("POST", keys + "/sandbox/promote", Map.of(), ""));

    String device = running().world().files().tokens().get("globex-device");
    String link = running().edge() + "/v1/links/" + Firmware.SMALL.key();
    Map<String, String> asks = Map.of("Authorization", "Bearer " + device);
    String before = url(Viewer.send("GET", link, asks));
    Set<String> signedBy = ConcurrentHashMap.newKeySet();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger fetched = new AtomicInteger();
    try (ExecutorService devices = Executors.newFixedThreadPool(4)) {
      List<Future<?>> busy = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        busy.add(
            devices.submit(
                () -> {
                  while (!over.get()) {
                    String url = url(Viewer.send("GET", link, asks));
                    assertThat(Viewer.get(url).status()).as(url).isEqualTo(200);
                    signedBy.add(url.contains("KGLOBEXSECOND") ? "second" : "first");
                    fetched.incrementAndGet();
                  }
                }));
      }
      Patience.until(() -> fetched.get() > 20);
      JsonObject promoted = good(200, "POST", keys + "/second/promote");
      assertThat(promoted.getBoolean("promoted")).as(promoted.encode()).isTrue();
      Patience.until(() -> signedBy.contains("second") || busy.stream().anyMatch(Future::isDone));
      int then = fetched.get();
      Patience.until(() -> fetched.get() > then + 100 || busy.stream().anyMatch(Future::isDone));
      over.set(true);
      for (Future<?> one : busy) {
        one.get();
      }
    }
    assertThat(signedBy).containsExactlyInAnyOrder("first", "second");
    assertThat(Viewer.get(before).status()).as("a link of the old key").isEqualTo(200);
    refused(409, "wrong_state", call("POST", keys + "/sandbox/retire", Map.of(), ""));
  }

  private static String url(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return new JsonObject(answer.text()).getString("url");
  }

  @Test
  void revocation_byTheOrgsOwnAdmin_stopsTheDeviceAndIsLifted() throws Exception {
    Map<String, String> tokens = running().world().files().tokens();
    String link = running().edge() + "/v1/links/" + Firmware.SMALL.key();
    Map<String, String> device = Map.of("Authorization", "Bearer " + tokens.get("acme-device"));
    Map<String, String> admin = Map.of("Authorization", "Bearer " + tokens.get("org-admin"));
    assertThat(Viewer.send("GET", link, device).status()).isEqualTo(200);
    String revocations = running().admin() + ORGS + "acme/revocations";
    byte[] body =
        "{\"subject\": \"device-1\", \"reason\": \"stolen\"}".getBytes(StandardCharsets.UTF_8);

    Answer done = Viewer.send("POST", revocations, admin, body);

    assertThat(done.status()).as(done.text()).isEqualTo(200);
    JsonObject json = new JsonObject(done.text());
    assertThat(json.getString("outcome")).isEqualTo("revoked");
    assertThat(json.getString("links_until")).isNotEmpty();
    Patience.until(() -> Viewer.send("GET", link, device).status() == 403);
    refused(403, "revoked", Viewer.send("GET", link, device));
    assertThat(
            new JsonObject(Viewer.send("POST", revocations, admin, body).text())
                .getString("outcome"))
        .isEqualTo("unchanged");
    assertThat(Viewer.send("GET", revocations, admin).text()).contains("device-1");
    assertThat(good(200, "GET", "/admin/v1/audit?org=acme&limit=1").encode())
        .contains("|anna\"", "\"action\":\"revoke subject device-1: stolen\"");

    Answer lifted = Viewer.send("DELETE", revocations + "?subject=device-1", admin);

    assertThat(new JsonObject(lifted.text()).getString("outcome")).isEqualTo("lifted");
    Patience.until(() -> Viewer.send("GET", link, device).status() == 200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"reason\": \"x\"}",
        "{\"everything\": false}",
        "{\"subject\": \"a\", \"everything\": true}",
        "{\"subject\": \"a\", \"key_prefix\": \"fw/\"}",
        "{\"subject\": \"\"}",
        "{\"subject\": [\"a\"]}",
        "{\"subject\": null}",
        "{\"subject\": \"a\\u0000\"}",
        "{\"key_prefix\": \"\"}",
        "{\"key_prefix\": \"/fw\"}",
        "{\"key_prefix\": \"fw//\"}",
        "{\"everything\": \"yes\"}",
        "{\"subjects\": [\"a\"]}",
        "[]",
        "{\"subject\": \"a\", \"subject\": \"b\"}"
      })
  void revocation_thatNamesNotExactlyOneThing_isRefused(String body) {
    refused(400, "invalid", call("POST", ORGS + "acme/revocations", Map.of(), body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?everything=false", "?subject=a&everything=true", "?key_prefix=/"})
  void lifting_thatNamesNotExactlyOneThing_isRefused(String query) {
    refused(400, "invalid", call("DELETE", ORGS + "acme/revocations" + query, Map.of(), ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer x", "Basic eDp5", "Bearer "})
  void everyCall_withoutTheToken_isRefused(String authorization) {
    for (String path : List.of("/admin/v1/orgs", ORGS + "acme", "/admin/v1/nothing")) {
      refused(
          401,
          "token_invalid",
          Viewer.send("GET", running().admin() + path, Map.of("Authorization", authorization)));
    }
  }

  @Test
  void body_thatNamesFilesOrHasProblems_isRefusedWithEach() {
    String secret =
        "{\"upload\": {\"s3\": {\"bucket\": \"B\", \"region\": \"eu-west-1\", \"colour\": 1,"
            + " \"endpoint\": \"https://s3.example.com\", \"credentials\": {\"static\":"
            + " {\"access_key_id\": \"AKID\", \"secret_access_key\": {\"file\":"
            + " \"/etc/passwd\"}}}}}}";
    Answer answer =
        call("PUT", ORGS + "acme/backends/other", Map.of("If-Match", etag("acme")), secret);
    refused(400, "invalid", answer);
    JsonArray problems = new JsonObject(answer.text()).getJsonArray("problems");
    assertThat(problems.stream().map(it -> ((JsonObject) it).getString("field")))
        .contains(
            "upload.s3.bucket",
            "upload.s3.colour",
            "upload.s3.credentials.static.secret_access_key");
    String key =
        "{\"policy\": {\"entitlement\": []}, \"issuers\": [{\"issuer\": \"https://i.example\","
            + " \"audiences\": [\"a\"], \"algorithms\": [\"ES256\"], \"keys\": {\"pem\":"
            + " [{\"file\": \"/etc/passwd\"}]}}]}";
    refused(400, "invalid", call("PUT", ORGS + "newcomer", Map.of("If-None-Match", "*"), key));
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, acme, '{', 400, invalid",
    "PUT, acme, '', 400, body_missing",
    "PUT, Acme, '{}', 400, org_invalid",
    "GET, nobody, '', 404, org_missing",
    "GET, acme/backends/none, '', 404, backend_missing",
    "POST, acme/backends/none/validate, '', 404, backend_missing",
    "POST, nobody/backends/prod/activate, '', 404, org_missing",
    "POST, acme/backends/prod/failover, '{\"to\": \"moon\"}', 400, invalid",
    "POST, acme/backends/prod/failover, '{\"to\": \"standby\"}', 409, wrong_state",
    "POST, acme/backends/prod/signing-keys/none/retire, '', 404, key_missing",
    "POST, acme/backends/prod/signing-keys, '{\"name\": \"a b\"}', 400, invalid",
    "POST, initech/backends/prod/signing-keys, '{\"name\": \"a\"}', 409, wrong_state",
    "GET, acme/explain, '', 400, query_missing",
    "GET, acme/backends/prod/setup, '', 409, wrong_state",
    "POST, acme/backends/prod/activate?accept_missing=yes, '', 400, query_invalid",
    "PATCH, acme, '', 404, route_unknown",
    "POST, acme/backends/prod/activate?dry_run=yes, '', 400, query_invalid"
  })
  void call_thatCannotBeDone_saysWhy(
      String method, String path, String body, int status, String code) {
    Map<String, String> seen = method.equals("PUT") ? Map.of("If-Match", "\"1\"") : Map.of();
    refused(status, code, call(method, ORGS + path, seen, body));
  }

  @Test
  void body_overTheLimit_isRefused() {
    String large = "{\"policy\": \"" + " ".repeat(300_000) + "\"}";
    refused(413, "body_too_large", call("PUT", ORGS + "acme", Map.of("If-Match", "\"1\""), large));
  }

  @Test
  void openApi_everyRoute_isDescribedAndEveryDescriptionAnswers() {
    JsonObject document =
        new JsonObject(Viewer.get(running().admin() + "/admin/v1/openapi.json").text());
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        String real = path.replaceAll("\\{[a-z]+}", "zz");
        Answer answer =
            Viewer.send(
                method.toUpperCase(java.util.Locale.ROOT), running().admin() + real, Map.of());
        assertThat(answer.status())
            .as(method + " " + path)
            .isEqualTo(path.endsWith("openapi.json") ? 200 : 401);
        Answer known = call(method.toUpperCase(java.util.Locale.ROOT), real, Map.of(), "");
        assertThat(known.text()).as(method + " " + path).doesNotContain("route_unknown");
      }
    }
  }
}
