package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.backend.OrgId;
import io.edgemint.credentials.RenewingSession.Upkeep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.model.StsException;

/** Many organisations and one STS that has a bad day; every count is what STS has seen. */
class SessionStormTest {
  private static final Logger LOG = Logger.getLogger(RenewingSession.class.getName());
  private static final long START = 1_790_000_000;
  private static final int RATE = 100;
  private static final int LIFE = 3_600;
  private static final int RENEW_AFTER = 2_340;
  private final AwsServiceException throttling = answer("Throttling");
  private final AwsServiceException denied = answer("AccessDenied");

  private final ManualClock clock = new ManualClock(START);
  private final ManualTime time = new ManualTime();
  private final SplittableRandom random = new SplittableRandom(7);
  private final Deque<Runnable> threads = new ArrayDeque<>();
  private final StsQueue queue = new StsQueue(RATE, 1, threads::add, time, random);
  private final List<RenewingSession> sessions = new ArrayList<>();
  private final List<Integer> callsEachSecond = new ArrayList<>(List.of(0));
  private int calls;
  private int hung;
  private LongPredicate throttles = call -> false;
  private boolean broken;
  private boolean hangs;
  private @Nullable AwsServiceException denial;

  @BeforeAll
  static void keepQuiet() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void tellAgain() {
    LOG.setLevel(null);
  }

  private static AwsServiceException answer(String code) {
    return StsException.builder()
        .statusCode(400)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
        .build();
  }

  private void organisations(int count, int hops) {
    for (int i = 0; i < count; i++) {
      var org = new OrgId("org" + i);
      sessions.add(
          new RenewingSession(
              org.value(),
              () -> ask(hops),
              (urgent, fetch, late) -> {
                var errand = new StsQueue.Errand(org, "eu-west-1", hops, fetch, late);
                if (!urgent) {
                  return queue.offer(errand);
                }
                queue.submit(errand);
                return true;
              },
              session ->
                  session.start().getEpochSecond() + RENEW_AFTER - random.nextInt(RENEW_AFTER / 10),
              new Upkeep(clock, random, new NoOutcomes())));
    }
  }

  private Session ask(int hops) {
    for (int hop = 0; hop < hops; hop++) {
      long began = queue.begin();
      calls++;
      callsEachSecond.set(callsEachSecond.size() - 1, callsEachSecond.getLast() + 1);
      if (broken) {
        throw new IllegalStateException("no answer");
      }
      if (denial != null) {
        throw denial;
      }
      if (throttles.test(calls)) {
        queue.throttled(began);
        throw throttling;
      }
      queue.answered();
    }
    Instant now = clock.instant();
    return new Session("id" + calls, "secret", "token", now, now.plusSeconds(LIFE));
  }

  /** What runs is answered within the second, unless STS hangs. */
  private void answer() {
    while (!hangs && !threads.isEmpty()) {
      threads.remove().run();
    }
    hung = Math.max(hung, threads.size());
  }

  /** One second in which every organisation asks for a link; how many had no session. */
  private int second() {
    int without = 0;
    for (int tick = 0; tick < 100; tick++) {
      for (int i = tick; i < sessions.size(); i += 100) {
        if (sessions.get(i).current() == null) {
          without++;
        }
      }
      answer();
      time.pass(Duration.ofMillis(10));
    }
    answer();
    clock.pass(Duration.ofSeconds(1));
    callsEachSecond.add(0);
    return without;
  }

  private int seconds(int count) {
    int without = 0;
    for (int i = 0; i < count; i++) {
      without += second();
    }
    return without;
  }

  /** Until everybody has a session; all of the same second. */
  private void allBeginTogether() {
    broken = false;
    for (RenewingSession session : sessions) {
      session.renewed(60);
      answer();
      time.pass(Duration.ofMillis(20));
      answer();
    }
    callsEachSecond.clear();
    callsEachSecond.add(0);
    calls = 0;
  }

  private void assertWithinTheBudget() {
    int[] inAll = {0};
    int seconds = callsEachSecond.size();
    int busiest = Collections.max(callsEachSecond);
    callsEachSecond.forEach(count -> inAll[0] += count);
    assertThat(busiest).isLessThanOrEqualTo(2 * RATE);
    assertThat(inAll[0]).isLessThanOrEqualTo(RATE * (seconds + 1));
    for (int i = 0; i + 10 <= seconds; i++) {
      int window = callsEachSecond.subList(i, i + 10).stream().mapToInt(it -> it).sum();
      assertThat(window).isLessThanOrEqualTo(RATE * 11);
    }
  }

  private long with(@Nullable Ailment ailment) {
    return sessions.stream()
        .map(session -> session.health(new OrgId("any"), "role"))
        .filter(health -> health.ailment() == ailment)
        .count();
  }

  @Test
  void organisationsThatAllEndTogether_areRenewedWithinTheBudgetAndNobodyIsRefused() {
    organisations(2_000, 2);
    allBeginTogether();

    int without = seconds(LIFE);

    assertThat(without).isZero();
    assertWithinTheBudget();
    // Two hops each, and no organisation twice.
    assertThat(calls).isEqualTo(4_000);
    // Spread over the tenth of the time that jitter has, and not in a burst.
    assertThat(callsEachSecond.stream().filter(count -> count > 0).count())
        .isGreaterThan(RENEW_AFTER / 10 - 10);
    assertThat(Collections.max(callsEachSecond)).isLessThan(RATE);
  }

  @Test
  void organisationsThatAllAreCold_haveTheirSessionsAsFastAsTheBudgetAllows() {
    organisations(2_000, 2);
    int second = 0;
    while (second() > 0) {
      second++;
    }

    assertWithinTheBudget();
    assertThat(calls).isEqualTo(4_000);
    // 40 s of the budget, and what is lost because those who were late come back by chance.
    assertThat(second).isBetween(39, 60);
  }

  @Test
  void coldOrganisations_goBeforeEarlyRenewals() {
    organisations(1_000, 1);
    allBeginTogether();
    clock.set(START + RENEW_AFTER);
    organisations(400, 1);
    callsEachSecond.clear();
    callsEachSecond.add(0);
    seconds(6);

    List<RenewingSession> cold = sessions.subList(1_000, 1_400);
    assertThat(cold).allSatisfy(session -> assertThat(session.current()).isNotNull());
  }

  @Test
  void stsFailingForAnHour_everySessionServesToItsEndAndCallsBackOff() {
    organisations(2_000, 1);
    allBeginTogether();
    broken = true;

    int without = seconds(LIFE - 1);
    assertThat(without).isZero();
    assertThat(with(Ailment.FAILING)).isEqualTo(2_000);
    assertWithinTheBudget();
    // From the renewal to the end, one try in half a minute on average once the pauses have grown.
    assertThat(calls).isBetween(2_000 * 30, 2_000 * 60);

    second();
    second();
    assertThat(sessions).allSatisfy(session -> assertThat(session.current()).isNull());
    broken = false;
    seconds(120);
    assertThat(sessions).allSatisfy(session -> assertThat(session.current()).isNotNull());
    assertThat(with(null)).isEqualTo(2_000);
  }

  @Test
  void stsFailingForAnHour_oneOrganisation_asksAtMostOnceInHalfAMinute() {
    organisations(1, 1);
    broken = true;
    seconds(3_600);

    assertThat(calls).isBetween(80, 150);
  }

  @Test
  void stsThrottlesHalfOfItsAnswers_nobodyWithAValidSessionIsRefused() {
    organisations(2_000, 1);
    allBeginTogether();
    throttles = call -> call % 2 == 0;

    int without = seconds(LIFE);

    assertThat(without).isZero();
    assertThat(with(null)).isEqualTo(2_000);
    assertWithinTheBudget();
    // Two calls for each, as one of two is throttled.
    assertThat(calls).isBetween(3_999, 4_500);
  }

  @Test
  void stsThrottlesEverything_theWholeAccountBacksOff() {
    organisations(2_000, 1);
    throttles = call -> true;
    seconds(3_600);

    // A handful for each pause of up to half a minute, whoever they are: not two thousand times
    // 120.
    assertThat(calls).isBetween(200, 1_500);
  }

  @Test
  void stsDeniesEverybody_eachIsAskedOnceInFiveMinutes() {
    organisations(2_000, 1);
    denial = denied;
    seconds(1_200);
    assertThat(calls).isBetween(3 * 2_000, 4 * 2_000);
    assertThat(with(Ailment.DENIED)).isEqualTo(2_000);

    denial = null;
    seconds(330);
    assertThat(with(null)).isEqualTo(2_000);
  }

  @Test
  void stsHangs_holdsItsShareOfThreadsAndValidSessionsServe() {
    organisations(500, 1);
    allBeginTogether();
    hangs = true;
    int without = seconds(LIFE - 1);

    assertThat(without).isZero();
    assertThat(hung).isEqualTo(StsQueue.REGION_SHARE);
    assertThat(calls).isZero();
    hangs = false;
    seconds(60);
    assertThat(with(null)).isEqualTo(500);
    assertThat(sessions).allSatisfy(session -> assertThat(session.current()).isNotNull());
  }

  @Test
  void clockSetBack_eachAsksOnceAgainWithinTheBudget() {
    organisations(2_000, 1);
    allBeginTogether();
    clock.set(START - 7_200);
    int without = seconds(1_800);

    assertThat(without).isZero();
    assertWithinTheBudget();
    assertThat(calls).isEqualTo(2_000);
  }

  @Test
  void clockSetBackWhileAllAreDenied_eachAsksAgain() {
    organisations(500, 1);
    denial = denied;
    seconds(20);
    int before = calls;
    denial = null;
    clock.set(START - 7_200);
    seconds(20);

    assertThat(before).isEqualTo(500);
    assertThat(calls).isEqualTo(1_000);
    assertThat(with(null)).isEqualTo(500);
  }

  private static final class NoOutcomes implements RenewingSession.Outcomes {
    @Override
    public void renewed() {}

    @Override
    public void failed(Ailment ailment) {}

    @Override
    public void late() {}

    @Override
    public void postponed() {}
  }
}
