package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.BucketRequests.Signed;
import io.edgemint.bucket.Courier;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.SessionHandle;
import io.edgemint.objects.StoredObject.DigestState;
import io.edgemint.outbound.Outbound;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks one storage as one session, and waits for its answers. */
final class Store {
  /** Metadata that tells an upload from others (Amazon S3, "Working with object metadata"). */
  static final String NONCE = "x-amz-meta-edgemint-upload";

  /** No link outlives what signs it; a minute is for clocks that differ. */
  private static final long MARGIN = 60;

  /** A thousand keys of the greatest length, percent-encoded. */
  private static final int MAX_ANSWER = 4 << 20;

  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /** Completing an upload of thousands of parts takes S3 its time. */
  private static final Duration LONG_DEADLINE = Duration.ofSeconds(60);

  private static final Set<String> PASSING =
      Set.of(
          "SlowDown",
          "ServiceUnavailable",
          "InternalError",
          "RequestTimeout",
          "OperationAborted",
          "TemporaryRedirect",
          "ConditionalRequestConflict");

  private final S3Storage storage;
  private final SessionHandle sessions;
  private final Outbound outbound;
  private final InstantSource clock;

  Store(S3Storage storage, SessionHandle sessions, Outbound outbound, InstantSource clock) {
    this.storage = storage;
    this.sessions = sessions;
    this.outbound = outbound;
    this.clock = clock;
  }

  S3Storage storage() {
    return storage;
  }

  /**
   * What lies under a key.
   *
   * @param nonce which upload made it; empty if none did
   */
  record Stored(StoredObject object, String nonce) {
    long size() {
      return object.size();
    }

    /** Without quotes; empty if the storage tells none. */
    String etag() {
      return bare(Objects.requireNonNullElse(object.etag(), ""));
    }

    /** The SHA-256 of its bytes that the storage itself has computed, or null. */
    @Nullable String computed() {
      return object.digest() == DigestState.VERIFIED ? object.sha256() : null;
    }

    /** What a bucket with versions calls this one, or null. */
    @Nullable String version() {
      return object.versionId();
    }
  }

  /**
   * What signs links now.
   *
   * @param seconds how long they live
   */
  record Pen(BucketRequests bucket, long seconds, long end) {}

  /** What signs links, for as long as the storage's links live and the session lasts. */
  Pen pen() {
    long ttl = storage.ttl().toSeconds();
    Session session = session(Math.min(60, ttl / 4));
    long now = clock.instant().getEpochSecond();
    long left = session.end() == null ? ttl : session.end().getEpochSecond() - MARGIN - now;
    long seconds = Math.min(ttl, left);
    if (seconds < 1) {
      throw new Refused(Refusal.SESSION_TOO_SHORT, "the session for the bucket ends too soon");
    }
    return new Pen(new BucketRequests(storage, session, clock), seconds, now + seconds);
  }

  /** A session that signs so many seconds from now. */
  private Session session(long least) {
    Session session = sessions.current();
    long until = clock.instant().getEpochSecond() + MARGIN + least;
    return session != null && session.livesAt(until)
        ? session
        : Courier.await(sessions.renewed(storage.ttl().toSeconds() + MARGIN));
  }

  Answer send(Function<BucketRequests, Signed> request) {
    return send(request, MAX_ANSWER, DEADLINE);
  }

  /** The same for what takes its time. */
  Answer sendLong(Function<BucketRequests, Signed> request) {
    return send(request, MAX_ANSWER, LONG_DEADLINE);
  }

  private Answer send(Function<BucketRequests, Signed> request, int max, Duration deadline) {
    var bucket = new BucketRequests(storage, session(0), clock);
    return new Courier(outbound, max, deadline).send(request.apply(bucket));
  }

  /** What lies under a key, or null if nothing does. */
  @Nullable Stored head(ObjectKey key) {
    Answer answer = send(bucket -> bucket.facts(key, null));
    if (answer.status() == 404) {
      return null;
    }
    if (!answer.succeeded()) {
      throw refusal(answer, "look at the object", "s3:GetObject and s3:ListBucket");
    }
    return new Stored(HeadRequests.stored(key, answer), answer.header(NONCE).orElse(""));
  }

  /** Some bytes of an object that is still the one with this ETag. */
  byte[] read(ObjectKey key, String etag, long from, int length) {
    String range = "bytes=%d-%d".formatted(from, from + length - 1);
    Map<String, String> headers = Map.of("if-match", '"' + etag + '"', "range", range);
    Answer answer = send(bucket -> bucket.get(key, headers), length, LONG_DEADLINE);
    if (answer.status() != 206 && answer.status() != 200) {
      throw refusal(answer, "read the object", "s3:GetObject");
    }
    byte[] bytes = answer.body();
    if (bytes.length != length) {
      throw new Refused(
          Refusal.BACKEND_UNAVAILABLE, "the storage sends another range than was asked for");
    }
    return bytes;
  }

  /** An ETag without the quotes that RFC 9110 (8.8.3) puts around it. */
  static String bare(String etag) {
    return etag.replace("\"", "");
  }

  /**
   * What an answer that is none of the expected means for the publisher.
   *
   * @param did what was asked of the storage, to be read after "the storage refuses to"
   * @param right what the role needs for it
   */
  static Refused refusal(Answer answer, String did, String right) {
    String seen = answer.succeeded() ? "HTTP 200 " + answer.codeInBody() : answer.seen();
    String detail;
    if (answer.failure() != null) {
      detail = "the storage does not answer: " + seen;
    } else if (isPassing(answer)) {
      detail = "the storage has no time to %s (%s); ask again".formatted(did, seen.strip());
    } else if (answer.refused()) {
      detail =
          "the storage refuses to %s (%s): its role or key needs %s below the prefix"
              .formatted(did, seen, right);
    } else {
      detail = "the storage cannot %s (%s)".formatted(did, seen.strip());
    }
    return new Refused(Refusal.BACKEND_UNAVAILABLE, detail);
  }

  private static boolean isPassing(Answer answer) {
    return answer.status() == 429
        || answer.status() >= 500
        || PASSING.contains(answer.codeInBody());
  }
}
