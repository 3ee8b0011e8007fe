package io.edgemint.sandbox;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.http.GatewayProcess;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways in processes of their own behind nginx, with one registry in PostgreSQL. */
@Timeout(300)
class FleetIT {
  private static final String ORGS = "/admin/v1/orgs/";
  private static final int DEVICES = 8;
  private static final int ROUNDS = 2;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final int front = freePort();
  private final int[] edges = {freePort(), freePort()};
  private final GatewayProcess[] gateways = new GatewayProcess[2];
  private volatile boolean stopped;
  private World world;
  private EmbeddedPostgres database;

  @BeforeEach
  void start() throws Exception {
    parts.push(() -> await(vertx.close()));
    world = part(World.start(vertx, Ports.FREE, InstantSource.system(), folder.resolve("world")));
    database = part(EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).start());
    nameDatabase();
    for (int i = 0; i < gateways.length; i++) {
      gateways[i] = start(i);
    }
    Nginx nginx = part(new Nginx(folder.resolve("nginx"), front, edges));
    Patience.until(nginx::isUp);
  }

  @AfterEach
  void stop() throws Exception {
    for (GatewayProcess gateway : gateways) {
      if (gateway != null) {
        gateway.close();
      }
    }
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In the world's settings, in place of its SQLite file. */
  private void nameDatabase() throws IOException {
    Path settings = world.files().settings();
    String sqlite = "  file: data/registry.db\n";
    String text = Files.readString(settings);
    assertThat(text).contains(sqlite);
    String postgres =
        "  postgresql: {host: 127.0.0.1, port: %d, database: postgres, user: postgres}\n"
            .formatted(database.getPort());
    Files.writeString(settings, text.replace(sqlite, postgres));
  }

  /** Each has an edge port that nginx knows, and its own snapshot on disk. */
  private GatewayProcess start(int number) {
    return GatewayProcess.start(
        world.files().settings(),
        Map.of(
            "EDGEMINT_EDGE__PORT", Integer.toString(edges[number]),
            // Longer than nginx takes a gateway for gone that it could not reach once.
            "EDGEMINT_EDGE__DRAIN", "3s",
            "EDGEMINT_REGISTRY__SNAPSHOT_FILE", folder.resolve("snapshot-" + number).toString()));
  }

  private Answer call(
      int gateway, String method, String path, Map<String, String> more, String body)
      throws IOException {
    Path token = world.files().folder().resolve("data/admin.token");
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Authorization", "Bearer " + Files.readString(token).strip());
    String url = "http://127.0.0.1:" + gateways[gateway].operator().port() + path;
    return Viewer.send(method, url, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private JsonObject good(
      int gateway, String method, String path, Map<String, String> more, String body)
      throws IOException {
    Answer answer = call(gateway, method, path, more, body);
    assertThat(answer.status()).as(answer.text()).isBetween(200, 201);
    return new JsonObject(answer.text());
  }

  /** Makes an organisation that default storage serves. */
  private void register(int gateway, Tenant tenant) throws IOException {
    good(
        gateway,
        "PUT",
        ORGS + tenant.id(),
        Map.of("If-None-Match", "*"),
        "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
  }

  /** Brings its own bucket into service. */
  private void activate(int gateway, Tenant tenant) throws IOException {
    String org = ORGS + tenant.id();
    String etag = call(gateway, "GET", org, Map.of(), "").header("etag");
    String backend = org + "/backends/" + Tenant.BACKEND;
    String storage =
        """
        {"upload": {"s3": {"bucket": "%s", "region": "%s", "prefix": "%s", "endpoint": "%s",
         "path_style": true,
         "credentials": {"static": {"access_key_id": "%s", "secret_access_key": "%s"}}}}}
        """
            .formatted(
                tenant.bucket(),
                S3Server.REGION,
                tenant.prefix(),
                world.s3().base(),
                tenant.account().accessKeyId(),
                tenant.account().secretAccessKey());
    good(gateway, "PUT", backend, Map.of("If-Match", etag), storage);
    good(gateway, "POST", backend + "/validate", Map.of(), "");
    good(gateway, "POST", backend + "/activate", Map.of(), "");
  }

  private Answer ask(int port, Tenant tenant) {
    String token = world.files().tokens().get(tenant.id() + "-device");
    return Viewer.send(
        "GET",
        "http://127.0.0.1:" + port + "/v1/links/" + Firmware.SMALL.path(),
        Map.of("Authorization", "Bearer " + token));
  }

  private void assertDownloads(int port, Tenant tenant) {
    Answer link = ask(port, tenant);
    assertThat(link.status()).as(link.text()).isEqualTo(200);
    Answer object = Viewer.get(new JsonObject(link.text()).getString("url"));
    assertThat(object.status()).as(object.text()).isEqualTo(200);
    assertThat(Firmware.sha256(object.body().getBytes()))
        .isEqualTo(Firmware.SMALL.sha256(tenant.id()));
  }

  private void awaitItsBucket(Tenant tenant) throws InterruptedException {
    for (int port : edges) {
      Patience.until(() -> isServedFromItsBucket(port, tenant));
    }
  }

  private boolean isServedFromItsBucket(int port, Tenant tenant) {
    return ask(port, tenant).text().contains("\"via\":\"s3\"");
  }

  @Test
  void registeredOnOne_downloadedThroughTheOther_revokedOnOne_refusedByTheOther() throws Exception {
    register(0, Tenant.INITECH);
    activate(0, Tenant.INITECH);
    awaitItsBucket(Tenant.INITECH);
    assertDownloads(edges[1], Tenant.INITECH);
    assertDownloads(front, Tenant.INITECH);

    JsonObject revoked =
        good(
            0,
            "POST",
            ORGS + Tenant.INITECH.id() + "/revocations",
            Map.of(),
            "{\"subject\": \"device-1\"}");

    // The call waits for the others, and says where it holds.
    assertThat(revoked.getBoolean("everywhere")).as(revoked.encode()).isTrue();
    assertThat(revoked.getJsonArray("nodes")).hasSize(2);
    for (int port : new int[] {edges[0], edges[1], front}) {
      Answer refused = ask(port, Tenant.INITECH);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(new JsonObject(refused.text()).getString("code")).isEqualTo("revoked");
    }
  }

  @Test
  void gatewaysRestartedInTurn_underLoadThroughNginx_loseNoRequest() throws Exception {
    register(0, Tenant.INITECH);
    activate(0, Tenant.INITECH);
    awaitItsBucket(Tenant.INITECH);
    AtomicLong served = new AtomicLong();
    Queue<String> problems = new ConcurrentLinkedQueue<>();
    List<Thread> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(Thread.startVirtualThread(() -> askOn(served, problems)));
    }
    for (int i = 0; i < 2 * ROUNDS; i++) {
      awaitMore(served, problems);
      int next = i % 2;
      gateways[next].terminate();
      assertThat(gateways[next].exitCode()).isZero();
      gateways[next] = start(next);
    }
    awaitMore(served, problems);
    stopped = true;
    for (Thread device : devices) {
      device.join();
    }

    assertThat(problems).isEmpty();
    System.out.println(served + " requests through nginx, " + 2 * ROUNDS + " restarts, none lost");
  }

  private void askOn(AtomicLong served, Queue<String> problems) {
    try {
      while (!stopped) {
        Answer answer = ask(front, Tenant.INITECH);
        if (answer.status() != 200) {
          problems.add(answer.status() + " " + answer.text());
        }
        served.incrementAndGet();
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      problems.add(e.toString());
    }
  }

  private static void awaitMore(AtomicLong served, Queue<String> problems)
      throws InterruptedException {
    long enough = served.get() + 200;
    Patience.until(() -> served.get() >= enough || !problems.isEmpty());
  }

  @Test
  void gatewayStartedWithTheDatabaseGone_servesEveryOrgThatWasKnown() throws Exception {
    register(0, Tenant.INITECH);
    activate(0, Tenant.INITECH);
    register(0, Tenant.UMBRELLA);
    good(
        0,
        "POST",
        ORGS + Tenant.UMBRELLA.id() + "/revocations",
        Map.of(),
        "{\"key_prefix\": \"fw/1.0.0/\"}");
    Patience.until(() -> ask(edges[1], Tenant.UMBRELLA).status() == 403);
    gateways[1].terminate();
    assertThat(gateways[1].exitCode()).isZero();
    database.close();

    gateways[1] = start(1);

    assertDownloads(edges[1], Tenant.INITECH);
    assertThat(ask(edges[1], Tenant.UMBRELLA).text()).contains("\"revoked\"");
    // The other one has not even been restarted.
    assertDownloads(edges[0], Tenant.INITECH);
    assertThat(gateways[1].operator().isReady()).isTrue();
  }
}
