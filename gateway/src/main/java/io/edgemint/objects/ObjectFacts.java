package io.edgemint.objects;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.objects.ObjectFact.Found;
import io.edgemint.objects.ObjectFact.Missing;
import io.edgemint.objects.ObjectFact.Unlearnt;
import io.edgemint.objects.StoredObject.DigestState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what storages told of objects. Each question is asked once however many wait for the
 * answer; what is old goes on serving while it is asked again. Safe on all threads, and never
 * waits.
 */
public final class ObjectFacts {
  private static final Duration FRESH = Duration.ofSeconds(60);
  private static final Duration MISSING = Duration.ofSeconds(5);
  private static final Duration FAILED = Duration.ofSeconds(10);

  /** A storage that fails again and again is asked more seldom, and yet soon after it is back. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private static final Duration UNUSED = Duration.ofMinutes(5);

  /** How long what was found stands although the storage tells nothing any more. */
  private static final Duration UNCONFIRMED = Duration.ofHours(1);

  private static final int AT_ONCE = 128;

  /** A storage that hangs takes no more than these from all others. */
  private static final int AT_ONCE_OF_ORG = 16;

  private static final Unlearnt BUSY = new Unlearnt("too many objects are asked for", false);

  private final ObjectSource source;
  private final Digests digests;
  private final Executor executor;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Cache<Asked, Known> known;
  private final ConcurrentMap<Asked, Promise<ObjectFact>> flights = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final ConcurrentMap<OrgId, Integer> held = new ConcurrentHashMap<>();

  /** For how long storages that failed are left alone, by what is common to their objects. */
  private final Cache<Asked, Pause> pauses =
      Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

  /** Says what an object's declared digest rests on. */
  @FunctionalInterface
  public interface Digests {
    /** The state of a declared digest; called off the event loop. */
    DigestState of(OrgId org, S3Storage storage, StoredObject object);
  }

  /** The object that a fact is about, or the storage if the key is empty. */
  private record Asked(
      OrgId org,
      @Nullable URI endpoint,
      String bucket,
      String prefix,
      String key,
      @Nullable String version) {
    private static Asked of(OrgId org, S3Storage storage, String key, @Nullable String version) {
      return new Asked(
          org, storage.endpoint().uri(), storage.bucket(), storage.prefix(), key, version);
    }

    private int weight() {
      return 200 + key.length() + (version == null ? 0 : version.length());
    }
  }

  /**
   * A fact, when it was learnt, and when it is to be asked for again.
   *
   * @param learntAt when the storage last told it
   */
  private record Known(ObjectFact fact, long learntAt, long askAgainAt) {
    private int weight() {
      return fact instanceof Found found ? found.object().weight() : 50;
    }

    /** A time that is too far off was set by a clock that has been turned back since. */
    private boolean isFresh(long now) {
      return now < askAgainAt && askAgainAt - now <= FRESH.toMillis();
    }

    /** Whether it is told although it is to be asked for again. */
    private boolean stands(long now) {
      return fact instanceof Found && now - learntAt <= UNCONFIRMED.toMillis();
    }
  }

  /**
   * How long a storage is left alone.
   *
   * @param length in milliseconds, without what spreads the ends of pauses
   */
  private record Pause(long until, long length) {
    /** A time that is too far off was set by a clock that has been turned back since. */
    private boolean lasts(long now) {
      return now < until && until - now <= 2 * length;
    }
  }

  /**
   * Asks on an executor of its own, for each question holds one of its threads.
   *
   * @param bytes the weight of all that is remembered
   * @param random spreads retries; used by all threads
   */
  public ObjectFacts(
      ObjectSource source,
      Digests digests,
      Executor executor,
      InstantSource clock,
      RandomGenerator random,
      long bytes) {
    this.source = source;
    this.digests = digests;
    this.executor = executor;
    this.clock = clock;
    this.random = random;
    this.known =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher((Asked asked, Known it) -> asked.weight() + it.weight())
            .expireAfterAccess(UNUSED)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .executor(Runnable::run)
            .build();
  }

  /**
   * What is known of an object.
   *
   * @param object null if nothing is, or if it is missing
   * @param untilMillis before when the same is told again unless {@link #version} moves, in
   *     milliseconds since 1970; 0 for not again
   */
  public record Told(@Nullable StoredObject object, long untilMillis) {
    /** Of an object that nobody can ask for. */
    public static final Told NOTHING_EVER = new Told(null, Long.MAX_VALUE);

    private static Told of(ObjectFact fact, long untilMillis) {
      return new Told(fact instanceof Found found ? found.object() : null, untilMillis);
    }
  }

  /** Moves when something is forgotten before its time. */
  public long version() {
    return version.get();
  }

  /**
   * What is known now; what is unknown or old is asked for beside.
   *
   * @param backend the backend to which the storage's secrets are bound
   * @param version null for the newest
   */
  public Told known(
      OrgId org, String backend, S3Storage storage, ObjectKey key, @Nullable String version) {
    Asked asked = Asked.of(org, storage, key.value(), version);
    Known it = known.getIfPresent(asked);
    long now = clock.millis();
    if (it != null && it.isFresh(now)) {
      return Told.of(it.fact, it.askAgainAt);
    }
    Future<ObjectFact> flight = fly(asked, backend, storage, key);
    if (it != null && it.stands(now)) {
      return Told.of(it.fact, 0);
    }
    return flight.succeeded() ? Told.of(flight.result(), pausedUntil(asked)) : new Told(null, 0);
  }

  /**
   * What is known, or what the storage tells; never fails. An object that was found is told at
   * once, however old that is, and asked for again beside.
   */
  public Future<ObjectFact> learn(
      OrgId org, String backend, S3Storage storage, ObjectKey key, @Nullable String version) {
    Asked asked = Asked.of(org, storage, key.value(), version);
    Known it = known.getIfPresent(asked);
    long now = clock.millis();
    if (it != null && it.isFresh(now)) {
      return Future.succeededFuture(it.fact);
    }
    Future<ObjectFact> flight = fly(asked, backend, storage, key);
    return it != null && it.stands(now) ? Future.succeededFuture(it.fact) : flight;
  }

  /** Whether something is known, or is being asked for. */
  public boolean isAskedFor(OrgId org, S3Storage storage, ObjectKey key, @Nullable String version) {
    Asked asked = Asked.of(org, storage, key.value(), version);
    return known.getIfPresent(asked) != null || flights.containsKey(asked);
  }

  /**
   * Drops what is known of an object's newest version; also what is being asked just now. Whoever
   * has changed it was answered by its storage.
   */
  public void forget(OrgId org, S3Storage storage, ObjectKey key) {
    Asked newest = Asked.of(org, storage, key.value(), null);
    // The map's lock on the key keeps an answer that is late from being remembered after this.
    flights.compute(
        newest,
        (asked, flight) -> {
          known.invalidate(asked);
          return null;
        });
    shorten(newest, clock.millis());
    version.incrementAndGet();
  }

  private Future<ObjectFact> fly(Asked asked, String backend, S3Storage storage, ObjectKey key) {
    Promise<ObjectFact> under = flights.get(asked);
    if (under != null) {
      return under.future();
    }
    if (pausedUntil(asked) > 0) {
      return Future.succeededFuture(new Unlearnt("the storage has just failed", true));
    }
    if (!enter(asked.org)) {
      return Future.succeededFuture(BUSY);
    }
    Promise<ObjectFact> mine = Promise.promise();
    Promise<ObjectFact> other = flights.putIfAbsent(asked, mine);
    if (other != null) {
      leave(asked.org);
      return other.future();
    }
    try {
      executor.execute(() -> run(asked, backend, storage, key, mine));
    } catch (RejectedExecutionException e) {
      land(asked, BUSY, mine);
    }
    return mine.future();
  }

  private void run(
      Asked asked, String backend, S3Storage storage, ObjectKey key, Promise<ObjectFact> flight) {
    ObjectFact fact;
    try {
      fact =
          judged(asked.org, storage, source.ask(asked.org, backend, storage, key, asked.version));
    } catch (RuntimeException | Error e) {
      // Also errors: a flight that stays open would keep its devices waiting.
      System.getLogger(ObjectFacts.class.getName())
          .log(System.Logger.Level.ERROR, "asking for an object of " + asked.org, e);
      fact = new Unlearnt("the gateway cannot ask", false);
    }
    land(asked, fact, flight);
  }

  private ObjectFact judged(OrgId org, S3Storage storage, ObjectFact fact) {
    if (!(fact instanceof Found found)
        || found.object().sha256() == null
        || found.object().digest() != DigestState.DECLARED) {
      return fact;
    }
    StoredObject told = found.object();
    DigestState state = digests.of(org, storage, told);
    return new Found(
        new StoredObject(
            told.key(),
            told.size(),
            told.etag(),
            told.versionId(),
            told.sha256(),
            state,
            told.storageClass(),
            told.lastModified(),
            told.archived()));
  }

  private void land(Asked asked, ObjectFact fact, Promise<ObjectFact> flight) {
    leave(asked.org);
    long now = clock.millis();
    if (fact instanceof Unlearnt unlearnt && unlearnt.everywhere()) {
      pauses.asMap().compute(place(asked), (place, before) -> pause(before, now));
    } else {
      shorten(asked, now);
    }
    flights.computeIfPresent(
        asked,
        (key, current) -> {
          if (!current.equals(flight)) {
            return current;
          }
          if (!fact.equals(BUSY)) {
            known.put(key, next(known.getIfPresent(key), fact, now));
          }
          return null;
        });
    flight.complete(fact);
  }

  private Known next(@Nullable Known before, ObjectFact fact, long now) {
    return switch (fact) {
      case Found found -> new Known(found, now, now + FRESH.toMillis());
      case Missing missing -> new Known(missing, now, now + MISSING.toMillis());
      case Unlearnt unlearnt ->
          before != null && before.stands(now)
              ? new Known(before.fact, before.learntAt, retryAt(now))
              : new Known(unlearnt, now, retryAt(now));
    };
  }

  private long retryAt(long now) {
    return now + spread(FAILED.toMillis());
  }

  private long spread(long millis) {
    return millis + random.nextLong(millis / 2);
  }

  /** The next pause: twice as long as the one before, which several questions may end at once. */
  private Pause pause(@Nullable Pause before, long now) {
    if (before != null && before.lasts(now)) {
      return before;
    }
    long length =
        before == null ? FAILED.toMillis() : Math.min(2 * before.length, LONGEST_PAUSE.toMillis());
    return new Pause(now + spread(length), length);
  }

  /**
   * The storage answers. One that fails now and then is left alone all the same: the answer may be
   * to a question from before it failed.
   */
  private void shorten(Asked asked, long now) {
    pauses
        .asMap()
        .computeIfPresent(
            place(asked),
            (place, pause) ->
                pause.lasts(now)
                    ? new Pause(
                        Math.min(pause.until, now + spread(FAILED.toMillis())), FAILED.toMillis())
                    : null);
  }

  private static Asked place(Asked asked) {
    return new Asked(asked.org, asked.endpoint, asked.bucket, asked.prefix, "", null);
  }

  /** Until when the storage of an object is left alone, 0 if it is not. */
  private long pausedUntil(Asked asked) {
    Pause pause = pauses.getIfPresent(place(asked));
    return pause != null && pause.lasts(clock.millis()) ? pause.until : 0;
  }

  private boolean enter(OrgId org) {
    if (!places.tryAcquire()) {
      return false;
    }
    boolean[] entered = new boolean[1];
    held.compute(
        org,
        (id, number) -> {
          int before = number == null ? 0 : number;
          entered[0] = before < AT_ONCE_OF_ORG;
          return entered[0] ? Integer.valueOf(before + 1) : number;
        });
    if (!entered[0]) {
      places.release();
    }
    return entered[0];
  }

  private void leave(OrgId org) {
    held.computeIfPresent(org, (id, number) -> number == 1 ? null : number - 1);
    places.release();
  }
}
