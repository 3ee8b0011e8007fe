package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.SelfSigned;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocation;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.RawClient.Answer;
import io.edgemint.http.TlsSettings.KeyPairFiles;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is revoked is refused at the next request, whatever of it is remembered and however long its
 * connection has stood.
 */
class RevocationOverHttpTest {
  private static final String LINK = "/v1/links/fw/a";
  private static final String DOWNLOAD = "/v1/downloads/fw/a";

  private final EdgeWorld world =
      new EdgeWorld(EdgeWorld.org("acme", false), EdgeWorld.org("globex", false));
  private final String device = world.token("acme", "dev-1");
  private final String other = world.token("acme", "dev-2");
  private final String otherOrg = world.token("globex", "dev-1");
  private final AtomicLong version = new AtomicLong(1);

  @AfterEach
  void close() {
    world.close();
  }

  private void revoke(Revocation... all) {
    Revocations revocations = Revocations.NONE;
    for (Revocation each : all) {
      revocations = revocations.with(each);
    }
    Snapshot now = world.orgs.snapshot();
    Org acme = Objects.requireNonNull(now.org(new OrgId("acme")));
    Org globex = Objects.requireNonNull(now.org(new OrgId("globex")));
    long next = version.incrementAndGet();
    world.orgs.replace(
        Snapshot.of(next, List.of(acme.withRevocations(revocations).withVersion(next), globex)));
  }

  private static void assertRevoked(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(403);
    assertThat(answer.body()).contains("\"code\":\"revoked\"").doesNotContain("Signature");
  }

  private void assertOneDeviceIsRefusedOnItsOpenConnection(
      BiFunction<String, String, Answer> client) {
    // Its token, its link and the rendered answer are remembered by now.
    assertThat(client.apply(LINK, device).status()).isEqualTo(200);
    assertThat(client.apply(LINK, device).status()).isEqualTo(200);
    assertThat(client.apply(LINK, otherOrg).status()).isEqualTo(200);

    revoke(new Revocation.Subject("dev-1"));

    assertRevoked(client.apply(LINK, device));
    assertThat(client.apply(LINK, other).status()).as("another device").isEqualTo(200);
    assertRevoked(client.apply(LINK, device));
    assertRevoked(client.apply(DOWNLOAD, device));
    assertThat(client.apply(LINK, otherOrg).status()).as("of another org").isEqualTo(200);

    revoke(new Revocation.KeyPrefix("fw/b"));

    assertThat(client.apply(LINK, device).status()).as("lifted").isEqualTo(200);
    assertRevoked(client.apply("/v1/links/fw/b.bin", other));

    revoke(new Revocation.Everything());

    assertRevoked(client.apply(LINK, device));
    assertRevoked(client.apply(LINK, other));
    assertThat(client.apply(LINK, otherOrg).status()).isEqualTo(200);

    revoke();

    assertThat(client.apply(LINK, device).status()).isEqualTo(200);
  }

  @Test
  void revoked_onAKeepAliveConnection_isRefusedAtTheNextRequest() {
    try (RawClient client = world.client()) {
      assertOneDeviceIsRefusedOnItsOpenConnection(client::get);
    }
  }

  @Test
  void revoked_onAnHttp2Connection_isRefusedAtTheNextRequest(@TempDir Path folder) {
    SelfSigned.of("a.test").write(folder, "a");
    KeyPairFiles files = new KeyPairFiles(folder.resolve("a.pem"), folder.resolve("a.key"));
    world.serve(new TlsSettings(List.of(files), Duration.ofMinutes(1)));
    try (Http2Client client = new Http2Client(world.vertx, world.port)) {
      assertOneDeviceIsRefusedOnItsOpenConnection(client::get);
    }
  }

  @Test
  void revokedPrefix_withinABatch_leavesTheOtherKeys() {
    revoke(new Revocation.KeyPrefix("fw/b"));
    try (RawClient client = world.client()) {
      Answer answer = client.post("/v1/links", device, "{\"keys\":[\"fw/a\",\"fw/b1\",\"fw/c\"]}");
      JsonArray results = new JsonObject(answer.body()).getJsonArray("results");
      assertThat(results.getJsonObject(0).getString("url")).isNotEmpty();
      assertThat(results.getJsonObject(1).getString("code")).isEqualTo("revoked");
      assertThat(results.getJsonObject(2).getString("url")).isNotEmpty();
    }
  }

  @Test
  void revoked_whileABatchWaitsForItsLastKey_getsNoneOfTheLinks() {
    // The batch asks for the time when all of its links are there.
    world.serve(
        world.grants,
        () -> {
          revoke(new Revocation.Subject("dev-1"));
          return world.clock.instant();
        });
    try (RawClient client = world.client()) {
      Answer answer = client.post("/v1/links", device, "{\"keys\":[\"fw/a\",\"other/x\"]}");
      JsonArray results = new JsonObject(answer.body()).getJsonArray("results");
      assertThat(world.mintWasAsked()).isEqualTo(1);
      assertThat(results.getJsonObject(0).getString("code")).isEqualTo("revoked");
      assertThat(results.getJsonObject(1).getString("code")).isEqualTo("key_not_entitled");
      assertThat(answer.body()).doesNotContain("Signature");
    }
  }

  @Test
  void revoked_whileARequestWaits_isRefused() throws InterruptedException {
    Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    world.serve(world.grants(tasks::add), world.clock);
    try (RawClient client = world.client();
        RawClient second = world.client()) {
      client.write(RawClient.request(LINK, device));
      Patience.until(() -> !tasks.isEmpty());
      second.write(RawClient.request(DOWNLOAD, device));
      Patience.until(() -> world.meters.get("gateway.inflight").gauge().value() == 2);
      revoke(new Revocation.Subject("dev-1"));
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
      assertRevoked(client.read());
      assertRevoked(second.read());
    }
  }
}
