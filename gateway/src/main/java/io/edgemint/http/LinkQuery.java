package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.signing.LinkAsk;
import org.jspecify.annotations.Nullable;

/**
 * Reads the query of a link request. Strict on purpose: a parameter that is unknown, stands twice
 * or is percent-encoded is refused, so that no two readers of one request can differ about it.
 */
final class LinkQuery {
  private static final int MIN_TTL = 60;
  private static final int MAX_TTL = 604_800;
  private static final int MAX_VERSION = 1024;

  private LinkQuery() {}

  /**
   * What the caller wants.
   *
   * @param query the raw query without its question mark, or null
   * @throws Refused if a parameter cannot be read
   */
  static LinkAsk parse(@Nullable String query) {
    if (query == null || query.isEmpty()) {
      return LinkAsk.ANY;
    }
    long ttl = -1;
    String version = null;
    int maxUrlBytes = -1;
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      switch (name) {
        case "ttl" -> ttl = once(name, ttl < 0, ttl(value));
        case "version" -> version = once(name, version == null, version(value));
        case "max_url_bytes" ->
            maxUrlBytes = once(name, maxUrlBytes < 0, number(value, name, Refusal.REQUEST_INVALID));
        default ->
            throw new Refused(
                Refusal.REQUEST_INVALID,
                "a query parameter is not one of ttl, version, max_url_bytes");
      }
    }
    return new LinkAsk(
        ttl < 0 ? Long.MAX_VALUE : ttl,
        version,
        maxUrlBytes < 0 ? Integer.MAX_VALUE : maxUrlBytes,
        Long.MAX_VALUE);
  }

  private static <T> T once(String name, boolean first, T value) {
    if (!first) {
      throw new Refused(Refusal.REQUEST_INVALID, name + " stands twice in the query");
    }
    return value;
  }

  private static int ttl(String value) {
    int ttl = number(value, "ttl", Refusal.TTL_OUT_OF_RANGE);
    if (ttl < MIN_TTL || ttl > MAX_TTL) {
      throw new Refused(Refusal.TTL_OUT_OF_RANGE, "ttl is a number of seconds from 60 to 604800");
    }
    return ttl;
  }

  private static int number(String value, String name, Refusal refusal) {
    boolean digits = !value.isEmpty() && value.length() <= 9;
    for (int i = 0; digits && i < value.length(); i++) {
      digits = value.charAt(i) >= '0' && value.charAt(i) <= '9';
    }
    if (!digits) {
      throw new Refused(refusal, name + " is a whole number of at most nine digits");
    }
    return Integer.parseInt(value);
  }

  /** S3 calls versions opaque; what it hands out needs no escaping in a URL. */
  private static String version(String value) {
    boolean plain = !value.isEmpty() && value.length() <= MAX_VERSION;
    for (int i = 0; plain && i < value.length(); i++) {
      char c = value.charAt(i);
      plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '.'
              || c == '_';
    }
    if (!plain) {
      throw new Refused(
          Refusal.REQUEST_INVALID, "version is 1 to 1024 characters of A-Z a-z 0-9 - . _");
    }
    return value;
  }
}
