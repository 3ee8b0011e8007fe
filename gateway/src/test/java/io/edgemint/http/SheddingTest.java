package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.http.RawClient.Answer;
import io.edgemint.traffic.TrafficSettings;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gateway with more to do than it can says so at once, and answers what is at hand. */
class SheddingTest {
  private static final String KNOWN = "/v1/links/fw/known";
  private static final String REDIRECT = "/v1/downloads/fw/known";

  private final EdgeWorld world =
      new EdgeWorld(
          new TrafficSettings(Map.of(), Duration.ofMillis(50), 1, 1000),
          EdgeWorld.org("acme", false),
          EdgeWorld.org("globex", false));
  private final RawClient client = world.client();

  @AfterEach
  void close() {
    client.close();
    world.close();
  }

  private static void assertShed(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("overloaded");
    assertThat(Integer.parseInt(answer.headers().get("retry-after"))).isBetween(5, 24);
  }

  /**
   * Asks to be redirected until the status is this one, within ten seconds: for one key alone, as
   * many would push out the answers that are at hand.
   */
  private Answer askUntil(int status, String token) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    Answer answer = client.get(REDIRECT, token);
    while (answer.status() != status && System.nanoTime() < end) {
      answer = client.get(REDIRECT, token);
    }
    return answer;
  }

  @Test
  void lateLoop_refusesWhatCostsMoreThanAnAnswerUntilItIsInTime() {
    String token = world.token("acme", "dev-1");
    AtomicLong late = new AtomicLong(System.nanoTime());
    world.nanos = late::get;
    assertThat(client.get(KNOWN, token).status()).isEqualTo(200);
    world.nanos = () -> late.addAndGet(Duration.ofSeconds(1).toNanos());
    assertShed(askUntil(503, token));
    assertThat(client.get(KNOWN, token).status()).isEqualTo(200);
    assertShed(client.get("/v1/links/fw/new", token));
    assertShed(client.post("/v1/links", token, "{\"keys\":[\"fw/known\"]}"));
    AtomicLong inTime = new AtomicLong(late.get());
    world.nanos = () -> inTime.addAndGet(Duration.ofMillis(50).toNanos());
    assertThat(askUntil(307, token).status()).isEqualTo(307);
    assertThat(client.get("/v1/links/fw/new", token).status()).isEqualTo(200);
  }

  @Test
  void tooManyWaiting_refusesTheNextAndAnswersThoseWhoWait() throws InterruptedException {
    Queue<Runnable> tasks = new ArrayDeque<>();
    world.nanos = () -> 0;
    world.serve(world.grants(tasks::add), world.clock);
    try (RawClient first = world.client();
        RawClient second = world.client()) {
      first.write(RawClient.request("/v1/links/fw/a", world.token("acme", "dev-1")));
      awaitWaiting(1);
      assertShed(second.get("/v1/links/fw/a", world.token("globex", "dev-1")));
      tasks.forEach(Runnable::run);
      assertThat(first.read().status()).isEqualTo(200);
      awaitWaiting(0);
      assertThat(second.get("/v1/links/fw/a", world.token("globex", "dev-1")).status())
          .isEqualTo(200);
    }
  }

  @Test
  void oneOrgsStorageHangs_othersStillHaveTheirPlacesToWait() throws InterruptedException {
    Queue<Runnable> tasks = new ArrayDeque<>();
    List<RawClient> clients = new ArrayList<>();
    try (EdgeWorld wide =
        new EdgeWorld(
            new TrafficSettings(Map.of(), Duration.ofSeconds(10), 8, 1000),
            EdgeWorld.org("acme", false),
            EdgeWorld.org("globex", false))) {
      wide.serve(wide.grants(tasks::add), wide.clock);
      RawClient good = client(wide, clients);
      good.write(RawClient.request("/v1/links/fw/a", wide.token("globex", "dev-1")));
      awaitWaiting(wide, 1);
      tasks.remove().run();
      assertThat(good.read().status()).isEqualTo(200);
      for (int i = 0; i < 7; i++) {
        client(wide, clients)
            .write(RawClient.request("/v1/links/fw/a", wide.token("acme", "dev-" + i)));
      }
      awaitWaiting(wide, 7);
      RawClient tooMany = client(wide, clients);
      assertThat(tooMany.get("/", "none").status()).isEqualTo(404);
      tooMany.write(RawClient.request("/v1/links/fw/a", wide.token("acme", "dev-8")));
      // Each batch waits, if only for its body.
      String batch = "{\"keys\":[\"fw/a\"]}";
      Answer answer = good.post("/v1/links", wide.token("globex", "dev-1"), batch);
      assertThat(answer.status()).isEqualTo(200);
      assertShed(tooMany.read());
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  private static RawClient client(EdgeWorld of, List<RawClient> all) {
    RawClient client = new RawClient(of.port);
    all.add(client);
    return client;
  }

  private void awaitWaiting(int requests) throws InterruptedException {
    awaitWaiting(world, requests);
  }

  private static void awaitWaiting(EdgeWorld world, int requests) throws InterruptedException {
    Patience.until(() -> world.meters.get("gateway.inflight").gauge().value() == requests);
  }
}
