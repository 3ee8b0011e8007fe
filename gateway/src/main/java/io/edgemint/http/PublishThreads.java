package io.edgemint.http;

import static java.util.Objects.requireNonNull;

import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads for publishers' calls, which wait for storages. Their number is bounded, in all
 * and for each organisation, so that one whose storage hangs never costs another its publishing.
 * Safe on all threads.
 */
final class PublishThreads {
  @SuppressWarnings("StaticAssignmentOfThrowable") // It carries no stack trace: one serves all.
  private static final Refused BUSY =
      new Refused(
          Refusal.OVERLOADED, "too many publishers of the organisation wait for its storage");

  private final int most;
  private final int share;
  private final int atOnce;
  private final Map<OrgId, Share> shares = new HashMap<>();
  private int all;

  PublishThreads() {
    this(1024, 64, 16);
  }

  /**
   * Runs nothing yet.
   *
   * @param most calls in all
   * @param share of them an organisation may have
   * @param atOnce how many calls of an organisation ask its storage at once; others wait for those
   */
  PublishThreads(int most, int share, int atOnce) {
    this.most = most;
    this.share = share;
    this.atOnce = atOnce;
  }

  private static final class Share {
    private final Semaphore turns;
    private int held;

    private Share(int atOnce) {
      turns = new Semaphore(atOnce, true);
    }
  }

  /** Runs what waits; the future completes on the event loop that asks. */
  <T> Future<T> run(OrgId org, Callable<T> work) {
    Share own = enter(org);
    if (own == null) {
      return Future.failedFuture(BUSY);
    }
    Context context = requireNonNull(Vertx.currentContext(), "asked on no event loop");
    Promise<T> promise = Promise.promise();
    var _ =
        Thread.ofVirtual()
            .name("publish-" + org.value())
            .start(
                () -> {
                  Future<T> result = run(own, work);
                  leave(org, own);
                  context.runOnContext(v -> result.onComplete(promise));
                });
    return promise.future();
  }

  private static <T> Future<T> run(Share own, Callable<T> work) {
    own.turns.acquireUninterruptibly();
    try {
      return Future.succeededFuture(work.call());
    } catch (Throwable e) {
      // Also errors: the caller would wait for ever.
      return Future.failedFuture(e);
    } finally {
      own.turns.release();
    }
  }

  private synchronized @Nullable Share enter(OrgId org) {
    Share own = shares.computeIfAbsent(org, id -> new Share(atOnce));
    if (all >= most || own.held >= share) {
      if (own.held == 0) {
        shares.remove(org);
      }
      return null;
    }
    all++;
    own.held++;
    return own;
  }

  private synchronized void leave(OrgId org, Share own) {
    all--;
    own.held--;
    if (own.held == 0) {
      shares.remove(org);
    }
  }
}
