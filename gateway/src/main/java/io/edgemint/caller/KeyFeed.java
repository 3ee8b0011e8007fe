package io.edgemint.caller;

import io.edgemint.backend.Issuer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an issuer's keys as current as the key set at its URL.
 *
 * <p>The set is fetched every five minutes or so, and also when a token names a key that is not in
 * it, but never twice in thirty seconds. A fetch that fails or brings no usable key changes
 * nothing. Whoever needs a key while one is under way may wait for it, two seconds at most.
 *
 * <p>Safe on all threads; the monitor guards the state and is never held while something waits.
 */
final class KeyFeed {
  static final Duration POLL = Duration.ofMinutes(5);
  static final Duration LEAST_INTERVAL = Duration.ofSeconds(30);
  static final Duration PATIENCE = Duration.ofSeconds(2);
  static final int MAX_WAITING = 256;

  private final IssuerKeys keys;
  private final URI uri;
  private final KeySupply supply;
  private final FetchCounters counters;
  private final Promise<Void> loaded = Promise.promise();
  private volatile String saved = "";

  private @Nullable Attempt running;
  private long nextAllowed;
  private Runnable nextPoll = () -> {};
  private boolean closed;

  KeyFeed(IssuerKeys keys, URI uri, KeySupply supply, FetchCounters counters) {
    this.keys = keys;
    this.uri = uri;
    this.supply = supply;
    this.counters = counters;
  }

  /** Takes what was kept from the last run, if anything, and begins to fetch. */
  void start() {
    Attempt first = begin();
    if (first != null) {
      background(first, () -> learnFirst(first));
    }
  }

  Future<Void> loaded() {
    return loaded.future();
  }

  @Nullable Future<Void> arriving() {
    Attempt begun = begin();
    if (begun != null) {
      fetch(begun);
    }
    Attempt attempt;
    synchronized (this) {
      attempt = begun == null ? running : begun;
      if (attempt == null || ++attempt.waiting > MAX_WAITING) {
        return null;
      }
    }
    return attempt.told.future();
  }

  void close() {
    Runnable cancel;
    synchronized (this) {
      closed = true;
      running = null;
      cancel = nextPoll;
    }
    cancel.run();
    loaded.tryComplete();
  }

  private void learnFirst(Attempt first) {
    restore();
    if (keys.keys().isEmpty()) {
      schedulePoll(jittered());
      fetch(first);
      return;
    }
    // A node that starts with many issuers asks them one after the other; a token may hurry it.
    synchronized (this) {
      nextAllowed = supply.clock().millis();
    }
    schedulePoll(Duration.ofMillis(supply.random().nextLong(1, LEAST_INTERVAL.toMillis())));
    end(first);
  }

  private void restore() {
    Issuer issuer = keys.issuer();
    try {
      String kept = LastGood.unwrap(supply.lastGood().load(issuer.iss()), issuer);
      if (kept != null) {
        keys.install(Jwks.read(kept, KeySources.publicAlgorithms(issuer)));
        saved = kept;
      }
    } catch (RuntimeException e) {
      keys.failed("the keys kept from the last run cannot be read: " + e.getMessage());
    }
  }

  private void poll() {
    schedulePoll(jittered());
    Attempt begun = begin();
    if (begun != null) {
      fetch(begun);
    }
  }

  private synchronized void schedulePoll(Duration delay) {
    if (!closed) {
      nextPoll = supply.timers().after(delay, this::poll);
    }
  }

  /** A fifth more or less, so that the nodes of a fleet do not ask in step. */
  private Duration jittered() {
    long millis = POLL.toMillis();
    return Duration.ofMillis(supply.random().nextLong(millis * 4 / 5, millis * 6 / 5 + 1));
  }

  /** An attempt that the caller carries out, or null if it is not time for one. */
  private synchronized @Nullable Attempt begin() {
    long now = supply.clock().millis();
    // A time that is far off was set by a clock that has been turned back since.
    boolean due = now >= nextAllowed || nextAllowed - now > LEAST_INTERVAL.toMillis();
    if (closed || !due) {
      return null;
    }
    nextAllowed = now + LEAST_INTERVAL.toMillis();
    Attempt begun = new Attempt();
    begun.patience = supply.timers().after(PATIENCE, begun.told::tryComplete);
    running = begun;
    return begun;
  }

  private void fetch(Attempt attempt) {
    Future<String> answer;
    try {
      answer = supply.fetch().fetch(uri, keys.issuer().org() == null);
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    answer.onComplete(
        (text, problem) ->
            background(
                attempt,
                () -> {
                  if (problem == null) {
                    learn(attempt, text);
                  } else {
                    failed("its keys cannot be fetched: " + problem.getMessage());
                  }
                  end(attempt);
                }));
  }

  private void learn(Attempt attempt, String text) {
    // One that took so long that another has begun since must not bring back older keys.
    if (!isRunning(attempt)) {
      return;
    }
    if (text.equals(saved)) {
      counters.unchanged().increment();
      keys.confirmed();
      return;
    }
    KeySet next = Jwks.read(text, KeySources.publicAlgorithms(keys.issuer()));
    if (next.isEmpty()) {
      throw new IllegalArgumentException("no key of the set is usable: " + next.skipped());
    }
    keys.install(next);
    counters.changed().increment();
    save(text);
  }

  private synchronized boolean isRunning(Attempt attempt) {
    return running == attempt;
  }

  /** Keeps a set; if that fails, the next fetch tries again. */
  private void save(String text) {
    Issuer issuer = keys.issuer();
    try {
      supply.lastGood().save(issuer.iss(), LastGood.wrap(text, issuer));
      saved = text;
    } catch (RuntimeException e) {
      keys.failed("its keys are in use but cannot be kept for the next start: " + e.getMessage());
    }
  }

  private void background(Attempt attempt, Runnable work) {
    try {
      supply.background().execute(() -> runGuarded(attempt, work));
    } catch (RejectedExecutionException e) {
      failed("its keys cannot be read: too much is waiting to be done");
      end(attempt);
    }
  }

  private void runGuarded(Attempt attempt, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      failed("its keys cannot be used: " + e.getMessage());
      end(attempt);
    }
  }

  private void failed(String problem) {
    counters.failed().increment();
    keys.failed(problem);
  }

  private void end(Attempt attempt) {
    synchronized (this) {
      if (running == attempt) {
        running = null;
      }
    }
    attempt.patience.run();
    attempt.told.tryComplete();
    loaded.tryComplete();
  }

  /** One try to learn the keys, and those who wait for it. */
  private static final class Attempt {
    private final Promise<Void> told = Promise.promise();
    private Runnable patience = () -> {};
    private int waiting;
  }
}
