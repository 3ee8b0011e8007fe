package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublishThreadsTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId OTHER = new OrgId("other");

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final PublishThreads threads = new PublishThreads(5, 3, 2);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();

  @AfterEach
  void close() {
    gate.countDown();
    Patience.await(vertx.close());
  }

  private <T> Future<T> run(OrgId org, Callable<T> work) {
    Promise<T> promise = Promise.promise();
    loop.runOnContext(v -> threads.run(org, work).onComplete(promise));
    return promise.future();
  }

  private List<Future<Integer>> hang(OrgId org, int count) {
    List<Future<Integer>> hung = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hung.add(
          run(
              org,
              () -> {
                running.incrementAndGet();
                gate.await();
                return 1;
              }));
    }
    return hung;
  }

  private static void isBusy(Future<?> answer) throws InterruptedException {
    Patience.until(answer::isComplete);
    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            Refused.class, it -> assertThat(it.refusal()).isEqualTo(Refusal.OVERLOADED));
  }

  @Test
  void run_organisationWhoseStorageHangs_hasItsShareAndLeavesTheOthersTheirs() throws Exception {
    List<Future<Integer>> hung = hang(ACME, 3);
    isBusy(run(ACME, () -> 2));

    assertThat(Patience.await(run(OTHER, () -> 3))).isEqualTo(3);
    Patience.until(() -> running.get() == 2);
    gate.countDown();
    for (Future<Integer> each : hung) {
      assertThat(Patience.await(each)).isEqualTo(1);
    }
    assertThat(Patience.await(run(ACME, () -> 4))).isEqualTo(4);
  }

  @Test
  void run_moreThanAll_isTurnedAwayWhoeverAsks() throws Exception {
    hang(ACME, 3);
    hang(OTHER, 2);

    isBusy(run(OTHER, () -> 1));
    isBusy(run(new OrgId("third"), () -> 1));
    gate.countDown();
    Patience.until(() -> running.get() == 5);
    assertThat(Patience.await(run(new OrgId("third"), () -> 5))).isEqualTo(5);
  }

  @Test
  void run_moreThanAtOnce_waitForTheirTurn() throws Exception {
    hang(ACME, 2);
    Patience.until(() -> running.get() == 2);
    Future<Integer> third = run(ACME, running::incrementAndGet);

    assertThat(Patience.await(run(OTHER, () -> 3))).isEqualTo(3);
    assertThat(third.isComplete()).isFalse();
    gate.countDown();
    assertThat(Patience.await(third)).isEqualTo(3);
  }

  @Test
  void run_workThatFails_givesItsPlaceBack() throws Exception {
    for (int i = 0; i < 20; i++) {
      Future<Integer> failing =
          run(
              ACME,
              () -> {
                throw new StackOverflowError();
              });
      Patience.until(failing::isComplete);
      assertThat(failing.cause()).isInstanceOf(StackOverflowError.class);
    }

    assertThat(Patience.await(run(ACME, () -> 6))).isEqualTo(6);
  }

  @Test
  void run_whatWaits_answersOnTheLoopThatAsked() {
    Promise<Boolean> same = Promise.promise();
    loop.runOnContext(
        v ->
            threads
                .run(ACME, () -> 1)
                .onComplete(done -> same.complete(loop.equals(Vertx.currentContext()))));

    assertThat(Patience.await(same.future())).isTrue();
  }
}
