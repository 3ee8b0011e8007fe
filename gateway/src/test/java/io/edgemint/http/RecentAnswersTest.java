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
import io.edgemint.http.RecentAnswers.Rendered;
import io.edgemint.objects.ObjectFact.Found;
import io.edgemint.objects.ObjectFacts.Told;
import io.edgemint.objects.StoredObject;
import io.edgemint.objects.StoredObject.DigestState;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one caller was answered is given to the next only where it is the next one's too. */
class RecentAnswersTest {
  private static final String PATH = "/v1/links/fw/a";
  private static final Told LASTING = new Told(null, Long.MAX_VALUE);
  private static final OrgId ACME = new OrgId("acme");

  private final EdgeWorld world =
      new EdgeWorld(EdgeWorld.org("acme", false), EdgeWorld.org("globex", true));
  private final RecentAnswers answers = new RecentAnswers(128 << 10);
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
  void sameRequest_otherDevice_asksTheMintOnce() {
    String first = client.get(PATH, world.token("acme", "dev-1")).body();
    String second = client.get(PATH, world.token("acme", "dev-2")).body();
    assertThat(second).isEqualTo(first);
    assertThat(world.mintWasAsked()).isEqualTo(1);
  }

  @Test
  void sameRequest_untilTheGridMovesOn_tellsTheSameLinkAndTheMoment() {
    world.stored = (org, backend, storage, key, version) -> new Found(stored(key, 7));
    String token = world.token("acme", "dev-1");
    ask(PATH, token); // And the object is learnt.
    world.clock.pass(Duration.ofSeconds(1));
    JsonObject first = ask(PATH, token);
    double minted = world.mintWasAsked();
    Instant asked = Instant.parse(first.getString("server_time"));
    int seconds = 0;
    JsonObject next = ask(PATH, token);
    while (next.getString("url").equals(first.getString("url"))) {
      assertThat(Instant.parse(next.getString("server_time")))
          .isEqualTo(asked.plusSeconds(seconds));
      assertThat(next.getLong("expires_in")).isEqualTo(first.getLong("expires_in") - seconds);
      assertThat(world.mintWasAsked()).isEqualTo(minted);
      world.clock.pass(Duration.ofSeconds(1));
      seconds++;
      next = ask(PATH, token);
    }
    assertThat(seconds).isBetween(1, 60);
    assertThat(world.mintWasAsked()).isEqualTo(minted + 1);
    assertThat(next.getLong("expires_in")).isGreaterThan(first.getLong("expires_in") - seconds);
  }

  @Test
  void sameRequest_clockTurnedBack_isMintedAnew() {
    String token = world.token("acme", "dev-1");
    long left = ask(PATH, token).getLong("expires_in");
    world.clock.pass(Duration.ofHours(-1));
    assertThat(ask(PATH, token).getLong("expires_in")).isLessThanOrEqualTo(left + 60);
    assertThat(world.mintWasAsked()).isEqualTo(2);
  }

  @Test
  void sameRequest_objectLearntMeanwhile_isToldInTheNextSecond() {
    Queue<Runnable> later = new ConcurrentLinkedQueue<>();
    world.askers = later::add;
    world.stored = (org, backend, storage, key, version) -> new Found(stored(key, 7));
    String token = world.token("acme", "dev-1");
    assertThat(ask(PATH, token).getJsonObject("object").getLong("size")).isNull();
    later.remove().run();
    world.clock.pass(Duration.ofSeconds(1));
    assertThat(ask(PATH, token).getJsonObject("object").getLong("size")).isEqualTo(7);
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

  private static StoredObject stored(ObjectKey key, long size) {
    return new StoredObject(key, size, null, null, null, DigestState.DECLARED, null, null, false);
  }

  @Test
  void render_recordReplacedSinceTheGrant_isNotRemembered() {
    Snapshot newest = Snapshot.of(2, List.of(EdgeWorld.org("acme", false).withVersion(2)));
    render(newest, PATH, LASTING, 0);
    assertThat(recent(newest, PATH, 0)).isNull();
  }

  @Test
  void recent_otherSnapshot_standsOnlyWithTheSameRecord() {
    Snapshot first = world.orgs.snapshot();
    render(first, PATH, LASTING, 0);
    Snapshot same = Snapshot.of(2, first.orgs());
    assertThat(recent(same, PATH, 0)).isNotNull();
    assertThat(recent(same, PATH, 0)).isNotNull();
    assertThat(recent(Snapshot.of(3, List.of()), PATH, 0)).isNull();
  }

  @Test
  void recent_recordReplacedForAnotherAnswer_isGoneForAll() {
    render(world.orgs.snapshot(), PATH, LASTING, 0);
    render(world.orgs.snapshot(), PATH + "?ttl=61", LASTING, 0);
    world.orgs.replace(Snapshot.of(2, List.of(EdgeWorld.org("acme", false).withVersion(2))));
    Snapshot newest = world.orgs.snapshot();
    render(newest, PATH, LASTING, 0);
    assertThat(recent(newest, PATH, 0)).isNotNull();
    assertThat(recent(newest, PATH + "?ttl=61", 0)).isNull();
    render(newest, PATH + "?ttl=61", LASTING, 0);
    assertThat(recent(newest, PATH + "?ttl=61", 0)).isNotNull();
    assertThat(recent(newest, PATH, 0)).isNotNull();
  }

  @Test
  void recent_factForgotten_standsInItsSecondAlone() {
    render(world.orgs.snapshot(), PATH, LASTING, 0);
    assertThat(answers.recent(world.orgs.snapshot(), 2, ACME, PATH, 999)).isNull();
    assertThat(answers.recent(world.orgs.snapshot(), 2, ACME, PATH, 0)).isNotNull();
    assertThat(recent(world.orgs.snapshot(), PATH, 999)).isNotNull();
  }

  @Test
  void recent_factIsOld_isAskedForAgain() {
    render(world.orgs.snapshot(), PATH, new Told(null, 10_000), 0);
    assertThat(recent(world.orgs.snapshot(), PATH, 9_999)).isNotNull();
    assertThat(recent(world.orgs.snapshot(), PATH, 10_000)).isNull();
  }

  @Test
  void recent_moreThanFit_keepsWhatIsInUse() {
    Snapshot all = world.orgs.snapshot();
    render(all, PATH, LASTING, 0);
    render(all, PATH + "?ttl=61", LASTING, 0);
    for (int i = 0; i < 1_000; i++) {
      render(all, PATH + "?ttl=" + (100 + i), LASTING, 0);
      assertThat(recent(all, PATH, 0)).isNotNull();
    }
    assertThat(recent(all, PATH + "?ttl=61", 0)).isNull();
    int held = 0;
    for (int i = 0; i < 1_000; i++) {
      held += recent(all, PATH + "?ttl=" + (100 + i), 0) == null ? 0 : 1;
    }
    assertThat(held).isBetween(20, 200);
  }

  @Test
  void bytes_anySecond_areWhatIsWrittenWhole() {
    Grant grant = grant();
    StoredObject object = stored(grant.key(), 12_345);
    Rendered answer =
        answers.render(world.orgs.snapshot(), 1, grant, new Told(object, Long.MAX_VALUE), PATH, 0);
    for (long second = 0; second <= grant.link().expiry(); second += 1 + second / 7) {
      long moment = second;
      Buffer whole = LinkJson.bytes(json -> LinkJson.write(json, grant, object, moment));
      var _ = recent(world.orgs.snapshot(), PATH, second * 1000);
      for (int again = 0; again < 3; again++) {
        assertThat(answers.bytes(answer)).isEqualTo(whole);
      }
    }
  }

  @Test
  void rendered_text_leavesOutTheLink() {
    assertThat(render(world.orgs.snapshot(), PATH, LASTING, 0).toString())
        .isEqualTo("an answer about fw/a");
  }

  private Rendered render(Snapshot newest, String uri, Told told, long nowMillis) {
    return answers.render(newest, 1, grant(), told, uri, nowMillis);
  }

  private @Nullable Rendered recent(Snapshot newest, String uri, long nowMillis) {
    return answers.recent(newest, 1, ACME, uri, nowMillis);
  }

  private Grant grant() {
    Caller caller = world.caller(world.token("acme", "dev-1")).result();
    return world.grants.grant(caller, ObjectKey.of("fw/a"), LinkAsk.ANY).result();
  }
}
