package io.edgemint.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.OrgId;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is served when, and who is refused. */
@Timeout(60)
class FairPoolTest {
  private static final OrgId ACME = new OrgId("acme");

  /* ---- turns ---- */

  @Test
  void execute_oneBehindAThousandOfAnother_isServedSecond() throws Exception {
    try (HeldPool held = new HeldPool(2_000)) {
      held.send("storm", 1_000);
      held.send("quiet");

      assertThat(held.serve(3)).containsExactly("storm 0", "quiet 0", "storm 1");
    }
  }

  @Test
  void execute_severalOrgs_takeTurnsEachOldestFirst() throws Exception {
    try (HeldPool held = new HeldPool(10)) {
      held.send("aa", 3);
      held.send("bb");
      held.send("cc", 2);

      assertThat(held.serve(6)).containsExactly("aa 0", "bb 0", "cc 0", "aa 1", "cc 1", "aa 2");
    }
  }

  @Test
  void execute_orgThatComesAgain_standsBehindThoseWhoWait() throws Exception {
    try (HeldPool held = new HeldPool(10)) {
      held.send("aa");
      held.send("bb", 2);
      held.serve();
      held.send("aa");

      assertThat(held.serve(3)).containsExactly("bb 0", "aa 1", "bb 1");
    }
  }

  /* ---- places ---- */

  @Test
  void execute_oneOrgAlone_takesEveryPlaceAndNotOneMore() throws Exception {
    try (HeldPool held = new HeldPool(3)) {
      held.send("aa", 3);
      assertThat(held.refused).isEmpty();
      held.send("aa");
      assertThat(held.refused).containsExactly("aa 3");

      held.serve();
      held.send("aa", 2);

      assertThat(held.refused).containsExactly("aa 3", "aa 5");
      assertThat(held.serve(3)).containsExactly("aa 1", "aa 2", "aa 4");
    }
  }

  @Test
  void execute_placesTakenByAnother_pushesOutItsNewestUntilBothHoldTheSame() throws Exception {
    try (HeldPool held = new HeldPool(4)) {
      held.send("storm", 4);
      held.send("quiet", 3);

      assertThat(held.refused).containsExactly("storm 3", "storm 2", "quiet 2");
      held.send("storm");
      assertThat(held.refused).endsWith("quiet 2", "storm 4").hasSize(4);
      assertThat(held.serve(4)).containsExactly("storm 0", "quiet 0", "storm 1", "quiet 1");
    }
  }

  @Test
  void execute_oneShorterThanTheLongest_changesNoPlaces() throws Exception {
    try (HeldPool held = new HeldPool(3)) {
      held.send("aa", 2);
      held.send("bb", 2);

      assertThat(held.refused).containsExactly("bb 1");
    }
  }

  @Test
  void execute_moreOrgsThanPlaces_servesThoseWhoCameFirst() throws Exception {
    try (HeldPool held = new HeldPool(2)) {
      held.send("aa");
      held.send("bb");
      held.send("cc");
      held.send("aa");

      assertThat(held.refused).containsExactly("cc 0", "aa 1");
      assertThat(held.serve(2)).containsExactly("aa 0", "bb 0");
    }
  }

  @Test
  void execute_stormFromManyOrgs_refusesNobodyUnderTheShare() throws Exception {
    try (HeldPool held = new HeldPool(100)) {
      for (int i = 0; i < 200; i++) {
        held.send("storm-" + i % 9);
      }
      held.refused.clear();
      held.send("quiet", 10);

      assertThat(held.refused).hasSize(10).allMatch(name -> name.startsWith("storm-"));
    }
  }

  /* ---- threads ---- */

  @Test
  void execute_workThatFails_endsNoThread() throws Exception {
    try (FairPool pool = new FairPool("test", 1, 2)) {
      CountDownLatch done = new CountDownLatch(1);
      pool.execute(
          ACME,
          () -> {
            throw new InternalError("native library");
          },
          () -> {});
      pool.execute(ACME, done::countDown, () -> {});

      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void execute_refusalThatFails_doesNotReachWhoPushedOut() throws Exception {
    try (HeldPool held = new HeldPool(2)) {
      held.send("aa");
      held.pool.execute(
          new OrgId("aa"),
          () -> {},
          () -> {
            throw new IllegalStateException("already completed");
          });
      held.send("bb");

      assertThat(held.serve(2)).containsExactly("aa 0", "bb 0");
    }
  }

  @Test
  void execute_refusalThatAsksAgain_isAnsweredAgain() throws Exception {
    try (HeldPool held = new HeldPool(2)) {
      held.send("aa");
      held.pool.execute(new OrgId("aa"), () -> {}, () -> held.send("aa"));
      held.send("bb");

      assertThat(held.refused).containsExactly("aa 1");
      assertThat(held.serve(2)).containsExactly("aa 0", "bb 0");
    }
  }

  @Test
  void execute_whileARefusalRuns_othersEnter() throws Exception {
    AtomicBoolean entered = new AtomicBoolean();
    try (HeldPool held = new HeldPool(2)) {
      held.send("aa");
      held.pool.execute(
          new OrgId("aa"),
          () -> {},
          () -> {
            CompletableFuture.runAsync(() -> held.send("cc"))
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
            entered.set(true);
          });
      held.send("bb");
    }

    assertThat(entered).isTrue();
  }

  @Test
  void execute_asMuchAsThereAreThreads_runsAtOnceOnDaemons() throws Exception {
    Set<String> threads = new ConcurrentSkipListSet<>();
    Phaser together = new Phaser(4);
    try (FairPool pool = new FairPool("test", 3, 3)) {
      for (int i = 0; i < 3; i++) {
        pool.execute(
            ACME,
            () -> {
              threads.add(Thread.currentThread().getName() + Thread.currentThread().isDaemon());
              together.arriveAndAwaitAdvance();
            },
            () -> {});
      }
      together.awaitAdvanceInterruptibly(together.arrive(), 30, TimeUnit.SECONDS);
    } finally {
      together.forceTermination();
    }

    assertThat(threads).containsExactly("test-0true", "test-1true", "test-2true");
  }

  /* ---- the end ---- */

  @Test
  void close_workThatWaits_isRefusedOnceAndWhatRunsEnds() throws Exception {
    HeldPool held = new HeldPool(10);
    held.send("aa", 2);
    held.send("bb");

    held.close();
    held.pool.close();

    assertThat(held.refused).containsExactly("aa 0", "aa 1", "bb 0");
    held.send("cc");
    assertThat(held.refused).endsWith("cc 0").hasSize(4);
  }

  @Test
  void close_refusalThatFails_keepsNoOtherFromItsOwn() throws Exception {
    HeldPool held = new HeldPool(10);
    held.pool.execute(
        ACME,
        () -> {},
        () -> {
          throw new IllegalStateException("already completed");
        });
    held.send("bb");

    held.close();

    assertThat(held.refused).containsExactly("bb 0");
  }

  @Test
  void close_workThatRuns_isWaitedFor() throws Exception {
    BlockingQueue<Boolean> waitedFor = new LinkedBlockingQueue<>();
    FairPool pool = new FairPool("test", 1, 1);
    Thread closing = Thread.ofPlatform().unstarted(pool::close);
    pool.execute(
        ACME,
        () -> {
          closing.start();
          while (closing.isAlive() && closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          waitedFor.add(closing.isAlive());
        },
        () -> {});

    assertThat(waitedFor.poll(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void close_idlePool_endsItsThreads() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    FairPool pool = new FairPool("test", 1, 1);
    pool.execute(ACME, () -> threads.add(Thread.currentThread()), () -> {});
    Thread thread = threads.poll(30, TimeUnit.SECONDS);

    pool.close();

    assertThat(thread).isNotNull().matches(ended -> !ended.isAlive());
  }
}
