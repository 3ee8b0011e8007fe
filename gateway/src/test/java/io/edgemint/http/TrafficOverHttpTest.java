package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.http.RawClient.Answer;
import io.edgemint.traffic.Limit;
import io.edgemint.traffic.Rate;
import io.edgemint.traffic.TrafficSettings;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever asks too often is told when to come back, and nobody else is. */
class TrafficOverHttpTest {
  private static final String PATH = "/v1/links/fw/a";

  private final EdgeWorld world =
      new EdgeWorld(
          new TrafficSettings(
              Map.of(
                  Limit.DEVICE_REQUESTS, Rate.parse("3/m"),
                  Limit.DEVICE_SIGNATURES, Rate.parse("2/m"),
                  Limit.ADDRESS_TOKENS, Rate.parse("2/m")),
              Duration.ofSeconds(1),
              10_000,
              1000),
          EdgeWorld.org("acme", false));
  private final RawClient client = world.client();

  @AfterEach
  void close() {
    client.close();
    world.close();
  }

  private static void assertLimited(Answer answer, String policy, int quota) {
    assertThat(answer.status()).isEqualTo(429);
    assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("rate_limited");
    assertThat(new JsonObject(answer.body()).getBoolean("retryable")).isTrue();
    String wait = answer.headers().get("retry-after");
    assertThat(Integer.parseInt(wait)).isBetween(5, 24);
    assertThat(answer.headers())
        .containsEntry("ratelimit-policy", "\"" + policy + "\";q=" + quota + ";w=60")
        .containsEntry("ratelimit", "\"" + policy + "\";r=0;t=" + wait);
  }

  @Test
  void device_overItsRate_isRefusedAlone() {
    String greedy = world.token("acme", "greedy");
    for (int i = 0; i < 3; i++) {
      assertThat(client.get(PATH, greedy).status()).isEqualTo(200);
    }
    assertLimited(client.get(PATH, greedy), "device", 3);
    assertLimited(client.get("/v1/downloads/fw/a", greedy), "device", 3);
    assertLimited(client.post("/v1/links", greedy, "{\"keys\":[\"fw/a\"]}"), "device", 3);
    assertThat(client.get(PATH, world.token("acme", "modest")).status()).isEqualTo(200);
    world.clock.pass(Duration.ofSeconds(20));
    assertThat(client.get(PATH, greedy).status()).isEqualTo(200);
  }

  @Test
  void device_askingForNewLinks_isRefusedThoseAlone() {
    String device = world.token("acme", "dev-1");
    assertThat(client.get("/v1/links/fw/1", device).status()).isEqualTo(200);
    assertThat(client.get("/v1/links/fw/2", device).status()).isEqualTo(200);
    assertLimited(client.get("/v1/links/fw/3", device), "device-signatures", 2);
    world.clock.pass(Duration.ofSeconds(20));
    assertThat(client.get("/v1/links/fw/2", device).status()).isEqualTo(200);
  }

  @Test
  void batch_overTheBudget_saysSoForEachKey() {
    String body = "{\"keys\":[\"fw/1\",\"fw/2\",\"fw/3\"]}";
    Answer answer = client.post("/v1/links", world.token("acme", "dev-1"), body);
    assertThat(answer.status()).isEqualTo(200);
    var results = new JsonObject(answer.body()).getJsonArray("results");
    assertThat(results.getJsonObject(1).getString("url")).isNotNull();
    assertThat(results.getJsonObject(2).getString("code")).isEqualTo("rate_limited");
    assertThat(results.getJsonObject(2).getInteger("retry_after")).isBetween(5, 24);
  }

  @Test
  void address_withTooManyBadTokens_hasOnlyKnownOnesLookedAt() {
    String known = world.token("acme", "dev-1");
    assertThat(client.get(PATH, known).status()).isEqualTo(200);
    String bad = known.substring(0, known.length() - 2) + "xx";
    assertThat(client.get(PATH, bad).status()).isEqualTo(401);
    assertThat(client.get(PATH, bad).status()).isEqualTo(401);
    assertLimited(client.get(PATH, bad), "address-tokens", 2);
    assertLimited(client.get(PATH, world.token("acme", "dev-2")), "address-tokens", 2);
    assertThat(client.get(PATH, known).status()).isEqualTo(200);
  }

  @Test
  void address_withExpiredTokens_isNotHeldAgainstIt() {
    String ended = world.token("acme", "dev-1");
    world.clock.pass(Duration.ofHours(1));
    for (int i = 0; i < 5; i++) {
      assertThat(client.get(PATH, ended).status()).isEqualTo(401);
    }
    assertThat(client.get(PATH, world.token("acme", "dev-2")).status()).isEqualTo(200);
  }

  @Test
  void retryAfter_sameDevice_isTheSameAndDevicesDiffer() {
    var waits = new HashSet<String>();
    for (int device = 0; device < 20; device++) {
      String token = world.token("acme", "dev-" + device);
      for (int i = 0; i < 3; i++) {
        client.get(PATH, token);
      }
      String wait = client.get(PATH, token).headers().get("retry-after");
      assertThat(client.get(PATH, token).headers()).containsEntry("retry-after", wait);
      waits.add(wait);
    }
    assertThat(waits).hasSizeGreaterThan(5);
  }
}
