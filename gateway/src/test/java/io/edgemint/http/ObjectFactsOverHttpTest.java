package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.SelfSigned;
import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.Grants.Grant;
import io.edgemint.http.RawClient.Answer;
import io.edgemint.http.TlsSettings.KeyPairFiles;
import io.edgemint.objects.ObjectFact.Found;
import io.edgemint.objects.ObjectFact.Missing;
import io.edgemint.objects.ObjectFact.Unlearnt;
import io.edgemint.objects.ObjectFacts.Told;
import io.edgemint.objects.StoredObject;
import io.edgemint.objects.StoredObject.DigestState;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What devices are told of objects, and what they are told instead of a link. */
class ObjectFactsOverHttpTest {
  private static final String LINK = "/v1/links/fw/a";
  private static final String DOWNLOAD = "/v1/downloads/fw/a";
  private static final String SHA256 = "ab".repeat(32);

  private final EdgeWorld world = new EdgeWorld(EdgeWorld.org("acme", false));
  private RawClient client = world.client();
  private final String token = world.token("acme", "dev-1");

  @AfterEach
  void close() {
    client.close();
    world.close();
  }

  private static StoredObject object(ObjectKey key, @Nullable String version, boolean archived) {
    return new StoredObject(
        key,
        1_048_576,
        "\"etag\"",
        version == null ? "v2" : version,
        SHA256,
        DigestState.DECLARED,
        null,
        Instant.parse("2026-11-05T12:00:00Z"),
        archived);
  }

  private void holdAll() {
    world.stored = (org, backend, storage, key, version) -> new Found(object(key, version, false));
  }

  private void check() {
    world.checkObjects = true;
    world.serve(world.grants(Runnable::run), world.clock);
    client.close();
    client = world.client();
  }

  private JsonObject objectOf(Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    return new JsonObject(answer.body()).getJsonObject("object");
  }

  /** Two requests on one connection: what follows the head must be the next answer. */
  private List<String> heads(String... uris) throws IOException {
    StringBuilder requests = new StringBuilder();
    for (String uri : uris) {
      requests
          .append("HEAD ")
          .append(uri)
          .append(" HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer ")
          .append(token)
          .append("\r\n\r\n");
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), world.port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
      InputStream in = new BufferedInputStream(socket.getInputStream());
      List<String> heads = new ArrayList<>();
      for (int i = 0; i < uris.length; i++) {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          int octet = in.read();
          assertThat(octet).as("in " + head).isNotNegative();
          head.append((char) octet);
        }
        heads.add(head.toString());
      }
      return heads;
    }
  }

  @Test
  void known_objectGoneSinceItWasChecked_isToldForThisMomentAlone() {
    for (boolean checks : List.of(false, true)) {
      world.checkObjects = checks;
      KeyResult key = ObjectKey.of("fw/" + checks);
      Grants grants = world.grants(Runnable::run);
      holdAll();
      Grant grant = grants.grant(world.caller(token).result(), key, LinkAsk.ANY).result();
      world.stored = (org, backend, storage, asked, version) -> new Missing();
      world.clock.pass(Duration.ofSeconds(61));
      grants.known(grant);
      Told told = grants.known(grant);
      assertThat(told.object()).isNull();
      assertThat(told.untilMillis()).isEqualTo(checks ? 0 : world.clock.millis() + 5_000);
    }
  }

  @Test
  void link_objectIsUnknown_tellsTheKeyAloneAndLearnsBeside() {
    Queue<Runnable> later = new ConcurrentLinkedQueue<>();
    world.askers = later::add;
    holdAll();

    assertThat(objectOf(client.get(LINK, token)).fieldNames()).containsExactly("key");
    later.remove().run();
    world.clock.pass(Duration.ofSeconds(1));
    assertThat(objectOf(client.get(LINK, token)))
        .isEqualTo(
            new JsonObject()
                .put("key", "fw/a")
                .put("size", 1_048_576)
                .put("etag", "\"etag\"")
                .put("sha256", SHA256)
                .put("sha256_state", "declared")
                .put("version_id", "v2")
                .put("last_modified", "2026-11-05T12:00:00Z"));
  }

  @Test
  void link_digestIsWrong_isNotTold() {
    world.stored =
        (org, backend, storage, key, version) ->
            new Found(
                new StoredObject(key, 1, null, null, SHA256, DigestState.WRONG, null, null, false));
    assertThat(objectOf(client.get(LINK, token)).fieldNames())
        .containsExactlyInAnyOrder("key", "size");
  }

  @Test
  void link_pinnedVersion_tellsOfThatVersion() {
    holdAll();
    assertThat(objectOf(client.get(LINK + "?version=v1", token)).getString("version_id"))
        .isEqualTo("v1");
  }

  @Test
  void link_objectIsMissingAndNobodyChecks_isMadeAllTheSame() {
    world.stored = (org, backend, storage, key, version) -> new Missing();
    assertThat(objectOf(client.get(LINK, token)).fieldNames()).containsExactly("key");
  }

  @Test
  void link_checkedObjectIsMissing_isRefusedBeforeItIsMade() {
    world.stored = (org, backend, storage, key, version) -> new Missing();
    check();
    double before = world.mintWasAsked();

    Answer answer = client.get(LINK, token);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("object_missing");
    assertThat(client.get(DOWNLOAD, token).status()).isEqualTo(404);
    assertThat(world.mintWasAsked()).isEqualTo(before);
  }

  @Test
  void link_checkedObjectIsArchived_isRefused() {
    world.stored = (org, backend, storage, key, version) -> new Found(object(key, version, true));
    check();

    Answer answer = client.get(LINK, token);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.body()).contains("object_archived");
  }

  @Test
  void link_checkedStorageTellsNothing_isMadeAllTheSame() {
    check();
    assertThat(objectOf(client.get(LINK, token)).fieldNames()).containsExactly("key");
  }

  @Test
  void head_twoOnOneConnection_tellTheLengthAndSendNoBody() throws IOException {
    holdAll();
    List<String> heads = heads(DOWNLOAD, DOWNLOAD + "?version=v1");

    assertThat(heads.get(0).toLowerCase(Locale.ROOT))
        .startsWith("http/1.1 200 ok\r\n")
        .contains("\r\ncontent-length: 1048576\r\n")
        .contains("\r\netag: \"etag\"\r\n")
        .contains("\r\naccept-ranges: bytes\r\n")
        .contains("\r\nlast-modified: thu, 05 nov 2026 12:00:00 gmt\r\n")
        .contains("\r\ncontent-location: /v1/downloads/fw/a?version=v2\r\n")
        .doesNotContain("transfer-encoding");
    assertThat(heads.get(0))
        .containsIgnoringCase(
            "\r\nrepr-digest: sha-256=:q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=:\r\n");
    assertThat(heads.get(1)).contains("/v1/downloads/fw/a?version=v1\r\n");
  }

  @Test
  void head_overHttp2_tellsTheSameWithoutABody(@TempDir Path folder) {
    holdAll();
    SelfSigned.of("a.test").write(folder, "a");
    KeyPairFiles files = new KeyPairFiles(folder.resolve("a.pem"), folder.resolve("a.key"));
    world.serve(new TlsSettings(List.of(files), Duration.ofMinutes(1)));
    try (Http2Client http2 = new Http2Client(world.vertx, world.port)) {
      Answer told = http2.head(DOWNLOAD, token);
      assertThat(told.status()).isEqualTo(200);
      assertThat(told.headers())
          .containsEntry("content-length", "1048576")
          .containsEntry("etag", "\"etag\"")
          .containsKey("repr-digest");
      assertThat(told.body()).isEmpty();

      Answer refused = http2.head("/v1/downloads/other/a", token);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.body()).isEmpty();
      assertThat(http2.get(LINK, token).status()).isEqualTo(200);
    }
  }

  @Test
  void head_missingArchivedOrUntold_isRefusedWithTheReasonsStatus() throws IOException {
    world.stored =
        (org, backend, storage, key, version) ->
            switch (key.value()) {
              case "fw/missing" -> new Missing();
              case "fw/archived" -> new Found(object(key, version, true));
              default -> new Unlearnt("it is away", false);
            };
    List<String> heads =
        heads("/v1/downloads/fw/missing", "/v1/downloads/fw/archived", "/v1/downloads/fw/other");

    assertThat(heads.get(0)).startsWith("HTTP/1.1 404 ");
    assertThat(heads.get(1)).startsWith("HTTP/1.1 409 ");
    assertThat(heads.get(2)).startsWith("HTTP/1.1 503 ").containsIgnoringCase("\r\nretry-after: ");
  }

  @Test
  void head_keyThatIsNotEntitled_asksNoStorage() throws IOException {
    world.stored =
        (org, backend, storage, key, version) -> {
          throw new AssertionError("asked for " + key);
        };
    assertThat(heads("/v1/downloads/other/a").getFirst()).startsWith("HTTP/1.1 403 ");
  }

  @Test
  void head_revokedWhileItWaits_isRefused() throws IOException {
    holdAll();
    world.askers =
        task -> {
          var revoking = Samples.revoking(EdgeWorld.org("acme", false), "dev-1");
          world.orgs.replace(Snapshot.of(2, List.of(revoking)));
          task.run();
        };
    assertThat(heads(DOWNLOAD).getFirst()).startsWith("HTTP/1.1 403 ");
  }

  @Test
  void head_otherRoutes_areNotForIt() throws IOException {
    assertThat(heads(LINK).getFirst())
        .startsWith("HTTP/1.1 405 ")
        .containsIgnoringCase("\r\nallow: GET\r\n");
  }

  @Test
  void downloads_otherMethod_listsBoth() {
    Answer answer = client.post(DOWNLOAD, token, "");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers().get("allow")).isEqualTo("GET, HEAD");
  }

  @Test
  void batch_knownObjects_tellsOfThem() {
    holdAll();
    String body = new JsonObject().put("keys", new JsonArray().add("fw/a").add("fw/b")).encode();
    JsonArray results =
        new JsonObject(client.post("/v1/links", token, body).body()).getJsonArray("results");
    assertThat(results.getJsonObject(1).getJsonObject("object").getInteger("size"))
        .isEqualTo(1_048_576);
  }
}
