package io.edgemint.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Devices with a token each, and the gateway that they ask.
 *
 * @param target the gateway's address
 * @param tokens one for each device
 * @param own the gateway, if it was started for them; ends with {@link #close}
 */
record Fleet(String target, List<String> tokens, Optional<Child> own) implements AutoCloseable {
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
        return new Fleet(target, read(Path.of(tokens), devices), Optional.empty());
      }
      Path written = Files.createTempFile(Files.createDirectories(Path.of("target")), "tokens", "");
      Path file = written.toAbsolutePath();
      Child gateway = Child.start(SandboxServer.class, Integer.toString(devices), file.toString());
      String address = "http://127.0.0.1:" + gateway.port();
      return new Fleet(address, read(written, devices), Optional.of(gateway));
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
    own.ifPresent(Child::close);
  }
}
