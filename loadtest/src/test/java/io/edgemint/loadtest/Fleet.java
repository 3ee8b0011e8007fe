package io.edgemint.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Devices with a token each, and the gateway that they ask.
 *
 * @param target the gateway's address
 * @param tokens one for each device
 * @param own the gateway, if it was started for them, else null; ends with {@link #close}
 */
record Fleet(String target, List<String> tokens, @Nullable Child own) implements AutoCloseable {
  /**
   * A fleet of a gateway that runs somewhere, or else of the sandbox, which is started.
   *
   * @param target the gateway's address, or null
   * @param tokens a file with a token on each line; null without a target
   * @throws IllegalStateException if there is no gateway or too few tokens; the message says why
   */
  static Fleet of(@Nullable String target, @Nullable String tokens, int devices) {
    try {
      if (target != null) {
        if (tokens == null) {
          throw new IllegalStateException("-Dtarget goes with -Dtokens, a file of tokens");
        }
        return new Fleet(target, read(Path.of(tokens), devices), null);
      }
      Path folder = Files.createDirectories(Path.of("target").toAbsolutePath());
      Path file = Files.createTempFile(folder, "tokens", "");
      Child gateway = Child.start(SandboxServer.class, Integer.toString(devices), file.toString());
      String address = "http://127.0.0.1:" + gateway.port();
      return new Fleet(address, read(file, devices), gateway);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("no gateway to ask", e);
    }
  }

  private static List<String> read(Path file, int devices) throws IOException {
    List<String> tokens = Files.readAllLines(file);
    if (tokens.size() < devices) {
      throw new IllegalStateException(
          "%s holds %d tokens for %d devices".formatted(file, tokens.size(), devices));
    }
    return tokens.subList(0, devices);
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
