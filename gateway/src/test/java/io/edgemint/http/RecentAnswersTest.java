package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.Caller;
import io.edgemint.http.Grants.Grant;
import io.edgemint.http.RawClient.Answer;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one caller was answered is given to the next only where it is the next one's too. */
class RecentAnswersTest {
  private static final String PATH = "/v1/links/fw/a";
  private static final OrgId ACME = new OrgId("acme");

  private final EdgeWorld world = new EdgeWorld(org("acme", false), org("globex", true));
  private final RawClient client = world.client();

  private static Org org(String id, boolean tokenLimited) {
    return Samples.org(id, new Policy(new Entitlement(List.of("fw/")), Set.of(), tokenLimited));
  }

  @AfterEach
  void close() {
    client.close();
    world.close();
  }

  private JsonObject ask(String uri, String token) {
    return new JsonObject(client.get(uri, token).body());
  }

  private double mintWasAsked() {
    return world.meters.find("gateway.links").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void sameRequestWithinTheSecond_otherDevice_asksTheMintOnce() {
    String first = client.get(PATH, world.token("acme", "dev-1")).body();
    String second = client.get(PATH, world.token("acme", "dev-2")).body();
    assertThat(second).isEqualTo(first);
    assertThat(mintWasAsked()).isEqualTo(1);
    world.clock.pass(Duration.ofSeconds(1));
    ask(PATH, world.token("acme", "dev-1"));
    assertThat(mintWasAsked()).isEqualTo(2);
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
    Org acme = org("acme", false);
    var revoked = new Revocations(false, Set.of("dev-1"), List.of());
    Org now = new Org(acme.id(), 2, acme.policy(), revoked, List.of(), List.of());
    world.orgs.replace(Snapshot.of(2, List.of(now)));
    assertThat(client.get(PATH, token).body()).contains("revoked");
  }

  @Test
  void sameRequest_recordReplaced_isMintedAnew() {
    String token = world.token("acme", "dev-1");
    ask(PATH, token);
    world.orgs.replace(Snapshot.of(2, List.of(org("acme", false).withVersion(2))));
    ask(PATH, token);
    assertThat(mintWasAsked()).isEqualTo(2);
  }

  @Test
  void sameRequest_otherOrg_getsItsOwnObject() {
    assertThat(ask(PATH, world.token("acme", "dev-1")).getString("url")).contains("/orgs/acme/");
    assertThat(ask(PATH, world.token("globex", "dev-1")).getString("url"))
        .contains("/orgs/globex/");
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
    Snapshot newest = Snapshot.of(2, List.of(org("acme", false).withVersion(2)));
    RecentAnswers bodies = new RecentAnswers();
    bodies.render(newest, grant, PATH, 0);
    assertThat(bodies.recent(newest, ACME, PATH, 0)).isNull();
  }

  @Test
  void recent_sameRecordInTheNextSnapshot_isRenderedAgain() {
    Grant grant = grant(world.token("acme", "dev-1"));
    Snapshot first = world.orgs.snapshot();
    RecentAnswers bodies = new RecentAnswers();
    bodies.render(first, grant, PATH, 0);
    assertThat(bodies.recent(first, ACME, PATH, 0)).isNotNull();
    assertThat(bodies.recent(Snapshot.of(2, first.orgs()), ACME, PATH, 0)).isNull();
  }

  private Grant grant(String token) {
    Caller caller = world.caller(token).result();
    return world.grants.grant(caller, ObjectKey.of("fw/a"), LinkAsk.ANY).result();
  }
}
