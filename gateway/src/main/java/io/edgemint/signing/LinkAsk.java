package io.edgemint.signing;

import org.jspecify.annotations.Nullable;

/**
 * What a caller wants of a link.
 *
 * @param ttl the longest life in seconds, or {@code Long.MAX_VALUE} for whatever the backend gives
 * @param version the S3 version to pin, or null for the newest
 * @param maxUrlBytes the longest URL that the caller can hold, or {@code Integer.MAX_VALUE}
 * @param tokenExpiry the epoch second at which the caller's token ends where that limits the link,
 *     otherwise {@code Long.MAX_VALUE}
 */
public record LinkAsk(long ttl, @Nullable String version, int maxUrlBytes, long tokenExpiry) {
  /** No wishes. */
  public static final LinkAsk ANY =
      new LinkAsk(Long.MAX_VALUE, null, Integer.MAX_VALUE, Long.MAX_VALUE);

  /** The same wishes with a link that ends with the caller's token. */
  public LinkAsk until(long expiry) {
    return new LinkAsk(ttl, version, maxUrlBytes, expiry);
  }
}
