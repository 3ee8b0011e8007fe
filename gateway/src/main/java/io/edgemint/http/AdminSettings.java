package io.edgemint.http;

import io.edgemint.config.Section;

/**
 * Where the operator is answered.
 *
 * @param host the address to listen on
 * @param port the TCP port; 0 takes a free one
 */
public record AdminSettings(String host, int port) {
  /** Reads the section {@code admin}. */
  public static AdminSettings read(Section section) {
    return new AdminSettings(
        section.string("host", DEFAULT.host()), section.integer("port", DEFAULT.port(), 0, 65_535));
  }

  /** Loopback alone, port 8081. */
  public static final AdminSettings DEFAULT = new AdminSettings("127.0.0.1", 8081);
}
