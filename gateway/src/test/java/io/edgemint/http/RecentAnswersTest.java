package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.Caller;
import io.edgemint.http.Grants.Grant;
import io.edgemint.http.RawClient.Answer;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one caller was answered is given to the next only where it is the next one's too. */
class RecentAnswersTest {
  private static final String PATH = "/v1/links/fw/a";
  private static final OrgId ACME = new OrgId("acme");

  private final EdgeWorld world =
      new EdgeWorld(EdgeWorld.org("acme", false), EdgeWorld.org("globex", true));
  private final RawClient client = world.client();

  @AfterEach
  void close() {
    client.close();
    world.close();
  }

  private JsonObject ask(String uri, String token) {
    return new JsonObject(client.get(uri, token).body());
  }

  @Test
  void sameRequestWithinTheSecond_otherDevice_asksTheMintOnce() {
    String first = client.get(PATH, world.token("acme", "dev-1")).body();
    String second = client.get(PATH, world.token("acme", "dev-2")).body();
    assertThat(second).isEqualTo(first);
    assertThat(world.mintWasAsked()).isEqualTo(1);
    world.clock.pass(Duration.ofSeconds(1));
    ask(PATH, world.token("acme", "dev-1"));
    assertThat(world.mintWasAsked()).isEqualTo(2);
  }

  @Test
  void sameRequest_deviceWithoutThatKey_isRefused() {
    ask(PATH, world.token("acme", "dev-1"));
    Answer answer =
        client.get(PATH, world.token("acme", "dev-2", new Entitlement(List.of("fw/b"))));
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).contains("key_not_entitled");
  }

  @Test
  void sameRequest_deviceRevokedMeanwhile_isRefused() {
    String token = world.token("acme", "dev-1");
    ask(PATH, token);
    Org revoking = Samples.revoking(EdgeWorld.org("acme", false), "dev-1");
    world.orgs.replace(Snapshot.of(2, List.of(revoking)));
    Answer answer = client.get(PATH, token);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).contains("\"code\":\"revoked\"");
  }

  @Test
  void sameRequest_recordReplaced_isMintedAnew() {
    String token = world.token("acme", "dev-1");
    ask(PATH, token);
    world.orgs.replace(Snapshot.of(2, List.of(EdgeWorld.org("acme", false).withVersion(2))));
    ask(PATH, token);
    assertThat(world.mintWasAsked()).isEqualTo(2);
  }

  @Test
  void sameRequest_linksThatEndWithTheirTokens_areNotShared() {
    String early = world.token("globex", "dev-1");
    world.clock.pass(Duration.ofMinutes(50));
    String late = world.token("globex", "dev-2");
    assertThat(ask(PATH, late).getString("limited_by")).isEqualTo("backend");
    assertThat(ask(PATH, early).getString("limited_by")).isEqualTo("token");
    assertThat(ask(PATH, late).getString("limited_by")).isEqualTo("backend");
  }

  @Test
  void sameKey_otherWishes_haveAnswersOfTheirOwn() {
    String token = world.token("acme", "dev-1");
    assertThat(ask(PATH + "?ttl=120", token).getString("limited_by")).isEqualTo("request");
    assertThat(ask(PATH, token).getString("limited_by")).isEqualTo("backend");
    assertThat(ask(PATH + "?ttl=120", token).getLong("expires_in")).isLessThanOrEqualTo(120);
    assertThat(client.get(PATH + "?max_url_bytes=50", token).status()).isEqualTo(409);
  }

  @Test
  void render_recordReplacedSinceTheGrant_isNotRemembered() {
    Grant grant = grant(world.token("acme", "dev-1"));
    Snapshot newest = Snapshot.of(2, List.of(EdgeWorld.org("acme", false).withVersion(2)));
    RecentAnswers bodies = new RecentAnswers();
    bodies.render(newest, grant, null, PATH, 0);
    assertThat(bodies.recent(newest, ACME, PATH, 0)).isNull();
  }

  @Test
  void recent_sameRecordInTheNextSnapshot_isRenderedAgain() {
    Grant grant = grant(world.token("acme", "dev-1"));
    Snapshot first = world.orgs.snapshot();
    RecentAnswers bodies = new RecentAnswers();
    bodies.render(first, grant, null, PATH, 0);
    assertThat(bodies.recent(first, ACME, PATH, 0)).isNotNull();
    assertThat(bodies.recent(Snapshot.of(2, first.orgs()), ACME, PATH, 0)).isNull();
  }

  private Grant grant(String token) {
    Caller caller = world.caller(token).result();
    return world.grants.grant(caller, ObjectKey.of("fw/a"), LinkAsk.ANY).result();
  }
}
