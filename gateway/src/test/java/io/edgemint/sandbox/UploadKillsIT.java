package io.edgemint.sandbox;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.app.Main;
import io.edgemint.http.GatewayProcess;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A gateway that is killed between any two steps of an upload, and started again. */
@Timeout(600)
class UploadKillsIT {
  private static final int PART = 16 << 20;
  private static final String KEY = "fw/killed.bin";

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private World world;
  private Relay relay;
  private @Nullable GatewayProcess running;
  private @Nullable Moment kill;

  /** When the gateway dies, seen from the storage that it asks to complete an upload. */
  private enum Moment {
    BEFORE_IT_IS_DONE,
    WHEN_IT_IS_DONE
  }

  @BeforeEach
  void start() throws Exception {
    parts.push(() -> await(vertx.close()));
    world = part(World.start(vertx, Ports.FREE, InstantSource.system(), folder.resolve("world")));
    relay = part(new Relay(vertx));
    Wire front = part(Wire.listen(vertx, 0, this::handle));
    Path org = world.files().orgs().resolve("acme.yaml");
    Files.writeString(
        org, Files.readString(org).replace(world.s3().base().toString(), front.base().toString()));
    command("apply", org.toString());
    command("backend", "validate", "acme", Tenant.BACKEND);
    command("backend", "activate", "acme", Tenant.BACKEND);
    begin();
  }

  @AfterEach
  void stop() throws Exception {
    if (running != null) {
      running.close();
    }
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  private void command(String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "-s";
    all[arguments.length + 1] = world.files().settings().toString();
    assertThat(Main.run(all, out, out)).as(said.toString()).isZero();
  }

  private void begin() {
    running = GatewayProcess.start(world.files().settings(), Map.of());
  }

  /** SIGKILL; it has ended when this returns. */
  private void kill() {
    GatewayProcess killed = Objects.requireNonNull(running);
    killed.close();
    try {
      assertThat(killed.exitCode()).isEqualTo(128 + 9);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String edge() {
    return "http://127.0.0.1:" + Objects.requireNonNull(running).edgePort();
  }

  private void killAndBegin() {
    kill();
    begin();
  }

  /** Stands before the storage, so that the gateway can die at a moment of the storage's. */
  private void handle(HttpServerRequest request) {
    boolean completes =
        request.method().name().equals("POST") && request.uri().contains("uploadId=");
    Moment moment = completes ? kill : null;
    if (moment == Moment.BEFORE_IT_IS_DONE) {
      kill();
      request.connection().close();
      return;
    }
    if (moment == Moment.WHEN_IT_IS_DONE) {
      request.response().headersEndHandler(sent -> kill());
    }
    relay.pass(
        request,
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(world.s3().base().getPort())
            .setURI(request.uri())
            .setHeaders(Relay.endToEnd(request.headers())));
  }

  private Answer call(String method, String path, String body) {
    String token = String.valueOf(world.files().tokens().get("publisher"));
    return Viewer.send(
        method,
        edge() + path,
        Map.of("Authorization", "Bearer " + token),
        body.getBytes(StandardCharsets.UTF_8));
  }

  private JsonObject good(String method, String path, String body) {
    Answer answer = call(method, path, body);
    assertThat(answer.status()).as(answer.text()).isBetween(200, 201);
    return new JsonObject(answer.text());
  }

  private JsonObject order(byte[] bytes) {
    return good(
        "POST",
        "/v1/uploads",
        new JsonObject()
            .put("key", KEY)
            .put("size", bytes.length)
            .put("sha256", Firmware.sha256(bytes))
            .encode());
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    return bytes;
  }

  private static void put(JsonObject link, byte[] bytes) {
    Map<String, String> headers = new HashMap<>();
    link.getJsonObject("headers").forEach(it -> headers.put(it.getKey(), (String) it.getValue()));
    headers.remove("content-length");
    Answer answer = Viewer.send("PUT", link.getString("url"), headers, bytes);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  private static void putPart(JsonObject part, byte[] bytes) {
    int from = part.getInteger("offset");
    put(part, Arrays.copyOfRange(bytes, from, from + part.getInteger("size")));
  }

  private JsonObject missing(String id) {
    return good("GET", "/v1/uploads/" + id + "/parts", "");
  }

  private JsonObject complete(String id) {
    return good("POST", "/v1/uploads/" + id + "/complete", "");
  }

  /** What lies in the bucket, which is nothing but objects. */
  private List<String> stored() {
    try (S3Client client = world.s3().client(Tenant.ACME.account())) {
      assertThat(client.listMultipartUploads(b -> b.bucket(Tenant.ACME.bucket())).uploads())
          .isEmpty();
      return client.listObjectsV2(b -> b.bucket(Tenant.ACME.bucket())).contents().stream()
          .map(S3Object::key)
          .toList();
    }
  }

  private void isWhole(byte[] bytes, List<String> before) {
    assertThat(stored())
        .containsAll(before)
        .contains(Tenant.ACME.prefix() + KEY)
        .hasSize(before.size() + 1);
    String device = String.valueOf(world.files().tokens().get("acme-device"));
    Answer link =
        Viewer.send(
            "GET", edge() + "/v1/links/" + KEY, Map.of("Authorization", "Bearer " + device));
    assertThat(Viewer.get(new JsonObject(link.text()).getString("url")).body().getBytes())
        .isEqualTo(bytes);
    assertThat(call("DELETE", "/v1/binaries/" + KEY, "").status()).isEqualTo(204);
    assertThat(stored()).isEqualTo(before);
  }

  @Test
  void upload_inParts_goesOnAfterEachKill() {
    byte[] bytes = bytes(PART + 7);
    List<String> before = stored();
    JsonObject upload = order(bytes);
    String id = upload.getString("id");

    killAndBegin();
    assertThat(missing(id).getJsonArray("parts").size()).isEqualTo(2);
    putPart(upload.getJsonArray("parts").getJsonObject(0), bytes);
    killAndBegin();
    JsonObject second = missing(id).getJsonArray("parts").getJsonObject(0);
    assertThat(second.getInteger("number")).isEqualTo(2);
    putPart(second, bytes);
    killAndBegin();
    assertThat(missing(id).getJsonArray("parts")).isEmpty();

    kill = Moment.BEFORE_IT_IS_DONE;
    assertThatThrownBy(() -> complete(id)).isInstanceOf(UncheckedIOException.class);
    kill = null;
    begin();
    assertThat(missing(id).getJsonArray("parts")).as("nothing is lost").isEmpty();
    kill = Moment.WHEN_IT_IS_DONE;
    assertThatThrownBy(() -> complete(id)).isInstanceOf(UncheckedIOException.class);
    kill = null;
    begin();

    assertThat(complete(id).getLong("size")).isEqualTo(bytes.length);
    killAndBegin();
    assertThat(complete(id).getLong("size")).isEqualTo(bytes.length);
    isWhole(bytes, before);
  }

  @Test
  void upload_byOnePut_goesOnAfterEachKill() {
    byte[] bytes = bytes(5);
    List<String> before = stored();
    JsonObject upload = order(bytes);
    String id = upload.getString("id");

    killAndBegin();
    put(missing(id).getJsonObject("put"), bytes);
    killAndBegin();
    assertThat(missing(id).containsKey("put")).isFalse();
    assertThat(complete(id).getLong("size")).isEqualTo(bytes.length);
    killAndBegin();
    assertThat(complete(id).getString("sha256")).isEqualTo(Firmware.sha256(bytes));
    isWhole(bytes, before);
  }

  @Test
  void abort_afterAKill_leavesNothing() {
    byte[] bytes = bytes(PART + 7);
    List<String> before = stored();
    JsonObject upload = order(bytes);
    putPart(upload.getJsonArray("parts").getJsonObject(0), bytes);

    killAndBegin();
    assertThat(call("DELETE", "/v1/uploads/" + upload.getString("id"), "").status()).isEqualTo(204);

    assertThat(stored()).isEqualTo(before);
  }
}
