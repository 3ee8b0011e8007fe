package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.credentials.RenewingSession.Upkeep;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.sts.model.StsException;

class RenewingSessionTest {
  private static final long START = 1_790_000_000;
  private static final long RENEW_AFTER = 2_000;

  private final ManualClock clock = new ManualClock(START);
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final List<String> outcomes = new ArrayList<>();
  private long life = 3600;
  private @Nullable RuntimeException failure;
  private int fetches;
  private boolean rejecting;
  private boolean busy;
  private Runnable meanwhile = () -> {};

  private final RenewingSession sessions =
      new RenewingSession(
          "acme",
          this::fetch,
          this::take,
          session -> session.start().getEpochSecond() + RENEW_AFTER,
          new Upkeep(clock, new SplittableRandom(1), new Recorder()));

  private Session fetch() {
    fetches++;
    if (failure != null) {
      throw failure;
    }
    Instant now = clock.instant();
    return new Session("id" + fetches, "secret", "token", now, now.plusSeconds(life));
  }

  private boolean take(boolean urgent, Runnable fetch, Runnable late) {
    if (rejecting) {
      throw new RejectedExecutionException("full");
    }
    if (!urgent && busy) {
      meanwhile.run();
      return false;
    }
    waiting.add(busy ? late : fetch);
    return true;
  }

  private static boolean runAtOnce(boolean urgent, Runnable fetch, Runnable late) {
    fetch.run();
    return true;
  }

  private void runWaiting() {
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  private Session fresh() {
    Future<Session> renewed = sessions.renewed(0);
    runWaiting();
    return renewed.result();
  }

  private void passTo(long second) {
    clock.set(START + second);
  }

  @Test
  void current_neverFetched_isNullAndBeginsAFetch() {
    assertThat(sessions.current()).isNull();

    runWaiting();

    assertThat(sessions.current()).isNotNull();
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void renewed_manyWaiters_shareOneFetch() {
    Future<Session> first = sessions.renewed(900);
    Future<Session> second = sessions.renewed(60);
    assertThat(sessions.current()).isNull();
    assertThat(waiting).hasSize(1);

    runWaiting();

    assertThat(first.result()).isSameAs(second.result()).isSameAs(sessions.current());
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void renewed_sessionLivesLongEnough_fetchesNothing() {
    Session session = fresh();
    passTo(2_999);

    assertThat(sessions.renewed(600).result()).isSameAs(session);
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void renewed_sessionEndsJustTooSoon_fetches() {
    fresh();
    passTo(3_000);

    Future<Session> renewed = sessions.renewed(600);
    runWaiting();

    assertThat(renewed.result().accessKeyId()).isEqualTo("id2");
  }

  @Test
  void current_renewalDue_servesTheOldOneUntilTheNewOneIsThere() {
    Session old = fresh();
    passTo(RENEW_AFTER - 1);
    assertThat(sessions.current()).isSameAs(old);
    assertThat(waiting).isEmpty();

    passTo(RENEW_AFTER);
    assertThat(sessions.current()).isSameAs(old);
    assertThat(sessions.current()).isSameAs(old);
    assertThat(waiting).hasSize(1);
    runWaiting();

    assertThat(sessions.current()).isNotNull().isNotSameAs(old);
  }

  @Test
  void current_nobodyUsesIt_isNotRenewed() {
    fresh();
    passTo(10_000);

    assertThat(waiting).isEmpty();
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void current_renewalFails_servesTheOldOneToItsLastSecond() {
    Session old = fresh();
    failure = new IllegalStateException("no network");
    for (long second = RENEW_AFTER; second < 3_600; second += 7) {
      passTo(second);
      assertThat(sessions.current()).isSameAs(old);
      runWaiting();
    }

    passTo(3_599);
    assertThat(sessions.current()).isSameAs(old);
    passTo(3_600);
    assertThat(sessions.current()).isNull();
  }

  @Test
  void renewed_deniedByTheRole_asksAgainAfterFiveMinutesOnly() {
    failure = denial();
    Future<Session> first = sessions.renewed(60);
    runWaiting();
    passTo(299);
    Future<Session> again = sessions.renewed(60);

    assertRefused(first);
    assertThat(first.cause()).hasMessageContaining("denies");
    assertRefused(again);
    assertThat(fetches).isEqualTo(1);

    passTo(300);
    failure = null;
    Future<Session> later = sessions.renewed(60);
    runWaiting();
    assertThat(later.succeeded()).isTrue();
    assertThat(outcomes).containsExactly("denied", "renewed");
  }

  @Test
  void renewed_clockIsTurnedBackDuringAPause_asksAgain() {
    failure = new IllegalStateException("the role was denied");
    sessions.renewed(900);
    runWaiting();
    failure = null;
    clock.set(START - 3_600);

    assertThat(fresh()).isNotNull();
  }

  @Test
  void renewed_clockIsTurnedBackAfterAFetch_asksAgain() {
    Session old = fresh();
    clock.set(START - 3_600);

    Future<Session> longer = sessions.renewed(7_201);
    runWaiting();

    assertThat(longer.result()).isNotEqualTo(old);
  }

  @Test
  void renewed_failsAgainAndAgain_pausesGrowToAMinute() {
    failure = new IllegalStateException("throttled");
    List<Long> attempts = new ArrayList<>();
    for (long second = 0; second < 1_000; second++) {
      passTo(second);
      int before = fetches;
      assertThat(sessions.current()).isNull();
      runWaiting();
      if (fetches > before) {
        attempts.add(second);
      }
    }

    assertThat(attempts.get(1)).isBetween(1L, 3L);
    for (int i = 1; i < attempts.size(); i++) {
      assertThat(attempts.get(i) - attempts.get(i - 1)).isBetween(1L, 61L);
    }
    assertThat(attempts).hasSizeBetween(17, 70);
    assertThat(outcomes).containsOnly("failing");
  }

  @Test
  void renewed_successAfterFailures_forgetsThem() {
    failure = new IllegalStateException("throttled");
    for (int i = 0; i < 6; i++) {
      passTo(100L * i);
      sessions.renewed(60);
      runWaiting();
    }
    failure = null;
    passTo(1_000);
    Session session = fresh();
    passTo(1_000 + RENEW_AFTER);
    failure = new IllegalStateException("throttled");
    assertThat(sessions.current()).isSameAs(session);
    runWaiting();
    int before = fetches;

    passTo(1_000 + RENEW_AFTER + 3);
    assertThat(sessions.current()).isSameAs(session);
    runWaiting();

    assertThat(fetches).isEqualTo(before + 1);
  }

  @Test
  void renewed_sourceBringsNothingLonger_givesWhatThereIsWithoutAskingAtOnceAgain() {
    life = 100;
    Session session = fresh();

    passTo(4);
    assertThat(sessions.renewed(900).result()).isEqualTo(session);
    assertThat(waiting).isEmpty();
    passTo(5);
    Future<Session> renewed = sessions.renewed(900);
    runWaiting();
    assertThat(renewed.result().accessKeyId()).isEqualTo("id2");
  }

  @Test
  void current_renewalAlwaysDue_stillPausesBetweenFetches() {
    var eager =
        new RenewingSession(
            "acme",
            this::fetch,
            RenewingSessionTest::runAtOnce,
            session -> 0,
            new Upkeep(clock, new SplittableRandom(1), new Recorder()));
    for (int second = 0; second < 50; second++) {
      passTo(second);
      Session _ = eager.current();
    }

    assertThat(fetches).isEqualTo(10);
  }

  @Test
  void renewed_failedWhileTheOldOneIsTooShort_isRefusedWithoutAskingAtOnceAgain() {
    fresh();
    passTo(3_000);
    failure = new IllegalStateException("no network");
    Future<Session> first = sessions.renewed(900);
    runWaiting();

    assertRefused(first);
    assertThat(first.cause()).hasMessageContaining("at the moment");
    assertRefused(sessions.renewed(900));
    assertThat(waiting).isEmpty();
  }

  @Test
  void renewed_sameCredentialsAgain_keepsTheSameObject() {
    Instant end = Instant.ofEpochSecond(START + 3600);
    var same =
        new RenewingSession(
            "the gateway itself",
            () -> new Session("id", "secret", null, clock.instant(), end),
            RenewingSessionTest::runAtOnce,
            session -> session.start().getEpochSecond() + 60,
            new Upkeep(clock, new SplittableRandom(1), new Recorder()));
    Session first = same.renewed(0).result();
    passTo(60);

    assertThat(same.current()).isSameAs(first);
    assertThat(outcomes).hasSize(2);
    assertThat(same.current()).isSameAs(first);
    assertThat(outcomes).hasSize(2);
  }

  @Test
  void renewed_sourceBringsAnEndedSession_isRefused() {
    life = 0;
    Future<Session> renewed = sessions.renewed(0);
    runWaiting();

    assertRefused(renewed);
    assertThat(sessions.current()).isNull();
  }

  @Test
  void renewed_executorIsFull_isRefusedAndTriedAgainLater() {
    rejecting = true;
    assertRefused(sessions.renewed(0));

    rejecting = false;
    passTo(3);
    assertThat(fresh()).isNotNull();
  }

  @Test
  void renewed_manyThreads_fetchOnce() throws Exception {
    int threads = 8;
    var together = new CyclicBarrier(threads);
    try (ExecutorService callers = Executors.newFixedThreadPool(threads);
        ExecutorService worker = Executors.newSingleThreadExecutor()) {
      var shared =
          new RenewingSession(
              "acme",
              this::fetch,
              (urgent, fetch, late) -> {
                worker.execute(fetch);
                return true;
              },
              session -> Long.MAX_VALUE,
              new Upkeep(clock, new SplittableRandom(1), new Recorder()));
      Callable<Session> caller =
          () -> {
            together.await();
            return shared.renewed(60).toCompletionStage().toCompletableFuture().get();
          };

      var answers = callers.invokeAll(Collections.nCopies(threads, caller));

      for (var answer : answers) {
        assertThat(answer.get().accessKeyId()).isEqualTo("id1");
      }
    }
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void current_renewalCannotBeginNow_servesTheOldOneAndTriesAgainSoon() {
    Session old = fresh();
    busy = true;
    passTo(RENEW_AFTER);
    assertThat(sessions.current()).isSameAs(old);
    assertThat(sessions.current()).isSameAs(old);
    assertThat(outcomes).containsExactly("renewed", "postponed");

    busy = false;
    passTo(RENEW_AFTER + 10);
    assertThat(sessions.current()).isSameAs(old);
    runWaiting();
    assertThat(sessions.current()).isNotSameAs(old);
  }

  @Test
  void renewed_afterAPostponedRenewal_waitsForItsTurn() {
    fresh();
    busy = true;
    passTo(3_000);
    Session _ = sessions.current();
    busy = false;

    Future<Session> renewed = sessions.renewed(900);
    runWaiting();

    assertThat(renewed.result().accessKeyId()).isEqualTo("id2");
  }

  @Test
  void renewed_joinsARenewalThatIsThenPostponed_waitsForItsTurn() {
    fresh();
    busy = true;
    passTo(3_000);
    List<Future<Session>> joined = new ArrayList<>();
    meanwhile =
        () -> {
          joined.add(sessions.renewed(900));
          busy = false;
        };
    Session _ = sessions.current();
    runWaiting();

    assertThat(joined.getFirst().result().accessKeyId()).isEqualTo("id2");
  }

  @Test
  void renewed_turnDoesNotComeInTime_isRefusedWithoutBeingAnAilment() {
    busy = true;
    Future<Session> first = sessions.renewed(60);
    runWaiting();

    assertRefused(first);
    assertThat(first.cause()).hasNoCause();
    assertRefused(sessions.renewed(60));
    assertThat(waiting).isEmpty();
    assertThat(health().ailment()).isNull();

    busy = false;
    passTo(5);
    assertThat(fresh()).isNotNull();
    assertThat(outcomes).containsExactly("late", "renewed");
  }

  @Test
  void health_ailment_standsSinceItBeganUntilItIsOver() {
    Session old = fresh();
    assertThat(health()).isEqualTo(health(null, null, START, true));
    failure = new IllegalStateException("no network");
    for (long second : new long[] {RENEW_AFTER, RENEW_AFTER + 100}) {
      passTo(second);
      assertThat(sessions.current()).isSameAs(old);
      runWaiting();
    }
    assertThat(health()).isEqualTo(health(Ailment.FAILING, START + RENEW_AFTER, START, true));

    failure = denial();
    passTo(RENEW_AFTER + 200);
    Session _ = sessions.current();
    runWaiting();
    passTo(4_000);
    assertThat(health()).isEqualTo(health(Ailment.DENIED, START + RENEW_AFTER + 200, START, false));

    failure = null;
    assertThat(fresh()).isNotNull();
    assertThat(health()).isEqualTo(health(null, null, START + 4_000, true));
  }

  @Test
  void current_clockIsTurnedBackAfterAFetch_isRenewedOnceForItsEndIsNotBelieved() {
    Session old = fresh();
    clock.set(START - 3_600);
    assertThat(sessions.current()).isSameAs(old);
    runWaiting();

    for (int second = 0; second < RENEW_AFTER; second += 10) {
      clock.set(START - 3_600 + second);
      assertThat(sessions.current()).isNotNull().isNotSameAs(old);
      runWaiting();
    }
    assertThat(fetches).isEqualTo(2);
  }

  private SessionHealth health() {
    return sessions.health(new OrgId("acme"), "role");
  }

  private static SessionHealth health(
      @Nullable Ailment ailment, @Nullable Long since, long success, boolean serving) {
    return new SessionHealth(
        new OrgId("acme"),
        "role",
        ailment,
        since == null ? null : Instant.ofEpochSecond(since),
        Instant.ofEpochSecond(success),
        serving);
  }

  private static void assertRefused(Future<Session> renewed) {
    assertThat(renewed.cause())
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.BACKEND_UNAVAILABLE));
  }

  private static RuntimeException denial() {
    return StsException.builder()
        .awsErrorDetails(AwsErrorDetails.builder().errorCode("AccessDenied").build())
        .build();
  }

  private final class Recorder implements RenewingSession.Outcomes {
    @Override
    public void renewed() {
      outcomes.add("renewed");
    }

    @Override
    public void failed(Ailment ailment) {
      outcomes.add(ailment.code());
    }

    @Override
    public void late() {
      outcomes.add("late");
    }

    @Override
    public void postponed() {
      outcomes.add("postponed");
    }
  }
}
