package io.edgemint.backend;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Gives each organisation the backend that serves it now, ready to sign.
 *
 * <p>What is remembered is derived from the organisation's record and belongs to that record alone:
 * a record that the registry has replaced is prepared anew at its next use, and nothing has to be
 * dropped by hand. Any entry may be evicted at any time and is rebuilt from the snapshot, without a
 * database.
 */
public final class ActiveBackends {
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final SignerFactory signers;
  private final Optional<DefaultStorage> defaultStorage;
  private final Executor executor;
  private final InstantSource clock;
  private final Cache<OrgId, Prepared> cache;

  /**
   * Prepares backends on an executor of its own, for private keys are opened and tried.
   *
   * @param maximum how many organisations are remembered at once
   */
  public ActiveBackends(
      SignerFactory signers,
      Optional<DefaultStorage> defaultStorage,
      Executor executor,
      InstantSource clock,
      long maximum) {
    this.signers = signers;
    this.defaultStorage = defaultStorage;
    this.executor = executor;
    this.clock = clock;
    this.cache = Caffeine.newBuilder().maximumSize(maximum).executor(Runnable::run).build();
  }

  /**
   * The backend that serves an organisation, complete at once when it is known; fails with a {@link
   * Refused} if none can.
   */
  public Future<ReadyBackend> of(Org org) {
    Prepared known = cache.getIfPresent(org.id());
    if (known != null && known.serves(org)) {
      return known.ready;
    }
    return cache.asMap().compute(org.id(), (id, other) -> current(other, org)).ready;
  }

  private Prepared current(@Nullable Prepared known, Org org) {
    if (known != null && known.serves(org)) {
      return known;
    }
    Prepared next = new Prepared(org);
    try {
      executor.execute(() -> prepare(next));
    } catch (RejectedExecutionException e) {
      next.fail(new Refused(Refusal.OVERLOADED, "too many backends are being prepared"));
    }
    return next;
  }

  private void prepare(Prepared next) {
    Org org = next.org;
    try {
      Backend active = org.active();
      if (active != null && active.service().suspended()) {
        next.fail(new Refused(Refusal.BACKEND_SUSPENDED, "the organisation has suspended it"));
      } else if (active != null && refuses(org, active)) {
        next.fail(
            new Refused(
                Refusal.BACKEND_UNAVAILABLE,
                "its last probe failed, and the organisation wants no links meanwhile"));
      } else if (active != null) {
        Download download = active.serving();
        String via = download instanceof CloudFront ? "cloudfront" : "s3";
        S3Storage objects = download instanceof S3Storage s3 ? s3 : active.upload();
        next.complete(ready(org, active.name(), via, download, objects, active.objects()));
      } else if (defaultStorage.isEmpty()) {
        next.fail(new Refused(Refusal.BACKEND_UNAVAILABLE, "no backend is active"));
      } else if (!org.policy().allows(defaultStorage.get().region())) {
        next.fail(
            new Refused(
                Refusal.RESIDENCY_HOLD,
                "no backend is active, and default storage lies outside the allowed regions"));
      } else {
        Download own = defaultStorage.get().of(org.id());
        S3Storage objects =
            own instanceof S3Storage s3 ? s3 : defaultStorage.get().uploadOf(org.id());
        var asked = new Backend.Objects(defaultStorage.get().checkObjects(), false);
        next.complete(ready(org, DefaultStorage.NAME, DefaultStorage.NAME, own, objects, asked));
      }
    } catch (RuntimeException | Error e) {
      // Also errors: an entry that stays open would keep the organisation waiting.
      System.getLogger(ActiveBackends.class.getName())
          .log(System.Logger.Level.ERROR, "backend of {0}: {1}", org.id(), e.getMessage());
      next.fail(new Refused(Refusal.BACKEND_UNAVAILABLE, "the backend cannot sign at the moment"));
    }
  }

  private static boolean refuses(Org org, Backend active) {
    // The probe's verdict is that of the first bucket.
    return org.policy().refuseFailing()
        && !active.service().failedOver()
        && active.downloadSide().verdict() == Verification.Verdict.FAILED;
  }

  private ReadyBackend ready(
      Org org,
      String name,
      String via,
      Download download,
      @Nullable S3Storage objects,
      Backend.Objects asked) {
    LinkSigner signer = signers.signer(org.id(), name, download);
    long ttl = download.ttl().toSeconds();
    return new ReadyBackend(org, name, via, ttl, signer, objects, asked.checked(), asked.pinned());
  }

  /** A record and what became of preparing it. */
  private final class Prepared {
    private final Org org;
    private final Promise<ReadyBackend> promise = Promise.promise();
    private final Future<ReadyBackend> ready = promise.future();
    private volatile long retryAt = Long.MAX_VALUE;

    private Prepared(Org org) {
      this.org = org;
    }

    private void complete(ReadyBackend backend) {
      promise.complete(backend);
    }

    private void fail(Refused refused) {
      retryAt = clock.millis() + RETRY.toMillis();
      promise.fail(refused);
    }

    /** Identity is meant: an equal record that was read again may have another version. */
    @SuppressWarnings("ReferenceEquality")
    private boolean serves(Org other) {
      return org == other && (retryAt == Long.MAX_VALUE || pauses(clock.millis()));
    }

    /** A time that is far off was set by a clock that has been turned back since. */
    private boolean pauses(long now) {
      return now < retryAt && retryAt - now <= RETRY.toMillis();
    }
  }
}
