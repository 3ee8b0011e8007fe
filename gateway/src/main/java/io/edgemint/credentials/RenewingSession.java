package io.edgemint.credentials;

import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A session that is fetched anew before it ends, but only while somebody uses it.
 *
 * <p>All of its state is one immutable record that is swapped whole, so that reading the session is
 * one volatile read and at most one fetch is on its way. A fetch that fails changes nothing for
 * those who have a valid session; the next one waits five minutes after a denial, which somebody
 * must cure, and a growing random time after anything else. A renewal that nobody waits for and
 * that cannot begin now is due again a little later.
 */
final class RenewingSession implements SessionHandle {
  private static final System.Logger LOG = System.getLogger(RenewingSession.class.getName());

  /** Seconds between two fetches, however short the sessions are that they bring. */
  private static final long LEAST_PAUSE = 5;

  private static final long PAUSE_AFTER_DENIAL = 300;
  private static final long LONGEST_PAUSE = 60;

  /** Seconds, at most, until what could not begin is tried again. */
  private static final int LATER = 10;

  /** Seconds that a session may seem to begin in the future before its end is not believed. */
  private static final long CLOCK_ERROR = 60;

  private final String name;
  private final Source source;
  private final Errands errands;
  private final Renewal renewal;
  private final Upkeep upkeep;
  private final AtomicReference<State> state = new AtomicReference<>(State.NOTHING);

  /**
   * Fetches nothing yet.
   *
   * @param name what logs call it
   */
  RenewingSession(String name, Source source, Errands errands, Renewal renewal, Upkeep upkeep) {
    this.name = name;
    this.source = source;
    this.errands = errands;
    this.renewal = renewal;
    this.upkeep = upkeep;
  }

  @Override
  public @Nullable Session current() {
    State seen = state.get();
    long now = now();
    Session valid = seen.valid(now);
    if (seen.due(now) && !seen.pauses(now) && seen.flight == null) {
      // Whoever loses this race has nothing to do: another one has begun.
      Future<Session> _ = begin(seen, valid == null);
    }
    return valid;
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
        return seen.flight.future().recover(failure -> unlessPostponed(failure, seconds));
      }
      if (seen.pauses(now) && (seen.refused != null || valid != null)) {
        return seen.refused != null
            ? Future.failedFuture(seen.refused)
            : Future.succeededFuture(valid);
      }
      Future<Session> begun = begin(seen, true);
      if (begun != null) {
        return begun;
      }
    }
  }

  /** Whoever waits for a renewal that was not to be waited for asks for one that is. */
  private Future<Session> unlessPostponed(Throwable failure, long seconds) {
    return failure instanceof Postponed ? renewed(seconds) : Future.failedFuture(failure);
  }

  /**
   * Starts a fetch unless the state is no longer the one that was seen: then null.
   *
   * @param urgent whether somebody needs it now
   */
  private @Nullable Future<Session> begin(State seen, boolean urgent) {
    Promise<Session> flight = Promise.promise();
    if (!state.compareAndSet(seen, seen.during(flight))) {
      return null;
    }
    try {
      if (!errands.take(urgent, () -> fetch(seen, flight), () -> late(seen, flight))) {
        postponed(seen, flight);
      }
    } catch (RejectedExecutionException e) {
      failed(seen, flight, e);
    }
    return flight.future();
  }

  private void postponed(State before, Promise<Session> flight) {
    upkeep.outcomes.postponed();
    state.set(before.dueAt(now() + 1 + upkeep.random.nextInt(LATER)));
    flight.fail(new Postponed());
  }

  private void late(State before, Promise<Session> flight) {
    upkeep.outcomes.late();
    long pauseEnd = now() + 1 + upkeep.random.nextInt(LATER / 2);
    Refused refused =
        new Refused(Refusal.BACKEND_UNAVAILABLE, "too many sessions for storage are being fetched");
    state.set(before.after(before.failures, pauseEnd, refused, before.trouble));
    flight.fail(refused);
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
    state.set(new State(kept, now, renewAt, now + LEAST_PAUSE, 0, null, null, null));
    flight.complete(kept);
  }

  private void failed(State before, Promise<Session> flight, Throwable failure) {
    Ailment ailment = Ailment.of(failure);
    upkeep.outcomes.failed(ailment);
    Trouble trouble = before.trouble;
    if (trouble == null || trouble.ailment != ailment) {
      trouble = new Trouble(ailment, now());
      // What goes by before anybody notices would only flood the log on a bad day of STS.
      Level level =
          ailment == Ailment.FAILING && before.valid(now()) != null ? Level.DEBUG : Level.WARNING;
      LOG.log(level, "session of {0}: {1}: {2}", name, ailment.code(), failure.toString());
    }
    long pause = ailment == Ailment.FAILING ? pauseAfter(before.failures) : PAUSE_AFTER_DENIAL;
    Refused refused =
        new Refused(Refusal.BACKEND_UNAVAILABLE, ailment.sentence(), new NoSession(ailment));
    state.set(before.after(before.failures + 1, now() + pause, refused, trouble));
    flight.fail(refused);
  }

  /** How it stands with it, as that of an organisation's role. */
  SessionHealth health(OrgId org, String roleArn) {
    State seen = state.get();
    Trouble trouble = seen.trouble;
    return new SessionHealth(
        org,
        roleArn,
        trouble == null ? null : trouble.ailment,
        trouble == null ? null : Instant.ofEpochSecond(trouble.since),
        seen.session == null ? null : Instant.ofEpochSecond(seen.fetched),
        seen.valid(now()) != null);
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

  /** Where fetches are made, so that they do not come too fast or hold too many threads. */
  @FunctionalInterface
  interface Errands {
    /**
     * Takes a fetch in, and then runs it or {@code late}, once, at any time.
     *
     * @param urgent whether it may wait for its turn; otherwise it is made now or not taken in
     * @return whether it was taken in
     */
    boolean take(boolean urgent, Runnable fetch, Runnable late);
  }

  /** Counts what becomes of fetches. */
  interface Outcomes {
    void renewed();

    void failed(Ailment ailment);

    void late();

    void postponed();
  }

  /** Tells whoever joined a renewal, which nobody was to wait for, that it is not made now. */
  private static final class Postponed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Postponed() {
      super("postponed", null, false, false);
    }
  }

  /** What all sessions share. */
  record Upkeep(InstantSource clock, RandomGenerator random, Outcomes outcomes) {}

  /** What is wrong, and since which epoch second. */
  private record Trouble(Ailment ailment, long since) {}

  /**
   * All that is known.
   *
   * @param fetched the epoch second at which the session was had
   * @param renewAt the epoch second from which using the session starts a fetch
   * @param pauseEnd the epoch second before which no fetch starts
   * @param failures how many fetches have failed in a row
   * @param flight the fetch on its way
   * @param refused why the last fetch brought nothing
   * @param trouble what is wrong since when
   */
  private record State(
      @Nullable Session session,
      long fetched,
      long renewAt,
      long pauseEnd,
      int failures,
      @Nullable Promise<Session> flight,
      @Nullable Refused refused,
      @Nullable Trouble trouble) {
    private static final State NOTHING = new State(null, 0, 0, 0, 0, null, null, null);

    @Nullable Session valid(long now) {
      return session != null && session.livesAt(now) ? session : null;
    }

    /**
     * A session that was had in the future was had before the clock was turned back, and so its end
     * may come sooner than the clock says.
     */
    boolean due(long now) {
      return now >= renewAt || fetched > now + CLOCK_ERROR;
    }

    /** A pause that is longer than any was set by a clock that has been turned back since. */
    boolean pauses(long now) {
      return now < pauseEnd && pauseEnd - now <= PAUSE_AFTER_DENIAL;
    }

    State during(Promise<Session> begun) {
      return new State(session, fetched, renewAt, pauseEnd, failures, begun, refused, trouble);
    }

    State dueAt(long second) {
      return new State(session, fetched, second, pauseEnd, failures, null, refused, trouble);
    }

    State after(int failed, long pause, Refused why, @Nullable Trouble wrong) {
      return new State(session, fetched, renewAt, pause, failed, null, why, wrong);
    }
  }
}
