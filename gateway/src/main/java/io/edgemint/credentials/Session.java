package io.edgemint.credentials;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Credentials that sign for a time. What they sign is worth nothing after their end, whatever it
 * says itself.
 *
 * @param accessKeyId names the key; it stands in every link
 * @param secretAccessKey signs
 * @param sessionToken stands in every link of a temporary session; null for a lasting key
 * @param start the first instant at which it is known to be valid
 * @param end the instant at which it is no longer valid; null if it does not end
 */
public record Session(
    String accessKeyId,
    String secretAccessKey,
    @Nullable String sessionToken,
    Instant start,
    @Nullable Instant end) {

  /** Tells whether it is still valid at an epoch second. */
  public boolean livesAt(long second) {
    return end == null || second < end.getEpochSecond();
  }

  /** Tells whether two sessions sign the same, whenever each was read. */
  boolean sameAs(Session other) {
    return equals(
        new Session(
            other.accessKeyId, other.secretAccessKey, other.sessionToken, start, other.end));
  }

  @Override
  public String toString() {
    return "Session[end=" + end + "]";
  }
}
