package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.OrgId;
import io.edgemint.credentials.StsQueue.Errand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class StsQueueTest {
  private final ManualTime time = new ManualTime();
  private final Deque<Runnable> threads = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();
  private final List<String> late = new ArrayList<>();
  private StsQueue queue = queue(10, 1);

  private StsQueue queue(int rate, int nodes) {
    return new StsQueue(rate, nodes, threads::add, time, new SplittableRandom(1));
  }

  private Errand errand(String org, String region, int calls) {
    return new Errand(new OrgId(org), region, calls, () -> done.add(org), () -> late.add(org));
  }

  private Errand errand(String org) {
    return errand(org, "eu-west-1", 1);
  }

  private void finishAll() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }

  private void pass(long millis) {
    time.pass(Duration.ofMillis(millis));
  }

  @Test
  void submit_moreThanThePace_startsOneSecondsWorthAndThenEvenly() {
    for (int i = 0; i < 40; i++) {
      queue.submit(errand("org" + i));
      finishAll();
    }
    assertThat(done).hasSize(10);

    for (int tenth = 1; tenth <= 20; tenth++) {
      pass(100);
      finishAll();
      assertThat(done).hasSize(10 + tenth);
    }
    assertThat(queue.waiting()).isEqualTo(10);
  }

  @Test
  void submit_severalNodes_shareThePace() {
    queue = queue(10, 20);
    for (int i = 0; i < 4; i++) {
      queue.submit(errand("org" + i));
    }
    assertThat(threads).hasSize(2);

    pass(1_999);
    assertThat(threads).hasSize(2);
    pass(1);
    assertThat(threads).hasSize(3);
  }

  @Test
  void submit_twoHops_countTwice() {
    for (int i = 0; i < 10; i++) {
      queue.submit(errand("org" + i, "eu-west-1", 2));
    }
    finishAll();

    assertThat(done).hasSize(5);
  }

  @Test
  void submit_turnDoesNotComeInTime_isLateOnce() {
    queue = queue(1, 1);
    for (int i = 0; i < 9; i++) {
      queue.submit(errand("org" + i));
      finishAll();
    }
    for (int second = 0; second < 60; second++) {
      pass(1_000);
      finishAll();
    }

    assertThat(done).containsExactly("org0", "org1", "org2", "org3", "org4", "org5");
    assertThat(late).containsExactly("org6", "org7", "org8");
    assertThat(queue.waiting()).isZero();
  }

  @Test
  void submit_oneOrgAsksForMuch_othersDoNotWaitBehindIt() {
    queue = queue(1, 1);
    queue.submit(errand("first"));
    for (int i = 0; i < 20; i++) {
      queue.submit(errand("greedy"));
    }
    queue.submit(errand("modest"));
    assertThat(late).hasSize(20 - 1 - StsQueue.ORG_WAITING).containsOnly("greedy");

    for (int second = 0; second < 2; second++) {
      finishAll();
      pass(1_000);
    }
    finishAll();
    assertThat(done).containsExactly("first", "greedy", "greedy", "modest");
  }

  @Test
  void submit_everythingOfOneOrgOrRegionHangs_othersRun() {
    queue = queue(10_000, 1);
    for (int i = 0; i < 5; i++) {
      queue.submit(errand("stuck"));
    }
    assertThat(threads).hasSize(StsQueue.ORG_SHARE);
    for (int i = 0; i < 100; i++) {
      queue.submit(errand("org" + i));
    }
    assertThat(threads).hasSize(StsQueue.REGION_SHARE);

    queue.submit(errand("other", "us-east-1", 1));
    assertThat(threads).hasSize(StsQueue.REGION_SHARE + 1);
    threads.removeLast().run();
    assertThat(done).containsExactly("other");
  }

  @Test
  void submit_everyRegionHangs_holdsNoMoreThreadsThanThereAre() {
    queue = queue(10_000, 1);
    for (int i = 0; i < 200; i++) {
      queue.submit(errand("org" + i, "region" + i % 10, 1));
    }

    assertThat(threads).hasSize(StsQueue.THREADS);
    threads.remove().run();
    assertThat(threads).hasSize(StsQueue.THREADS);
  }

  @Test
  void submit_tooManyWait_isLateAtOnce() {
    queue = queue(1, 1);
    for (int i = 0; i <= StsQueue.WAITING + 2; i++) {
      queue.submit(errand("org" + i));
    }

    assertThat(queue.waiting()).isEqualTo(StsQueue.WAITING);
    assertThat(late).containsExactly("org10002");
  }

  @Test
  void submit_executorIsClosed_isLateAndHoldsNothing() {
    var closed =
        new StsQueue(
            10,
            1,
            task -> {
              throw new RejectedExecutionException("closed");
            },
            time,
            new SplittableRandom(1));
    for (int i = 0; i < 5; i++) {
      closed.submit(errand("acme"));
    }

    assertThat(late).hasSize(5);
    assertThat(done).isEmpty();
  }

  @Test
  void offer_fourFifthsOfThePaceAreUsed_leavesTheRestToTheUrgent() {
    int started = 0;
    for (int i = 0; i < 10; i++) {
      started += queue.offer(errand("early" + i)) ? 1 : 0;
    }
    assertThat(started).isEqualTo(8);
    for (int i = 0; i < 10; i++) {
      queue.submit(errand("urgent" + i));
    }
    finishAll();
    assertThat(done).hasSize(10);

    pass(400);
    finishAll();
    assertThat(queue.offer(errand("early"))).as("somebody waits").isFalse();
  }

  @Test
  void offer_othersWaitForARegionThatHangs_isTaken() {
    queue = queue(10_000, 1);
    for (int i = 0; i < 100; i++) {
      queue.submit(errand("org" + i));
    }
    assertThat(queue.waiting()).isPositive();

    assertThat(queue.offer(errand("other", "us-east-1", 1))).isTrue();
  }

  @Test
  void offer_slowestPace_isNeverShutOut() {
    queue = queue(1, 100);
    assertThat(queue.offer(errand("acme", "eu-west-1", 2))).isTrue();
    finishAll();
    assertThat(queue.offer(errand("acme", "eu-west-1", 2))).isFalse();

    pass(200_000);
    assertThat(queue.offer(errand("acme", "eu-west-1", 2))).isTrue();
  }

  @Test
  void offer_orgHoldsItsShare_isNotTaken() {
    queue = queue(10_000, 1);
    assertThat(queue.offer(errand("acme"))).isTrue();
    assertThat(queue.offer(errand("acme"))).isTrue();
    assertThat(queue.offer(errand("acme"))).isFalse();

    threads.remove().run();
    assertThat(queue.offer(errand("acme"))).isTrue();
  }

  @Test
  void throttled_anyCall_pausesTheWholeAccountAndThenGoesEvenly() {
    long began = queue.begin();
    queue.throttled(began);
    assertThat(queue.paused()).isTrue();
    assertThat(queue.offer(errand("early"))).isFalse();
    for (int i = 0; i < 30; i++) {
      queue.submit(errand("org" + i));
    }
    assertThat(threads).isEmpty();

    while (queue.paused()) {
      pass(1);
    }
    pass(1_000);
    assertThat(threads).hasSizeBetween(9, 11);
  }

  @Test
  void throttled_callsThatWereUnderWay_areNoNews() {
    long began = queue.begin();
    pass(10);
    queue.throttled(began);
    for (int i = 0; i < 100; i++) {
      queue.throttled(began);
    }

    pass(2_500);
    assertThat(queue.paused()).isFalse();
  }

  @Test
  void throttled_againAndAgain_pausesGrowToHalfAMinuteUntilAnAnswer() {
    long longest = 0;
    for (int i = 0; i < 50; i++) {
      queue.throttled(queue.begin());
      long began = time.nanos();
      while (queue.paused()) {
        pass(100);
      }
      longest = Math.max(longest, time.nanos() - began);
      pass(100);
    }
    assertThat(Duration.ofNanos(longest)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(31));

    queue.answered();
    queue.throttled(queue.begin());
    pass(2_500);
    assertThat(queue.paused()).isFalse();
  }

  @Test
  void submit_pauseOutlastsThePatience_isLateAtOnce() {
    for (int i = 0; i < 20; i++) {
      queue.throttled(queue.begin());
      if (!queue.paused()) {
        continue;
      }
      late.clear();
      queue.submit(errand("acme"));
      if (!late.isEmpty()) {
        assertThat(queue.waiting()).isZero();
        return;
      }
      while (queue.paused()) {
        pass(100);
      }
      finishAll();
      pass(100);
    }
    throw new AssertionError("no pause was longer than five seconds");
  }
}
