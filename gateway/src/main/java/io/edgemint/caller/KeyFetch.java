package io.edgemint.caller;

import io.vertx.core.Future;
import java.net.URI;

/** Brings key sets from issuers. */
@FunctionalInterface
public interface KeyFetch {
  /**
   * The body of a 200 answer, at most 256 KiB; ends, one way or the other, within 10 seconds.
   *
   * @param trusted whether the operator named the address, so that plain http and private addresses
   *     are fine; else it came from a customer
   */
  Future<String> fetch(URI uri, boolean trusted);
}
