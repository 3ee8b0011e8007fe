package io.edgemint.http;

import io.edgemint.config.Section;

/**
 * How large a request may be, and how many may be under way on one HTTP/2 connection.
 *
 * @param requestLine bytes of method, target and version
 * @param headers bytes of all headers
 * @param streams HTTP/2 streams at once
 * @param resets HTTP/2 streams reset within 30 seconds, by the client or because of it
 */
public record RequestLimits(int requestLine, int headers, int streams, int resets) {
  /**
   * Room for "/v1/downloads/" and a key of 1,024 bytes, all of them escaped, and a query; and for a
   * token of 4,096 bytes with ordinary headers around it.
   */
  public static final RequestLimits DEFAULT = new RequestLimits(5120, 8192, 100, 200);

  /** Reads the section {@code edge.limits}, together with others that read theirs of it. */
  static RequestLimits read(Section section) {
    return new RequestLimits(
        Math.toIntExact(section.bytes("request_line", DEFAULT.requestLine, 256, 65_536)),
        Math.toIntExact(section.bytes("headers", DEFAULT.headers, 1024, 65_536)),
        section.integer("http2_streams", DEFAULT.streams, 1, 10_000),
        section.integer("http2_resets", DEFAULT.resets, 1, 100_000));
  }
}
