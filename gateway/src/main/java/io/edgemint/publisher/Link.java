package io.edgemint.publisher;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A signed link for a PUT.
 *
 * @param headers exactly what has to be sent
 * @param ends when it ends on the clock of this machine
 */
record Link(URI url, Map<String, String> headers, Instant ends) {
  /** A request that begins later than this before the end may come too late. */
  private static final Duration MARGIN = Duration.ofSeconds(20);

  boolean ending(Instant now) {
    return now.isAfter(ends.minus(MARGIN));
  }

  /** Whoever has a link may write, so it is not shown. */
  @Override
  public String toString() {
    return "link that ends at " + ends;
  }
}
