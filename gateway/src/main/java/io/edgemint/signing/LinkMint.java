package io.edgemint.signing;

import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.signing.Link.LimitedBy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Mints links that live exactly as long as they say.
 *
 * <p>A rollout asks for one object over and over, so the ends of links are aligned down to a grid
 * and one signature serves everybody until the grid moves on. The grid is a sixteenth of the life,
 * between one second and one minute, and shifted per object so that not all links turn at once. A
 * link therefore never lives longer than it may, and never shorter than that by more than the grid.
 *
 * <p>Safe on all threads. A remembered link costs one lookup; HMAC and P-256 signatures are made
 * where the caller stands, RSA signatures by the workers and only once for all who wait.
 */
public final class LinkMint {
  /** Why no link names a version. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // It carries no stack trace: one serves all.
  public static final Refused UNPINNABLE =
      new Refused(
          Refusal.VERSION_NOT_PINNABLE,
          "this backend serves through a CDN, and no probe has proved that it pins versions");

  /** Seconds that a link ends before the session that signed it, for clocks that differ. */
  static final long SESSION_MARGIN = 60;

  /** Seconds by which an S3 link is dated back, for storage whose clock is behind. */
  private static final long BACKDATE = 15;

  /** From an HMAC on a fast core to RSA on a slow one. */
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(5_000),
    Duration.ofNanos(20_000),
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(10),
  };

  /** Who may have a link signed that nobody has asked for before. */
  @FunctionalInterface
  public interface Budget {
    /** Counts one for a caller; null, or why not. */
    @Nullable Refused take(OrgId org, String subject);
  }

  /**
   * Where RSA signatures are made: off the event loops, bounded, and fair between organisations.
   */
  @FunctionalInterface
  public interface Workers {
    /**
     * Takes in one signature for an organisation, or refuses it at once or later: exactly one of
     * the two is run, and once, on any thread. Never waits.
     */
    void execute(OrgId org, Runnable signature, Runnable refused);
  }

  private final Budget budget;
  private final LinkMemo memo;
  private final Workers workers;
  private final InstantSource clock;
  private final Counter remembered;
  private final Counter signed;
  private final Counter shed;
  private final Timer signature;

  /**
   * Remembers links up to a weight.
   *
   * @param budget what each caller may have signed
   * @param memoBytes about how many bytes the remembered links may take
   */
  public LinkMint(
      Budget budget, Workers workers, InstantSource clock, long memoBytes, MeterRegistry meters) {
    this.budget = budget;
    this.memo = new LinkMemo(memoBytes, clock);
    this.workers = workers;
    this.clock = clock;
    this.remembered = counter(meters, "memo");
    this.signed = counter(meters, "signature");
    this.shed =
        Counter.builder("gateway.shed")
            .description("Work that was turned away, by reason")
            .tag("reason", "rsa_queue")
            .register(meters);
    this.signature =
        Timer.builder("gateway.mint")
            .description("Time that one signature takes")
            .serviceLevelObjectives(BUCKETS)
            .register(meters);
  }

  private static Counter counter(MeterRegistry meters, String source) {
    return Counter.builder("gateway.links")
        .description("Links that the mint gave out, by where they came from")
        .tag("source", source)
        .register(meters);
  }

  /**
   * A link to an object, complete at once unless a session must be renewed or RSA must sign; fails
   * with a {@link Refused} if there can be none.
   *
   * @param subject the caller on whose account a new signature goes
   */
  public Future<Link> link(ReadyBackend backend, ObjectKey key, LinkAsk ask, String subject) {
    Signing signing = backend.signer().current();
    long now = clock.millis() / 1000;
    if (signing != null) {
      Life life = Life.of(backend, signing, key, ask, now);
      if (life.limitedBy() != LimitedBy.SESSION || !life.tooShort(now)) {
        return link(backend, signing, key, ask, subject, life, now);
      }
    }
    return backend
        .signer()
        .renewed(Math.min(backend.ttl(), ask.ttl()) + SESSION_MARGIN)
        .compose(renewed -> afterRenewal(backend, renewed, key, ask, subject));
  }

  /**
   * Before when {@link #link} gives the same link to the same question, in seconds since 1970. One
   * that ends with a session or a token may be followed by a longer one at any time.
   */
  public static long sameUntil(ReadyBackend backend, LinkAsk ask, Link link) {
    return switch (link.limitedBy()) {
      case BACKEND, REQUEST -> {
        long ttl = Math.min(backend.ttl(), ask.ttl());
        yield link.expiry() + Life.grid(ttl) - ttl;
      }
      case SESSION, TOKEN -> 0;
    };
  }

  private Future<Link> afterRenewal(
      ReadyBackend backend, Signing signing, ObjectKey key, LinkAsk ask, String subject) {
    long now = clock.millis() / 1000;
    Life life = Life.of(backend, signing, key, ask, now);
    if (life.limitedBy() == LimitedBy.SESSION && life.tooShort(now)) {
      return refused(Refusal.SESSION_TOO_SHORT, "the storage session ends before a link could");
    }
    return link(backend, signing, key, ask, subject, life, now);
  }

  private Future<Link> link(
      ReadyBackend backend,
      Signing signing,
      ObjectKey key,
      LinkAsk ask,
      String subject,
      Life life,
      long now) {
    // Answers speak of the second that has begun, so a life within it is none.
    if (life.expiry() <= Math.ceilDiv(clock.millis(), 1000L)) {
      return refused(Refusal.TOKEN_EXPIRED, "the token ends now");
    }
    if (ask.version() != null && !backend.pins(signing)) {
      return Future.failedFuture(UNPINNABLE);
    }
    LinkMemo.Key place =
        new LinkMemo.Key(
            backend.org().id(),
            signing.fingerprint(),
            key,
            ask.version(),
            life.expiry(),
            life.limitedBy(),
            signing.linkBytes());
    Future<Link> known = memo.get(place);
    if (known != null) {
      remembered.increment();
    } else {
      Refused over = budget.take(place.org(), subject);
      if (over != null) {
        return Future.failedFuture(over);
      }
      known = signing.costly() ? offload(signing, place, now) : signHere(signing, place, now);
    }
    return ask.maxUrlBytes() == Integer.MAX_VALUE ? known : within(ask.maxUrlBytes(), known);
  }

  private Future<Link> signHere(Signing signing, LinkMemo.Key place, long now) {
    Future<Link> link;
    try {
      link = Future.succeededFuture(sign(signing, place, now));
    } catch (RuntimeException | Error e) {
      return Future.failedFuture(e);
    }
    memo.put(place, link);
    return link;
  }

  private Future<Link> offload(Signing signing, LinkMemo.Key place, long now) {
    Promise<Link> promise = Promise.promise();
    Future<Link> first = memo.putIfAbsent(place, promise.future());
    if (first != null) {
      remembered.increment();
      return first;
    }
    promise.future().onFailure(failure -> memo.remove(place));
    workers.execute(
        place.org(),
        () -> {
          try {
            promise.complete(sign(signing, place, now));
          } catch (RuntimeException | Error e) {
            // Also errors: a promise that stays open would keep everybody waiting.
            promise.fail(e);
          }
        },
        () -> {
          shed.increment();
          promise.fail(new Refused(Refusal.OVERLOADED, "too many signatures are waiting"));
        });
    return promise.future();
  }

  private Link sign(Signing signing, LinkMemo.Key place, long now) {
    long earliest = Math.max(signing.notBefore(), place.expiry() - S3Signer.MAX_SPAN);
    // Never in the future, where a session begins if the clock has been turned back since.
    long date = Math.max(now - BACKDATE, Math.min(earliest, now));
    String url =
        signature.record(() -> signing.link(place.object(), place.version(), date, place.expiry()));
    signed.increment();
    return new Link(url, place.expiry(), place.limitedBy());
  }

  private static Future<Link> within(int maxUrlBytes, Future<Link> link) {
    return link.compose(
        it ->
            it.url().length() <= maxUrlBytes
                ? Future.succeededFuture(it)
                : refused(
                    Refusal.URL_TOO_LONG,
                    "the link has " + it.url().length() + " bytes, and max_url_bytes is less"));
  }

  private static <T> Future<T> refused(Refusal refusal, String detail) {
    return Future.failedFuture(new Refused(refusal, detail));
  }

  /** When a link ends, and why not later. */
  private record Life(long expiry, LimitedBy limitedBy, long shortest) {

    static Life of(ReadyBackend backend, Signing signing, ObjectKey key, LinkAsk ask, long now) {
      long ttl = Math.min(backend.ttl(), ask.ttl());
      long shortest = Math.min(60, ttl / 4);
      LimitedBy by = ask.ttl() < backend.ttl() ? LimitedBy.REQUEST : LimitedBy.BACKEND;
      long end = now + ttl;
      if (signing.notAfter() != Long.MAX_VALUE && signing.notAfter() - SESSION_MARGIN < end) {
        by = LimitedBy.SESSION;
        end = signing.notAfter() - SESSION_MARGIN;
      }
      if (ask.tokenExpiry() < end) {
        by = LimitedBy.TOKEN;
        end = ask.tokenExpiry();
      }
      long grid = grid(ttl);
      long phase = backend.org().id().hashCode() * 31L + key.hashCode();
      long aligned = end - Math.floorMod(end - phase, grid);
      // A token that is about to end cannot be waited for: its link is made for it alone.
      boolean alone = by == LimitedBy.TOKEN && aligned - now < shortest;
      return new Life(alone ? end : aligned, by, shortest);
    }

    private static long grid(long ttl) {
      return Math.clamp(ttl / 16, 1, 60);
    }

    boolean tooShort(long now) {
      return expiry - now < shortest;
    }
  }
}
