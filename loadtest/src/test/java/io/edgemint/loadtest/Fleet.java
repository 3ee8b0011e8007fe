package io.edgemint.loadtest;

import io.gatling.javaapi.core.CoreDsl;
import io.gatling.javaapi.core.FeederBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Devices with a token each, and the gateway that they ask.
 *
 * @param target the gateway's address
 * @param tokens one for each device
 * @param own what was started for them; ends with {@link #close}
 */
record Fleet(String target, List<String> tokens, AutoCloseable own) implements AutoCloseable {
  /** Starts a gateway that knows so many devices. */
  @FunctionalInterface
  interface Starter {
    Fleet start(int devices) throws Exception;
  }

  /**
   * The fleet of the gateway at {@code -Dtarget} with the tokens in the file {@code -Dtokens}, or
   * else, where that is not given, of one that is started.
   *
   * @throws IllegalStateException if there is no gateway or too few tokens; the message says why
   */
  static Fleet of(int devices, Starter starter) {
    String target = System.getProperty("target");
    String tokens = System.getProperty("tokens");
    try {
      if (target == null) {
        return starter.start(devices);
      }
      if (tokens == null) {
        throw new IllegalStateException("-Dtarget goes with -Dtokens, a file of tokens");
      }
      return new Fleet(target, read(Path.of(tokens), devices), () -> {});
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("no gateway to ask", e);
    }
  }

  /** The first tokens of a file, one on each line. */
  static List<String> read(Path file, int devices) throws IOException {
    List<String> tokens = Files.readAllLines(file);
    if (tokens.size() < devices) {
      throw new IllegalStateException(
          "%s holds %d tokens for %d devices".formatted(file, tokens.size(), devices));
    }
    return tokens.subList(0, devices);
  }

  /** Gives each device its {@code token}, in the order of the file. */
  FeederBuilder<Object> feeder() {
    return feeder(0, tokens.size());
  }

  /** The same for some of them. */
  FeederBuilder<Object> feeder(int from, int to) {
    return CoreDsl.listFeeder(
        tokens.subList(from, to).stream().map(it -> Map.<String, Object>of("token", it)).toList());
  }

  @Override
  public void close() {
    try {
      own.close();
    } catch (Exception e) {
      throw new IllegalStateException("the gateway does not stop", e);
    }
  }
}
