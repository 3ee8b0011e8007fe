package io.edgemint.admin;

import io.edgemint.config.Section;
import java.nio.file.Path;

/**
 * Where the operator is answered.
 *
 * @param host the address to listen on
 * @param port the TCP port; 0 takes a free one
 * @param tokenFile the file of the token that guards the administration; made if it is not there
 */
public record AdminSettings(String host, int port, Path tokenFile) {
  /** Reads the section {@code admin}; by default loopback alone, port 8081. */
  public static AdminSettings read(Section section) {
    return new AdminSettings(
        section.string("host", "127.0.0.1"),
        section.integer("port", 8081, 0, 65_535),
        section.file("token_file", "data/admin.token"));
  }
}
