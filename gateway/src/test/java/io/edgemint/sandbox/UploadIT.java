package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** Uploads as a publisher makes them, with what the answers say and nothing else. */
class UploadIT extends InSandbox {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final int PART = 16 << 20;

  @TempDir Path folder;

  /** Whatever a test does, it leaves no upload behind that nobody ends. */
  @AfterEach
  void noUploadInPartsStays() {
    try (S3Client client = client()) {
      assertThat(client.listMultipartUploads(b -> b.bucket(Tenant.ACME.bucket())).uploads())
          .isEmpty();
    }
  }

  @Test
  void onePut_byCurl_isWhatDevicesRead() throws Exception {
    for (int size : new int[] {0, 5, 100_000}) {
      byte[] bytes = bytes(size);
      String key = key();
      JsonObject upload = begin(key, bytes, false);

      curl(upload.getJsonObject("put"), bytes);
      JsonObject done = ok(call("POST", "/v1/uploads/" + upload.getString("id") + "/complete"));

      assertThat(done.getString("key")).isEqualTo(key);
      assertThat(done.getLong("size")).isEqualTo(size);
      assertThat(done.getString("digest")).isEqualTo("verified");
      assertThat(read(key)).isEqualTo(bytes);
      assertThat(call("DELETE", "/v1/binaries/" + key).status()).isEqualTo(204);
      assertThat(refused(call("DELETE", "/v1/binaries/" + key))).isEqualTo("object_missing");
    }
  }

  @Test
  void parts_byCurl_someLost_areWhatDevicesRead() throws Exception {
    byte[] bytes = bytes(2 * PART + 7);
    String key = key();
    JsonObject upload = begin(key, bytes, false);
    String path = "/v1/uploads/" + upload.getString("id");
    assertThat(upload.getInteger("part_size")).isEqualTo(PART);
    assertThat(upload.getInteger("part_count")).isEqualTo(3);
    JsonArray parts = upload.getJsonArray("parts");
    assertThat(parts.size()).isEqualTo(3);

    assertThat(refused(call("POST", path + "/complete"))).isEqualTo("upload_incomplete");
    curl(parts.getJsonObject(0), part(bytes, parts.getJsonObject(0)));
    curl(parts.getJsonObject(2), part(bytes, parts.getJsonObject(2)));
    Answer early = call("POST", path + "/complete");
    assertThat(early.text()).contains("of 3 parts 1 are missing: 2");

    JsonArray missing = ok(call("GET", path + "/parts?from=1")).getJsonArray("parts");
    assertThat(missing.size()).isEqualTo(1);
    assertThat(missing.getJsonObject(0).getInteger("number")).isEqualTo(2);
    curl(missing.getJsonObject(0), part(bytes, missing.getJsonObject(0)));

    List<CompletableFuture<JsonObject>> twice = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      twice.add(CompletableFuture.supplyAsync(() -> ok(call("POST", path + "/complete"))));
    }
    JsonObject done = twice.get(0).join();
    assertThat(without(twice.get(1).join(), "digest")).isEqualTo(without(done, "digest"));
    assertThat(without(ok(call("POST", path + "/complete")), "digest"))
        .as("once it has been read the digest is verified")
        .isEqualTo(without(done, "digest"));
    assertThat(read(key)).isEqualTo(bytes);
    assertThat(ok(call("GET", path + "/parts")).getJsonArray("parts")).isEmpty();
  }

  @Test
  void partDigests_givenLater_haveLinksThatSignThem() {
    byte[] bytes = bytes(PART + 1);
    JsonObject upload = begin(key(), bytes, true);
    String path = "/v1/uploads/" + upload.getString("id");
    JsonObject first = upload.getJsonArray("parts").getJsonObject(0);
    assertThat(first.fieldNames()).containsExactlyInAnyOrder("number", "offset", "size");

    var digests = new JsonObject();
    for (Object part : upload.getJsonArray("parts")) {
      JsonObject each = (JsonObject) part;
      digests.put(each.getInteger("number").toString(), Firmware.sha256(part(bytes, each)));
    }
    JsonObject links = ok(call("POST", path + "/parts", new JsonObject().put("sha256", digests)));
    for (Object part : links.getJsonArray("parts")) {
      JsonObject each = (JsonObject) part;
      assertThat(each.getJsonObject("headers").getString("x-amz-checksum-sha256")).isNotBlank();
      assertThat(put(each, part(bytes, each)).status()).isEqualTo(200);
    }
    assertThat(ok(call("POST", path + "/complete")).getLong("size")).isEqualTo(PART + 1);
  }

  @Test
  void complete_wrongSizeOrDigest_isAMismatchAndLeavesNothing() {
    byte[] bytes = bytes(5000);
    String key = key();
    JsonObject upload = begin(key, bytes, false);
    byte[] other = bytes(5000);

    // A storage that checks the digest refuses it; one that does not is caught by the gateway.
    put(upload.getJsonObject("put"), other);
    String refused = refused(call("POST", "/v1/uploads/" + upload.getString("id") + "/complete"));

    assertThat(refused).isIn("upload_mismatch", "upload_incomplete");
    assertThat(exists(key)).isFalse();
  }

  @Test
  void put_otherSizeThanSigned_isRefusedByTheStorage() {
    JsonObject put = begin(key(), bytes(5000), false).getJsonObject("put");
    var headers = new HashMap<>(headers(put));
    headers.remove("content-length");

    Answer answer = Viewer.send("PUT", put.getString("url"), headers, bytes(4999));

    assertThat(answer.status()).isEqualTo(403);
  }

  @Test
  void part_linkOfAnotherUpload_opensNothing() {
    byte[] bytes = bytes(PART + 1);
    JsonObject one = begin(key(), bytes, false);
    JsonObject other = begin(key(), bytes, false);
    JsonObject part = one.getJsonArray("parts").getJsonObject(1);
    JsonObject others = other.getJsonArray("parts").getJsonObject(1);
    String moved =
        part.getString("url")
            .replace(
                RawQuery.pathOf(part.getString("url")), RawQuery.pathOf(others.getString("url")));

    assertThat(Viewer.send("PUT", moved, Map.of(), bytes(1)).status()).isEqualTo(403);
    end(one);
    end(other);
  }

  @Test
  void begin_keyThatIsThere_isAConflict() {
    String body = order(Firmware.SMALL.key(), bytes(5), false).toString();

    assertThat(refused(call("POST", "/v1/uploads", body))).isEqualTo("object_exists");
  }

  @Test
  void abort_atEachStep_leavesNothingAndOthersStay() {
    String key = key();
    byte[] bytes = bytes(5);
    JsonObject upload = begin(key, bytes, false);
    end(upload);
    assertThat(put(upload.getJsonObject("put"), bytes).status()).isEqualTo(200);
    end(upload);
    assertThat(exists(key)).isFalse();
    end(upload);

    JsonObject parts = begin(key, bytes(PART + 1), false);
    assertThat(put(parts.getJsonArray("parts").getJsonObject(1), bytes(1)).status()).isEqualTo(200);
    end(parts);
    end(parts);
    String path = "/v1/uploads/" + parts.getString("id");
    // S3Proxy has an empty list for uploads that it does not know.
    assertThat(refused(call("POST", path + "/complete")))
        .isIn("upload_unknown", "upload_incomplete");
  }

  @Test
  void abort_keyTakenByAnother_leavesTheOther() {
    String key = key();
    byte[] bytes = bytes(5);
    JsonObject late = begin(key, bytes, false);
    JsonObject first = begin(key, bytes, false);
    put(first.getJsonObject("put"), bytes);

    String complete = "/v1/uploads/" + late.getString("id") + "/complete";
    assertThat(refused(call("POST", complete))).isEqualTo("object_exists");
    end(late);
    assertThat(exists(key)).isTrue();
  }

  @Test
  void id_ofAnotherOrganisationOrDamaged_isUnknown() {
    String id = begin(key(), bytes(5), false).getString("id");
    String globex =
        running()
            .world()
            .issuer()
            .token(
                IssuerServer.Algorithm.ES256,
                Map.of(
                    "aud", List.of("edgemint"), "sub", "ci", "org", "globex", "scope", "publish"));

    Answer answer =
        Viewer.send("GET", running().edge() + "/v1/uploads/" + id + "/parts", bearer(globex));

    assertThat(refused(answer)).isEqualTo("upload_unknown");
    assertThat(refused(call("GET", "/v1/uploads/" + id + "A/parts"))).isEqualTo("upload_unknown");
  }

  @Test
  void call_withoutScope_isRefusedEverywhere() {
    Map<String, String> device =
        bearer(String.valueOf(running().world().files().tokens().get("acme-device")));
    String edge = running().edge().toString();

    for (String call :
        List.of(
            "POST /v1/uploads/x/complete",
            "DELETE /v1/uploads/x",
            "GET /v1/uploads/x/parts",
            "GET /v1/binaries",
            "DELETE /v1/binaries/fw/x")) {
      String[] words = call.split(" ", -1);
      assertThat(refused(Viewer.send(words[0], edge + words[1], device)))
          .as(call)
          .isEqualTo("scope_missing");
    }
    byte[] body = order(key(), bytes(5), false).toBuffer().getBytes();
    assertThat(refused(Viewer.send("POST", edge + "/v1/uploads", device, body)))
        .isEqualTo("scope_missing");
  }

  @Test
  void body_anythingButAnOrder_saysWhatToWrite() {
    String sha = Firmware.sha256(new byte[0]);
    Map<String, String> wrong =
        Map.of(
            "{\"key\":\"fw/a\",\"key\":\"fw/b\",\"size\":1,\"sha256\":\"" + sha + "\"}",
            "once",
            "{\"key\":\"fw/a\",\"size\":1,\"sha256\":\"" + sha + "\",\"x\":1}",
            "none of key",
            "{\"key\":\"fw/a\",\"size\":\"1\",\"sha256\":\"" + sha + "\"}",
            "size: ",
            "{\"key\":\"fw/a\",\"size\":-1,\"sha256\":\"" + sha + "\"}",
            "size: ",
            "{\"key\":\"fw/a\",\"size\":1,\"sha256\":\"AB\"}",
            "sha256: ",
            "{\"size\":1,\"sha256\":\"" + sha + "\"}",
            "key: is missing",
            "[]",
            "JSON object",
            "{} {}",
            "JSON object");
    wrong.forEach(
        (body, expected) -> {
          Answer answer = call("POST", "/v1/uploads", body);
          assertThat(refused(answer)).as(body).isEqualTo("request_invalid");
          assertThat(answer.text()).as(body).contains(expected);
        });
    String dots = order("fw/../a", bytes(1), false).toString();
    assertThat(refused(call("POST", "/v1/uploads", dots))).isEqualTo("key_invalid");
    String foreign = order("other/a", bytes(1), false).toString();
    assertThat(refused(call("POST", "/v1/uploads", foreign))).isEqualTo("key_not_entitled");
  }

  @Test
  void list_inPages_showsTheOrganisationsKeysAlone() {
    List<String> keys = new ArrayList<>();
    String after = "";
    do {
      JsonObject page = ok(call("GET", "/v1/binaries?prefix=fw%2F&limit=2" + after));
      page.getJsonArray("objects")
          .forEach(object -> keys.add(((JsonObject) object).getString("key")));
      after = page.containsKey("next") ? "&after=" + page.getString("next") : "";
    } while (!after.isEmpty());

    assertThat(keys)
        .containsAll(
            Firmware.ALL.stream().map(Firmware::key).filter(key -> key.startsWith("fw/")).toList())
        .doesNotHaveDuplicates()
        .isSorted()
        .allMatch(key -> key.startsWith("fw/"));
    assertThat(ok(call("GET", "/v1/binaries?prefix=none")).getJsonArray("objects")).isEmpty();
    assertThat(refused(call("GET", "/v1/binaries?limit=0"))).isEqualTo("request_invalid");
    assertThat(refused(call("GET", "/v1/binaries?perfix=a"))).isEqualTo("request_invalid");
  }

  private static JsonObject without(JsonObject json, String member) {
    JsonObject copy = json.copy();
    copy.remove(member);
    return copy;
  }

  private static String key() {
    return "fw/up-" + NAMES.incrementAndGet() + ".bin";
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(NAMES.incrementAndGet()).nextBytes(bytes);
    return bytes;
  }

  private static byte[] part(byte[] bytes, JsonObject part) {
    int offset = part.getInteger("offset");
    return Arrays.copyOfRange(bytes, offset, offset + part.getInteger("size"));
  }

  private static JsonObject order(String key, byte[] bytes, boolean partDigests) {
    JsonObject order =
        new JsonObject()
            .put("key", key)
            .put("size", bytes.length)
            .put("sha256", Firmware.sha256(bytes));
    return partDigests ? order.put("part_digests", true) : order;
  }

  private static JsonObject begin(String key, byte[] bytes, boolean partDigests) {
    Answer answer = call("POST", "/v1/uploads", order(key, bytes, partDigests).toString());
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return new JsonObject(answer.text());
  }

  private static void end(JsonObject upload) {
    assertThat(call("DELETE", "/v1/uploads/" + upload.getString("id")).status()).isEqualTo(204);
  }

  private void curl(JsonObject link, byte[] bytes) throws Exception {
    Path file = Files.write(folder.resolve("body"), bytes);
    List<String> command =
        new ArrayList<>(List.of("curl", "-sS", "-o", "-", "-w", "%{http_code}", "-X", "PUT"));
    headers(link).forEach((name, value) -> command.addAll(List.of("-H", name + ": " + value)));
    command.addAll(List.of("--upload-file", file.toString(), link.getString("url")));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).endsWith("200");
  }

  private static Map<String, String> headers(JsonObject link) {
    Map<String, String> headers = new HashMap<>();
    link.getJsonObject("headers").forEach(it -> headers.put(it.getKey(), (String) it.getValue()));
    return headers;
  }

  /** As curl, but in this process. */
  private static Answer put(JsonObject link, byte[] bytes) {
    Map<String, String> headers = headers(link);
    // The client writes it itself.
    if (bytes.length > 0) {
      headers.remove("content-length");
    }
    return Viewer.send("PUT", link.getString("url"), headers, bytes);
  }

  private static Answer call(String method, String path) {
    return Viewer.send(method, running().edge() + path, bearer(publisher()));
  }

  private static Answer call(String method, String path, Object body) {
    return Viewer.send(
        method,
        running().edge() + path,
        bearer(publisher()),
        body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String publisher() {
    return String.valueOf(running().world().files().tokens().get("publisher"));
  }

  private static Map<String, String> bearer(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  private static JsonObject ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return new JsonObject(answer.text());
  }

  private static String refused(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
    return new JsonObject(answer.text()).getString("code");
  }

  /** What a device gets. */
  private static byte[] read(String key) {
    String device = String.valueOf(running().world().files().tokens().get("acme-device"));
    Answer link = Viewer.send("GET", running().edge() + "/v1/links/" + key, bearer(device));
    return Viewer.get(ok(link).getString("url")).body().getBytes();
  }

  private static boolean exists(String key) {
    try (S3Client client = client()) {
      String stored = Tenant.ACME.prefix() + key;
      return client
          .listObjectsV2(b -> b.bucket(Tenant.ACME.bucket()).prefix(stored))
          .contents()
          .stream()
          .anyMatch(object -> object.key().equals(stored));
    }
  }

  private static S3Client client() {
    return running().world().s3().client(Tenant.ACME.account());
  }
}
