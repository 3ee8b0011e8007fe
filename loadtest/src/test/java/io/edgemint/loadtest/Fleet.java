package io.edgemint.loadtest;

import io.gatling.javaapi.core.CoreDsl;
import io.gatling.javaapi.core.FeederBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
  /** How often a gateway is asked before it counts as warm. */
  static final int WARM_UP = 3_000;

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

  /** Has the gateway asked often before, by the first of the devices. */
  Fleet warmedUp() throws IOException {
    warmUp(target, tokens.subList(0, Math.min(300, tokens.size())), WARM_UP);
    return this;
  }

  /**
   * Asks for links one after the other, as a gateway that has been up for a while was asked: one
   * whose code is cold may refuse what comes all at once. What a cold one does is another question.
   *
   * @param devices who ask, in turn
   */
  static void warmUp(String target, List<String> devices, int times) throws IOException {
    URI uri = URI.create(target + SandboxServer.PATH);
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < times; i++) {
        String token = devices.get(i % devices.size());
        HttpRequest request =
            HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build();
        int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        // On a machine that is busy with other things, also one that is warm may be late.
        if (status != 200 && status != 503) {
          throw new IllegalStateException("the gateway answers " + status);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while warming up", e);
    }
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
