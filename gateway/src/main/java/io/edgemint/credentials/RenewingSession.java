package io.edgemint.credentials;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * A session that is fetched anew before it ends, but only while somebody uses it.
 *
 * <p>All of its state is one immutable record that is swapped whole, so that reading the session is
 * one volatile read and at most one fetch is on its way. A fetch that fails changes nothing for
 * those who have a valid session; the next one waits five minutes after a denial, which only the
 * organisation can cure, and a growing random time after anything else.
 */
final class RenewingSession implements SessionHandle {
  private static final System.Logger LOG = System.getLogger(RenewingSession.class.getName());

  /** Seconds between two fetches, however short the sessions are that they bring. */
  private static final long LEAST_PAUSE = 5;

  private static final long PAUSE_AFTER_DENIAL = 300;
  private static final long LONGEST_PAUSE = 60;

  private final String name;
  private final Source source;
  private final Renewal renewal;
  private final Upkeep upkeep;
  private final AtomicReference<State> state = new AtomicReference<>(State.NOTHING);

  /**
   * Fetches nothing yet.
   *
   * @param name what logs call it
   */
  RenewingSession(String name, Source source, Renewal renewal, Upkeep upkeep) {
    this.name = name;
    this.source = source;
    this.renewal = renewal;
    this.upkeep = upkeep;
  }

  @Override
  public @Nullable Session current() {
    State seen = state.get();
    long now = now();
    if (now >= seen.renewAt && !seen.pauses(now) && seen.flight == null) {
      // Whoever loses this race has nothing to do: another one has begun.
      Future<Session> _ = begin(seen);
    }
    return seen.valid(now);
  }

  @Override
  public Future<Session> renewed(long seconds) {
    while (true) {
      State seen = state.get();
      long now = now();
      Session valid = seen.valid(now);
      if (valid != null && valid.livesAt(now + seconds)) {
        return Future.succeededFuture(valid);
      }
      if (seen.flight != null) {
        return seen.flight.future();
      }
      if (seen.pauses(now) && (seen.refused != null || valid != null)) {
        return seen.refused != null
            ? Future.failedFuture(seen.refused)
            : Future.succeededFuture(valid);
      }
      Future<Session> begun = begin(seen);
      if (begun != null) {
        return begun;
      }
    }
  }

  /** Starts a fetch unless the state is no longer the one that was seen: then null. */
  private @Nullable Future<Session> begin(State seen) {
    Promise<Session> flight = Promise.promise();
    if (!state.compareAndSet(seen, seen.during(flight))) {
      return null;
    }
    try {
      upkeep.executor.execute(() -> fetch(seen, flight));
    } catch (RejectedExecutionException e) {
      failed(seen, flight, e);
    }
    return flight.future();
  }

  private void fetch(State before, Promise<Session> flight) {
    Session session;
    try {
      session = source.fetch();
      if (!session.livesAt(now())) {
        throw new IllegalStateException("the session has already ended, at " + session.end());
      }
    } catch (RuntimeException | Error e) {
      failed(before, flight, e);
      return;
    }
    upkeep.outcomes.renewed();
    long now = now();
    Session old = before.session;
    // The same object for the same credentials, so that nothing made from it is made again.
    Session kept = old != null && old.sameAs(session) ? old : session;
    long renewAt = Math.max(now + LEAST_PAUSE, renewal.from(session));
    state.set(new State(kept, renewAt, now + LEAST_PAUSE, 0, null, null));
    flight.complete(kept);
  }

  private void failed(State before, Promise<Session> flight, Throwable failure) {
    boolean denied = isDenial(failure);
    upkeep.outcomes.failed(denied);
    LOG.log(Level.WARNING, "session of {0}: {1}", name, failure.toString());
    Refused refused =
        new Refused(
            Refusal.BACKEND_UNAVAILABLE,
            denied
                ? "the storage denies the gateway its role"
                : "no session for the storage can be had at the moment");
    long pauseEnd = now() + (denied ? PAUSE_AFTER_DENIAL : pauseAfter(before.failures));
    state.set(
        new State(before.session, before.renewAt, pauseEnd, before.failures + 1, null, refused));
    flight.fail(refused);
  }

  private static boolean isDenial(Throwable failure) {
    return failure instanceof AwsServiceException answer
        && answer.awsErrorDetails() != null
        && "AccessDenied".equals(answer.awsErrorDetails().errorCode());
  }

  /** Full jitter below a bound that doubles: orgs that failed together do not return together. */
  private long pauseAfter(int failures) {
    long bound = Math.min(LONGEST_PAUSE, 2L << Math.min(failures, 10));
    return 1 + upkeep.random.nextLong(bound);
  }

  private long now() {
    return upkeep.clock.millis() / 1000;
  }

  /** Where sessions come from. */
  @FunctionalInterface
  interface Source {
    /** Fetches a session; waits for a network, and throws if there is none to be had. */
    Session fetch();
  }

  /** When a session is to be replaced. */
  @FunctionalInterface
  interface Renewal {
    /** The epoch second from which using the session starts its renewal. */
    long from(Session session);
  }

  /** Counts what becomes of fetches. */
  interface Outcomes {
    void renewed();

    void failed(boolean denied);
  }

  /** What all sessions share. */
  record Upkeep(
      Executor executor, InstantSource clock, RandomGenerator random, Outcomes outcomes) {}

  /**
   * All that is known.
   *
   * @param renewAt the epoch second from which using the session starts a fetch
   * @param pauseEnd the epoch second before which no fetch starts
   * @param failures how many fetches have failed in a row
   * @param flight the fetch on its way
   * @param refused why the last fetch failed
   */
  private record State(
      @Nullable Session session,
      long renewAt,
      long pauseEnd,
      int failures,
      @Nullable Promise<Session> flight,
      @Nullable Refused refused) {
    private static final State NOTHING = new State(null, 0, 0, 0, null, null);

    @Nullable Session valid(long now) {
      return session != null && session.livesAt(now) ? session : null;
    }

    /** A pause that is longer than any was set by a clock that has been turned back since. */
    boolean pauses(long now) {
      return now < pauseEnd && pauseEnd - now <= PAUSE_AFTER_DENIAL;
    }

    State during(Promise<Session> begun) {
      return new State(session, renewAt, pauseEnd, failures, begun, refused);
    }
  }
}
