package io.edgemint.outbound;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/**
 * What came back, whatever its status; a redirect is a reply like any other.
 *
 * @param body the whole body, still encoded as {@code Content-Encoding} says
 */
public record Reply(int status, MultiMap headers, Buffer body) {
  /** Leaves out the headers and the body, which are the customer's. */
  @Override
  public String toString() {
    return "Reply[" + status + ", " + body.length() + " bytes]";
  }
}
