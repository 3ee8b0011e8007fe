package io.edgemint.transfer;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Refused;
import io.edgemint.bucket.Listing;
import io.edgemint.transfer.Comparison.Pair;
import io.edgemint.transfer.Source.Gone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Copies what the target lacks, several objects at once, and goes on whatever becomes of one. */
final class CopyRun {
  /** After so many failures one after the other the next one would be another. */
  private static final int MAX_IN_A_ROW = 20;

  private final StorageCopy.Wishes wishes;
  private final ObjectCopy objects;
  private final Likeness likeness;
  private final Tally tally;
  private final Consumer<String> say;
  private final AtomicInteger failures = new AtomicInteger();

  CopyRun(
      StorageCopy.Wishes wishes,
      ObjectCopy objects,
      Likeness likeness,
      Tally tally,
      Consumer<String> say) {
    this.wishes = wishes;
    this.objects = objects;
    this.likeness = likeness;
    this.tally = tally;
    this.say = say;
  }

  /**
   * Copies to the end of a comparison.
   *
   * @throws Listing.Failed if it has no end, or too many objects in a row could not be copied
   */
  void copy(Comparison comparison) throws Listing.Failed {
    Semaphore free = new Semaphore(wishes.parallel());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Pair pair = comparison.next(); pair != null; pair = comparison.next()) {
        if (!(ObjectKey.of(pair.here().key()) instanceof ObjectKey key)) {
          continue;
        }
        free.acquireUninterruptibly();
        if (failures.get() >= MAX_IN_A_ROW) {
          free.release();
          throw new Listing.Failed(
              "%d objects in a row could not be copied; mend that and run it again"
                  .formatted(MAX_IN_A_ROW));
        }
        Pair one = pair;
        threads.execute(
            () -> {
              try {
                settle(one, key);
              } finally {
                free.release();
              }
            });
      }
    }
  }

  /** Whatever happens to one object, the others go on. */
  private void settle(Pair pair, ObjectKey key) {
    boolean settled = false;
    try {
      if (pair.there() == null) {
        bring(pair, key);
      } else if (likeness.isOther(pair, key)) {
        if (wishes.replace()) {
          bring(pair, key);
        } else {
          tally.countDifferent();
          say.accept(pair.difference());
        }
      } else {
        tally.countPresent();
      }
      failures.set(0);
      settled = true;
    } catch (Gone e) {
      // Nobody reads it there any longer.
      settled = true;
    } catch (NotCopied e) {
      if (e.isOfAll()) {
        failures.incrementAndGet();
      }
      say.accept("%s: %s".formatted(key, e.getMessage()));
    } catch (Refused | IllegalArgumentException e) {
      failures.incrementAndGet();
      say.accept("%s: %s".formatted(key, e.getMessage()));
    } finally {
      if (!settled) {
        tally.countFailed();
      }
    }
  }

  private void bring(Pair pair, ObjectKey key) throws NotCopied, Gone {
    objects.copy(key, pair.here(), tally::arrived);
    tally.countCopied();
  }
}
