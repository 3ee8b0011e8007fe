package io.edgemint.outbound;

import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request to an address that may be a customer's.
 *
 * @param method {@code GET}, {@code HEAD}, {@code PUT}, {@code POST}, {@code DELETE} or {@code
 *     OPTIONS}
 * @param uri {@code http} or {@code https}; its raw path and query go on the wire byte for byte
 * @param headers what is sent beside {@code Host} and the headers that frame the body
 * @param body what is sent, or null for a request without a body
 * @param maxBytes the longest body that is taken in the reply; 0 or more
 * @param deadline the time from the name's resolution to the last byte of the reply; more than 0
 * @param trusted whether the operator named the address, which may be a private one then
 */
public record Call(
    String method,
    URI uri,
    Map<String, String> headers,
    @Nullable Buffer body,
    int maxBytes,
    Duration deadline,
    boolean trusted) {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS");

  /** A token (RFC 9110, section 5.6.2). */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private static final Set<String> OURS =
      Set.of("host", "connection", "content-length", "transfer-encoding", "te", "upgrade");

  /**
   * Copies the headers.
   *
   * @throws IllegalArgumentException if the method is another, a number is out of its range, or a
   *     header is no header or follows from the other members
   */
  public Call {
    headers = Map.copyOf(headers);
    if (maxBytes < 0 || deadline.toMillis() < 1) {
      throw new IllegalArgumentException("a call takes 0 bytes or more, and 1 ms or more");
    }
    if (!METHODS.contains(method)) {
      throw new IllegalArgumentException("a call's method is one of " + METHODS);
    }
    headers.forEach(Call::check);
  }

  private static void check(String name, String value) {
    if (!NAME.matcher(name).matches() || !value.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
      throw new IllegalArgumentException(
          "a header has a name and a value of printable ASCII; encode other characters");
    }
    if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "the header " + name + " follows from the URI and the body; leave it out");
    }
  }

  /** Leaves out what may be secret: the query, the headers and the body. */
  @Override
  public String toString() {
    return method + " " + uri.getScheme() + "://" + uri.getHost() + uri.getRawPath();
  }
}
