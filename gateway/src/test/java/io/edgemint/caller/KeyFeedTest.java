package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Keys at a URL: when they are fetched, who waits, and what survives. */
class KeyFeedTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final World world = new World();
  private final SigningKey old = SigningKey.of(Algorithm.ES256);
  private final SigningKey next = SigningKey.make(Algorithm.ES256);
  private final CallerVerifier verifier = world.verifier(World.jwksUrl(World.ISS, null));

  private void answer(String jwks) {
    world.fetches.remove().complete(jwks);
  }

  private void fail() {
    world.fetches.remove().fail("connection refused");
  }

  /** Goes on to the next poll, and stays at that second. */
  private void awaitPoll() {
    while (world.fetches.isEmpty()) {
      world.timers.advance(SECOND);
    }
  }

  private String token(SigningKey key, String kid) {
    return world.token(key, kid, claims -> {});
  }

  @Test
  void start_fetchesAtOnceAndTokensWaitForIt() {
    Future<Caller> early = verifier.verify(token(old, "a"));

    assertThat(world.asked).isEqualTo(1);
    assertThat(early.isComplete()).isFalse();
    assertThat(verifier.loaded().isComplete()).isFalse();

    answer(World.jwks(old.jwk("a")));

    assertThat(early.result().subject()).isEqualTo("device-1");
    assertThat(verifier.loaded().succeeded()).isTrue();
    assertThat(verifier.problems()).isEmpty();
    assertThat(world.asked).isEqualTo(1);
  }

  @Test
  void start_issuerDown_nobodyGetsInAndTheProblemIsTold() {
    Future<Caller> early = verifier.verify(token(old, "a"));
    fail();

    assertThat(World.flaw((Refused) early.cause())).isEqualTo(Flaw.KEY_UNKNOWN);
    assertThat(verifier.loaded().succeeded()).isTrue();
    assertThat(verifier.problems())
        .contains("no issuer has a usable key: nobody gets in")
        .anyMatch(problem -> problem.contains("connection refused"));
  }

  @Test
  void start_issuerSendsRubbish_whoeverWaitsIsToldAtOnce() {
    Future<Caller> early = verifier.verify(token(old, "a"));
    answer("<html>");

    assertThat(early.failed()).isTrue();
    assertThat(verifier.loaded().succeeded()).isTrue();
  }

  @Test
  void start_tooMuchToDo_isAProblemAndNoFault() {
    KeySupply busy =
        new KeySupply(
            world.supply.fetch(),
            world.supply.lastGood(),
            world.supply.secrets(),
            task -> {
              throw new RejectedExecutionException();
            },
            world.timers,
            world.timers,
            world.supply.random());
    CallerVerifier started =
        new CallerVerifier(
            List.of(World.jwksUrl(World.ISS, null)),
            world.orgs,
            busy,
            caller -> () -> null,
            1_000_000,
            world.meters);

    assertThat(started.loaded().succeeded()).isTrue();
    assertThat(started.problems()).anyMatch(problem -> problem.contains("too much is waiting"));
    assertThat(World.flaw(started, token(old, "a"))).isEqualTo(Flaw.KEY_UNKNOWN);
  }

  @Test
  void fetch_tellsWhoNamedTheAddress() {
    assertThat(world.lastTrusted).isTrue();

    world.snapshot(World.org(World.ACME, World.jwksUrl("https://acme.example", World.ACME)));

    assertThat(world.lastTrusted).isFalse();
  }

  @Test
  void waiting_endsAfterTwoSecondsWhileTheFetchGoesOn() {
    Future<Caller> early = verifier.verify(token(old, "a"));

    world.timers.advance(KeyFeed.PATIENCE.minusMillis(1));
    assertThat(early.isComplete()).isFalse();
    world.timers.advance(Duration.ofMillis(1));
    assertThat(early.failed()).isTrue();
    assertThat(World.flaw(verifier, token(old, "a"))).isEqualTo(Flaw.KEY_UNKNOWN);

    answer(World.jwks(old.jwk("a")));
    assertThat(verifier.verify(token(old, "a")).succeeded()).isTrue();
    assertThat(world.asked).isEqualTo(1);
  }

  @Test
  void waiting_tokenIsNoGoodAllTheSame_isRefused() {
    Future<Caller> forged = verifier.verify(token(next, "a"));
    answer(World.jwks(old.jwk("a")));

    assertThat(World.flaw((Refused) forged.cause())).isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void waiting_isBounded() {
    List<Future<Caller>> waiting = new ArrayList<>();
    for (int i = 0; i < KeyFeed.MAX_WAITING; i++) {
      waiting.add(verifier.verify(token(old, "a")));
    }

    assertThat(waiting).noneMatch(Future::isComplete);
    assertThat(World.flaw(verifier, token(old, "a"))).isEqualTo(Flaw.KEY_UNKNOWN);

    answer(World.jwks(old.jwk("a")));
    assertThat(waiting).allMatch(Future::succeeded);
  }

  @Test
  void poll_comesEveryFiveMinutesGiveOrTakeAFifth() {
    answer(World.jwks(old.jwk("a")));

    for (int polls = 1; polls <= 50; polls++) {
      long before = world.timers.seconds();
      awaitPoll();
      assertThat(world.timers.seconds() - before).isBetween(240L, 361L);
      assertThat(world.asked).isEqualTo(1 + polls);
      answer(World.jwks(old.jwk("a")));
    }
    assertThat(world.countFetches("unchanged")).isEqualTo(50);
    assertThat(world.countFetches("changed")).isEqualTo(1);
    assertThat(world.countFetches("failed")).isZero();
  }

  @Test
  void poll_failsOrBringsNothingUsable_keepsTheLastKeys() {
    answer(World.jwks(old.jwk("a")));
    String token = token(old, "a");
    assertThat(verifier.verify(token).succeeded()).isTrue();

    for (String useless :
        List.of("", "{\"keys\":[]}", "<html>", World.jwks(old.jwk("a").put("use", "enc")))) {
      awaitPoll();
      answer(useless);
      assertThat(verifier.verify(token).succeeded()).isTrue();
      assertThat(verifier.verify(token(old, "a")).succeeded()).isTrue();
      assertThat(verifier.problems()).isNotEmpty();
    }
    awaitPoll();
    fail();
    assertThat(verifier.verify(token).succeeded()).isTrue();
    assertThat(world.countFetches("failed")).isEqualTo(5);

    awaitPoll();
    answer(World.jwks(old.jwk("a")));
    assertThat(verifier.problems()).isEmpty();
  }

  @Test
  void unknownKid_fetchesOnceAndIsLetIn() {
    answer(World.jwks(old.jwk("a")));
    world.timers.advance(KeyFeed.LEAST_INTERVAL);

    Future<Caller> fresh = verifier.verify(token(next, "b"));
    assertThat(world.asked).isEqualTo(2);
    assertThat(fresh.isComplete()).isFalse();
    answer(World.jwks(old.jwk("a"), next.jwk("b")));

    assertThat(fresh.succeeded()).isTrue();
  }

  @Test
  void unknownKidFlood_fetchesAtMostOnceInThirtySeconds() {
    answer(World.jwks(old.jwk("a")));
    long start = world.timers.seconds();
    int refused = 0;
    String stranger = token(next, "b");
    for (int i = 0; i < 2_400; i++) {
      Future<Caller> answer = verifier.verify(stranger);
      if (!world.fetches.isEmpty()) {
        answer(World.jwks(old.jwk("a")));
      }
      refused += answer.failed() ? 1 : 0;
      world.timers.advance(Duration.ofMillis(100));
    }

    assertThat(refused).isEqualTo(2_400);
    assertThat(world.timers.seconds() - start).isEqualTo(240);
    assertThat(world.asked).isBetween(8, 9);
    assertThat(verifier.verify(token(old, "a")).succeeded()).isTrue();
  }

  @Test
  void unknownKid_clockTurnedBack_doesNotStopFetching() {
    answer(World.jwks(old.jwk("a")));
    world.timers.set(world.timers.instant().minus(Duration.ofHours(1)));

    Future<Caller> fresh = verifier.verify(token(next, "b"));
    answer(World.jwks(next.jwk("b")));

    assertThat(fresh.succeeded()).isTrue();
  }

  @Test
  void rotation_addedKeyDropsNothingAndRemovedKeyEndsItsTokens() {
    answer(World.jwks(old.jwk("a")));
    String early = token(old, "a");
    Future<Caller> first = verifier.verify(early);

    awaitPoll();
    answer(World.jwks(next.jwk("b"), old.jwk("a")));
    String late = token(next, "b");
    assertThat(verifier.verify(early)).isSameAs(first);
    Future<Caller> second = verifier.verify(late);
    assertThat(second.succeeded()).isTrue();

    awaitPoll();
    answer(World.jwks(next.jwk("b")));
    assertThat(verifier.verify(late)).isSameAs(second);
    assertThat(World.flaw(verifier, early)).isEqualTo(Flaw.KEY_UNKNOWN);
  }

  @Test
  void rotation_otherKeyUnderTheSameKid_endsTheFirstOnesTokens() {
    answer(World.jwks(old.jwk("a")));
    String token = token(old, "a");
    assertThat(verifier.verify(token).succeeded()).isTrue();

    awaitPoll();
    answer(World.jwks(next.jwk("a")));

    assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.SIGNATURE);
    assertThat(verifier.verify(token(next, "a")).succeeded()).isTrue();
  }

  @Test
  void restart_issuerDown_lastGoodKeysLetItsDevicesIn() {
    answer(World.jwks(old.jwk("a")));
    verifier.close();

    CallerVerifier restarted = world.verifier(World.jwksUrl(World.ISS, null));
    assertThat(restarted.verify(token(old, "a")).succeeded()).isTrue();
    assertThat(restarted.loaded().succeeded()).isTrue();

    world.timers.advance(KeyFeed.LEAST_INTERVAL);
    assertThat(world.asked).isEqualTo(2);
    fail();
    assertThat(restarted.verify(token(old, "a")).succeeded()).isTrue();
  }

  @Test
  void restart_keysChangedMeanwhile_tokenOfTheNewOneHurriesTheFetch() {
    answer(World.jwks(old.jwk("a")));
    verifier.close();
    CallerVerifier restarted = world.verifier(World.jwksUrl(World.ISS, null));
    assertThat(world.asked).isEqualTo(1);

    Future<Caller> fresh = restarted.verify(token(next, "b"));
    answer(World.jwks(next.jwk("b")));

    assertThat(fresh.succeeded()).isTrue();
    assertThat(World.flaw(restarted, token(old, "a"))).isEqualTo(Flaw.KEY_UNKNOWN);
  }

  @Test
  void restart_keysKeptForAnotherPlace_areNotTaken() {
    answer(World.jwks(old.jwk("a")));
    verifier.close();
    Issuer moved =
        World.issuer(
            World.ISS,
            Set.of(Algorithm.ES256),
            new KeySource.JwksUrl(URI.create("https://elsewhere.example/jwks.json")),
            null);
    CallerVerifier elsewhere = world.verifier(moved);
    assertThat(elsewhere.verify(token(old, "a")).isComplete()).isFalse();

    world.snapshot(World.org(World.ACME, World.jwksUrl(World.ISS, World.ACME)));
    CallerVerifier takenOver = world.verifier();
    assertThat(takenOver.verify(token(old, "a")).isComplete()).isFalse();
  }

  @Test
  void kept_brokenText_isAsIfNothingWasKept() {
    for (String broken : List.of("", "{}", "garbage", "{\"org\":\"\",\"uri\":1,\"jwks\":{}}")) {
      World other = new World();
      other.kept.put(World.ISS, broken);
      CallerVerifier started = other.verifier(World.jwksUrl(World.ISS, null));
      assertThat(started.problems()).noneMatch(problem -> problem.contains("the last run"));
      other.fetches.remove().complete(World.jwks(old.jwk("a")));

      assertThat(started.verify(token(old, "a")).succeeded()).isTrue();
    }
  }

  @Test
  void kept_registryFails_keysAreUsedAllTheSame() {
    KeySupply broken =
        new KeySupply(
            world.supply.fetch(),
            new LastGoodKeys() {
              @Override
              public String load(String iss) {
                throw new IllegalStateException("disk is gone");
              }

              @Override
              public void save(String iss, String jwksJson) {
                throw new IllegalStateException("disk is gone");
              }
            },
            world.supply.secrets(),
            world.supply.background(),
            world.timers,
            world.timers,
            world.supply.random());
    CallerVerifier started =
        new CallerVerifier(
            List.of(World.jwksUrl("https://b.example", null)),
            world.orgs,
            broken,
            caller -> () -> null,
            1_000_000,
            world.meters);
    assertThat(started.problems()).anyMatch(problem -> problem.contains("kept from the last run"));
    world.fetches.removeLast().complete(World.jwks(old.jwk("a")));

    String token = world.token(old, "a", claims -> claims.put("iss", "https://b.example"));
    assertThat(started.verify(token).succeeded()).isTrue();
    assertThat(started.problems()).anyMatch(problem -> problem.contains("disk is gone"));
  }

  @Test
  void fetch_olderAnswerThanANewerAttempt_isIgnored() {
    Future<Caller> early = verifier.verify(token(old, "a"));
    world.timers.advance(KeyFeed.LEAST_INTERVAL);
    assertThat(early.failed()).isTrue();

    Future<Caller> again = verifier.verify(token(next, "b"));
    assertThat(world.asked).isEqualTo(2);
    world.fetches.removeLast().complete(World.jwks(next.jwk("b")));
    assertThat(again.succeeded()).isTrue();
    answer(World.jwks(old.jwk("a")));

    assertThat(verifier.verify(token(next, "b")).succeeded()).isTrue();
  }

  @Test
  void fetch_olderAnswerBeforeThatOfTheNewerAttempt_leavesItRunning() {
    world.timers.advance(KeyFeed.LEAST_INTERVAL);
    Future<Caller> waiting = verifier.verify(token(next, "b"));
    assertThat(world.asked).isEqualTo(2);

    answer(World.jwks(old.jwk("a")));
    assertThat(waiting.isComplete()).isFalse();
    answer(World.jwks(next.jwk("b")));

    assertThat(waiting.succeeded()).isTrue();
  }

  @Test
  void close_cancelsItsTimersAndLetsNobodyIn() {
    answer(World.jwks(old.jwk("a")));
    String token = token(old, "a");
    assertThat(verifier.verify(token).succeeded()).isTrue();

    verifier.close();

    assertThat(world.timers.pending()).isZero();
    assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.KEY_UNKNOWN);
    assertThat(world.asked).isEqualTo(1);
  }
}
