package io.edgemint.transfer;

import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.credentials.Ailment;
import io.edgemint.credentials.NoSession;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.SessionHandle;
import io.edgemint.outbound.OutboundFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A storage as sessions for one purpose open it, one after the other. What may go well the next
 * time is sent again after a random time that grows ("Exponential backoff and jitter", AWS
 * Architecture Blog). Waits for the network; safe on all threads.
 */
final class Reach {
  static final int TRIES = 7;

  /** Seconds that a session must still live for a request to be begun. */
  private static final long LEAST_LIFE = 180;

  private static final long FIRST_PAUSE = 400;
  private static final long LONGEST_PAUSE = 20_000;

  private static final Set<Integer> PASSING = Set.of(408, 409, 429, 500, 502, 503, 504);

  /** "Error responses", Amazon S3 API reference: those of status 400 that a new request cures. */
  private static final Set<String> PASSING_CODES = Set.of("ExpiredToken", "SlowDown");

  private final S3Storage storage;
  private final SessionHandle sessions;
  private final Courier courier;
  private final InstantSource clock;
  private final Pause pause;

  Reach(
      S3Storage storage,
      SessionHandle sessions,
      Courier courier,
      InstantSource clock,
      Pause pause) {
    this.storage = storage;
    this.sessions = sessions;
    this.courier = courier;
    this.clock = clock;
    this.pause = pause;
  }

  S3Storage storage() {
    return storage;
  }

  /**
   * The answer to a request, or to the last of several.
   *
   * @throws Refused if no session can be had
   */
  Answer send(Function<BucketRequests, BucketRequests.Signed> request) {
    for (int attempt = 1; ; attempt++) {
      Answer answer = once(request, attempt);
      if (answer != null && (attempt == TRIES || !mayPass(answer))) {
        return answer;
      }
      rest(attempt);
    }
  }

  /** The answer; null if there is no session now, but may be later. */
  private @Nullable Answer once(
      Function<BucketRequests, BucketRequests.Signed> request, int attempt) {
    Session session;
    try {
      session = Courier.await(sessions.renewed(LEAST_LIFE));
    } catch (Refused e) {
      if (attempt == TRIES
          || (e.getCause() instanceof NoSession none && none.ailment() != Ailment.FAILING)) {
        throw e;
      }
      return null;
    }
    return courier.send(request.apply(new BucketRequests(storage, session, clock)));
  }

  private static boolean mayPass(Answer answer) {
    OutboundFailure failure = answer.failure();
    if (failure != null) {
      return switch (failure.code()) {
        case UNRESOLVABLE, UNREACHABLE, TIMEOUT, BROKEN_REPLY -> true;
        case URL_REFUSED, ADDRESS_FORBIDDEN, TLS_FAILED, TOO_LARGE -> false;
      };
    }
    return PASSING.contains(answer.status()) || PASSING_CODES.contains(answer.code());
  }

  private void rest(int attempt) {
    long most = Math.min(LONGEST_PAUSE, FIRST_PAUSE << attempt);
    try {
      pause.of(Duration.ofMillis(most / 4 + ThreadLocalRandom.current().nextLong(most * 3 / 4)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a storage", e);
    }
  }
}
