package io.edgemint.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Uploads into a customer's bucket at RADOS Gateway, whose role has the rights of the documents and
 * no others, by what the gateway's answers say and nothing else.
 */
class RadosUploadIT {
  private static final String ORG = "cyberdyne";
  private static final String BUCKET = "cyberdyne-firmware";
  private static final String PREFIX = "releases/";
  private static final int PART = 16 << 20;

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount CUSTOMER = WORLD.account("200000000001");
  private static final HttpClient PUBLISHER = WORLD.device();
  private static final RadosSite SITE = site();
  private static final URI EDGE = SITE.serve();
  private static final Map<String, String> BEARER =
      Map.of("Authorization", "Bearer " + SITE.publisherToken(ORG));
  private static final RadosDevice DEVICE = new RadosDevice(PUBLISHER, EDGE, SITE.token(ORG));

  /** The gateway has a role of the platform's, as on EC2, which the customer's role trusts. */
  private static RadosSite site() {
    AwsAccount platform = WORLD.platform();
    String role =
        platform.addRole(
            "edgemint-uploads",
            Policies.trust(platform.userArn("owner")),
            Policies.assume(CUSTOMER.roleArn("edgemint")));
    AwsKey identity = WORLD.session(platform.key(), role, null, null);
    return new RadosSite(WORLD, "upload", identity, "sessions: {identity: \"" + role + "\"}\n");
  }

  @BeforeAll
  static void activate() throws Exception {
    SITE.admin().putOrg(ORG, "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
    SITE.admin()
        .putBackend(
            ORG,
            """
            {"upload": {"s3": {"bucket": "%s", "region": "eu-central-1", "prefix": "%s",
                               "credentials": {"role": "%s"}}}}
            """
                .formatted(BUCKET, PREFIX, CUSTOMER.roleArn("edgemint")));
    new RadosCustomer(CUSTOMER)
        .apply(SITE.admin().call("GET", ORG + "/backends/prod/setup?format=json"));
    assertThat(SITE.admin().codes(ORG)).isEmpty();
    SITE.admin().call("POST", ORG + "/backends/prod/activate");
    Patience.until(() -> call("GET", "/v1/binaries", "").status() == 200);
  }

  @AfterAll
  static void close() {
    SITE.close();
    CUSTOMER.close();
  }

  /** Whatever a test does, it leaves no upload behind that nobody ends. */
  @AfterEach
  void noUploadInPartsStays() {
    assertThat(CUSTOMER.s3().listMultipartUploads(it -> it.bucket(BUCKET)).uploads()).isEmpty();
  }

  @Test
  void onePut_completed_isWhatDevicesReadUntilItIsDeleted() throws Exception {
    String key = "fw/ünit 1.bin";
    byte[] bytes = bytes(100_000);
    JsonObject upload = begin(key, bytes, false);
    assertThat(code(call("POST", path(upload) + "/complete", ""))).isEqualTo("upload_incomplete");

    assertThat(put(upload.getJsonObject("put"), bytes).statusCode()).isEqualTo(200);
    JsonObject done = ok(call("POST", path(upload) + "/complete", ""));

    assertThat(done.getString("digest")).isEqualTo("verified");
    assertThat(ok(call("POST", path(upload) + "/complete", ""))).isEqualTo(done);
    assertThat(Firmware.sha256(download(key))).isEqualTo(Firmware.sha256(bytes));
    String binary = "/v1/binaries/" + PercentEncoding.path(key);
    assertThat(call("DELETE", binary, "").status()).isEqualTo(204);
    assertThat(code(call("DELETE", binary, ""))).isEqualTo("object_missing");
    assertThat(objects()).doesNotContain(PREFIX + key);
  }

  @Test
  void parts_oneLeftOut_areWhatDevicesReadOnceItIsSent() throws Exception {
    String key = "fw/parts.bin";
    byte[] bytes = bytes(2 * PART + 7);
    JsonObject upload = begin(key, bytes, true);
    JsonArray parts = links(upload, upload.getJsonArray("parts"), bytes);
    assertThat(parts.size()).isEqualTo(3);
    assertThat(putPart(parts.getJsonObject(0), bytes)).isEqualTo(200);
    assertThat(putPart(parts.getJsonObject(2), bytes)).isEqualTo(200);

    Answer early = call("POST", path(upload) + "/complete", "");
    assertThat(code(early)).isEqualTo("upload_incomplete");
    assertThat(early.text()).contains("of 3 parts 1 are missing: 2");
    JsonArray missing = ok(call("GET", path(upload) + "/parts", "")).getJsonArray("parts");
    assertThat(missing.size()).isEqualTo(1);
    JsonArray again = links(upload, missing, bytes);
    assertThat(putPart(again.getJsonObject(0), bytes)).isEqualTo(200);
    JsonObject done = ok(call("POST", path(upload) + "/complete", ""));

    assertThat(done.getLong("size")).isEqualTo(bytes.length);
    assertThat(ok(call("POST", path(upload) + "/complete", ""))).isEqualTo(done);
    assertThat(Firmware.sha256(download(key))).isEqualTo(Firmware.sha256(bytes));
  }

  @Test
  void keyThatIsTaken_isAConflictFromBeginToComplete() throws Exception {
    byte[] bytes = bytes(1000);
    JsonObject late = begin("fw/taken.bin", bytes(PART + 1), false);
    JsonObject first = begin("fw/taken.bin", bytes, false);
    assertThat(put(first.getJsonObject("put"), bytes).statusCode()).isEqualTo(200);
    ok(call("POST", path(first) + "/complete", ""));

    Answer second = call("POST", "/v1/uploads", order("fw/taken.bin", bytes, false));
    assertThat(second.status()).isEqualTo(409);
    assertThat(code(second)).isEqualTo("object_exists");
    byte[] others = bytes(PART + 1);
    for (Object part : late.getJsonArray("parts")) {
      assertThat(putPart((JsonObject) part, others)).isEqualTo(200);
    }
    assertThat(code(call("POST", path(late) + "/complete", ""))).isEqualTo("object_exists");
    assertThat(download("fw/taken.bin")).isEqualTo(bytes);
    assertThat(call("DELETE", path(late), "").status()).isEqualTo(204);
  }

  @Test
  void abort_afterBytesHaveArrived_leavesNothing() throws Exception {
    byte[] small = bytes(1000);
    JsonObject one = begin("fw/aborted-1.bin", small, false);
    assertThat(put(one.getJsonObject("put"), small).statusCode()).isEqualTo(200);
    byte[] large = bytes(PART + 1);
    JsonObject parts = begin("fw/aborted-2.bin", large, false);
    assertThat(putPart(parts.getJsonArray("parts").getJsonObject(0), large)).isEqualTo(200);
    assertThat(CUSTOMER.s3().listMultipartUploads(it -> it.bucket(BUCKET)).uploads()).hasSize(1);
    assertThat(objects()).contains(PREFIX + "fw/aborted-1.bin");

    assertThat(call("DELETE", path(one), "").status()).isEqualTo(204);
    assertThat(call("DELETE", path(parts), "").status()).isEqualTo(204);

    assertThat(CUSTOMER.s3().listMultipartUploads(it -> it.bucket(BUCKET)).uploads()).isEmpty();
    assertThat(objects()).noneMatch(key -> key.contains("aborted"));
    assertThat(code(call("POST", path(parts) + "/complete", ""))).isEqualTo("upload_unknown");
  }

  @Test
  void head_tellsSizeAndDigest_andWhatIsMissing() throws Exception {
    byte[] bytes = bytes(5000);
    JsonObject upload = begin("fw/told.bin", bytes, false);
    assertThat(put(upload.getJsonObject("put"), bytes).statusCode()).isEqualTo(200);
    ok(call("POST", path(upload) + "/complete", ""));

    Answer told = call("HEAD", "/v1/downloads/fw/told.bin", "");

    assertThat(told.status()).isEqualTo(200);
    assertThat(told.header("content-length")).isEqualTo("5000");
    String digest =
        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Firmware.sha256(bytes)));
    assertThat(told.header("repr-digest")).isEqualTo("sha-256=:" + digest + ":");
    assertThat(call("HEAD", "/v1/downloads/fw/missing.bin", "").status()).isEqualTo(404);
  }

  /** What the documentation says of RADOS Gateway 16.2; once this fails, correct it. */
  @Test
  void checksumsAndConditions_inBucketWithVersions_areIgnored() throws Exception {
    byte[] bytes = bytes(1000);
    byte[] others = bytes(1000);
    JsonObject upload = begin("fw/raw.bin", bytes, false);
    JsonObject put = upload.getJsonObject("put");
    // Neither the digest nor the condition that was signed is held against anything.
    assertThat(put(put, others).statusCode()).isEqualTo(200);
    HttpResponse<String> second = put(put, others);
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(second.headers().firstValue("x-amz-checksum-sha256")).isEmpty();
    assertThat(code(call("POST", path(upload) + "/complete", ""))).isEqualTo("upload_mismatch");
    assertThat(objects()).doesNotContain(PREFIX + "fw/raw.bin");
  }

  @Test
  void ifNoneMatch_countsForPutsWithoutVersionsAlone() {
    for (String bucket : List.of(BUCKET, "cyberdyne-plain")) {
      if (!bucket.equals(BUCKET)) {
        CUSTOMER.addBucket(bucket);
      }
      var s3 = CUSTOMER.s3();
      String id = s3.createMultipartUpload(it -> it.bucket(bucket).key("own")).uploadId();
      String etag =
          s3.uploadPart(
                  it -> it.bucket(bucket).key("own").uploadId(id).partNumber(1),
                  RequestBody.fromBytes(bytes(10)))
              .eTag();
      CompletedPart part = CompletedPart.builder().partNumber(1).eTag(etag).build();
      CUSTOMER.put(bucket, "own", bytes(20));
      String put =
          outcome(
              () ->
                  s3.putObject(
                      it -> it.bucket(bucket).key("own").ifNoneMatch("*"),
                      RequestBody.fromBytes(bytes(30))));
      String completed =
          outcome(
              () ->
                  s3.completeMultipartUpload(
                      it ->
                          it.bucket(bucket)
                              .key("own")
                              .uploadId(id)
                              .ifNoneMatch("*")
                              .multipartUpload(to -> to.parts(part))));
      assertThat(put).isEqualTo(bucket.equals(BUCKET) ? "done" : "412");
      assertThat(completed).isEqualTo("done");
      assertThat(s3.headObject(it -> it.bucket(bucket).key("own")).contentLength()).isEqualTo(10);
    }
  }

  private static String outcome(Runnable call) {
    try {
      call.run();
      return "done";
    } catch (S3Exception e) {
      return String.valueOf(e.statusCode());
    }
  }

  private static JsonArray links(JsonObject upload, JsonArray parts, byte[] bytes) {
    var digests = new JsonObject();
    for (Object part : parts) {
      JsonObject each = (JsonObject) part;
      digests.put(each.getInteger("number").toString(), Firmware.sha256(part(bytes, each)));
    }
    String body = new JsonObject().put("sha256", digests).encode();
    return ok(call("POST", path(upload) + "/parts", body)).getJsonArray("parts");
  }

  private static JsonObject begin(String key, byte[] bytes, boolean partDigests) {
    Answer answer = call("POST", "/v1/uploads", order(key, bytes, partDigests));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return new JsonObject(answer.text());
  }

  private static String order(String key, byte[] bytes, boolean partDigests) {
    JsonObject order =
        new JsonObject()
            .put("key", key)
            .put("size", bytes.length)
            .put("sha256", Firmware.sha256(bytes));
    return (partDigests ? order.put("part_digests", true) : order).encode();
  }

  private static String path(JsonObject upload) {
    return "/v1/uploads/" + upload.getString("id");
  }

  private static int putPart(JsonObject part, byte[] bytes) throws Exception {
    return put(part, part(bytes, part)).statusCode();
  }

  private static byte[] part(byte[] bytes, JsonObject part) {
    int offset = part.getInteger("offset");
    return Arrays.copyOfRange(bytes, offset, offset + part.getInteger("size"));
  }

  private static HttpResponse<String> put(JsonObject link, byte[] bytes) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(link.getString("url")))
            .PUT(BodyPublishers.ofByteArray(bytes));
    link.getJsonObject("headers")
        .forEach(
            header -> {
              // The client writes it itself.
              if (!Set.of("content-length", "host").contains(header.getKey())) {
                request.header(header.getKey(), (String) header.getValue());
              }
            });
    return PUBLISHER.send(request.build(), BodyHandlers.ofString());
  }

  private static byte[] download(String key) throws Exception {
    HttpResponse<byte[]> answer =
        PUBLISHER.send(
            HttpRequest.newBuilder(DEVICE.link(key)).build(), BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  private static List<String> objects() {
    return CUSTOMER.s3().listObjectsV2(it -> it.bucket(BUCKET)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom().nextBytes(bytes);
    return bytes;
  }

  private static Answer call(String method, String path, String body) {
    return Viewer.send(method, EDGE.resolve("/") + path.substring(1), BEARER, body.getBytes(UTF_8));
  }

  private static JsonObject ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return new JsonObject(answer.text());
  }

  private static String code(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
    return new JsonObject(answer.text()).getString("code");
  }
}
