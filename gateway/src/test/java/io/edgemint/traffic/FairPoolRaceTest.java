package io.edgemint.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.OrgId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads that bring work while others do it: each piece is run or refused, and once. */
@Timeout(60)
class FairPoolRaceTest {
  private static final int SENDERS = 4;
  private static final int EACH = 500;

  private final AtomicIntegerArray ran = new AtomicIntegerArray(SENDERS * EACH);
  private final AtomicIntegerArray refused = new AtomicIntegerArray(SENDERS * EACH);
  private CountDownLatch told = new CountDownLatch(SENDERS * EACH);

  @Test
  void execute_manyThreads_tellEachOnceWithoutHelp() {
    Seeded.run(
        20,
        random -> {
          begin();
          try (FairPool pool = new FairPool("race", 3, random.nextInt(1, 64))) {
            runAll(senders(pool, random));

            assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
          }
          assertToldOnce();
        });
  }

  @Test
  void close_whileWorkArrives_tellsEachOnce() {
    Seeded.run(
        20,
        random -> {
          begin();
          FairPool pool = new FairPool("race", 3, random.nextInt(1, 64));
          long from = random.nextInt(SENDERS * EACH);
          List<Callable<Void>> threads = senders(pool, random);
          threads.add(
              () -> {
                while (told.getCount() > from && !Thread.currentThread().isInterrupted()) {
                  Thread.onSpinWait();
                }
                pool.close();
                return null;
              });
          runAll(threads);

          assertToldOnce();
        });
  }

  private void begin() {
    told = new CountDownLatch(SENDERS * EACH);
    for (int i = 0; i < SENDERS * EACH; i++) {
      ran.set(i, 0);
      refused.set(i, 0);
    }
  }

  private List<Callable<Void>> senders(FairPool pool, RandomGenerator random) {
    List<Callable<Void>> senders = new ArrayList<>();
    for (int sender = 0; sender < SENDERS; sender++) {
      int first = sender * EACH;
      SplittableRandom own = new SplittableRandom(random.nextLong());
      senders.add(
          () -> {
            for (int number = first; number < first + EACH; number++) {
              send(pool, new OrgId("org-" + own.nextInt(own.nextInt(1, 8))), number);
            }
            return null;
          });
    }
    return senders;
  }

  private void send(FairPool pool, OrgId org, int number) {
    pool.execute(
        org,
        () -> {
          ran.incrementAndGet(number);
          told.countDown();
        },
        () -> {
          refused.incrementAndGet(number);
          told.countDown();
        });
  }

  private static void runAll(List<Callable<Void>> threads) throws Exception {
    try (ExecutorService all = Executors.newFixedThreadPool(threads.size())) {
      for (var done : all.invokeAll(threads)) {
        done.get();
      }
    }
  }

  private void assertToldOnce() {
    for (int i = 0; i < SENDERS * EACH; i++) {
      assertThat(ran.get(i) + refused.get(i)).as("times that %d was told", i).isEqualTo(1);
    }
  }
}
