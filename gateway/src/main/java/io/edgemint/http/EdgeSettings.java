package io.edgemint.http;

import io.edgemint.config.Section;

/**
 * Where devices are answered.
 *
 * @param host the address to listen on
 * @param port the TCP port; 0 takes a free one
 * @param eventLoops how many event loops serve; 0 for one per core
 */
public record EdgeSettings(String host, int port, int eventLoops) {
  /** Reads the section {@code edge}. */
  public static EdgeSettings read(Section section) {
    return new EdgeSettings(
        section.string("host", DEFAULT.host()),
        section.integer("port", DEFAULT.port(), 0, 65_535),
        section.integer("event_loops", DEFAULT.eventLoops(), 0, 256));
  }

  /** All addresses, port 8080, one event loop per core. */
  public static final EdgeSettings DEFAULT = new EdgeSettings("0.0.0.0", 8080, 0);
}
