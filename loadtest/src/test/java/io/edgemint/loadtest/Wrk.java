package io.edgemint.loadtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Drives a server with wrk, as fast as it answers, and watches how busy both are.
 *
 * @param core the core that wrk is pinned to
 * @param script the fleet, as a Lua script
 * @param path what the devices ask for
 * @param tokens the devices' tokens, one on each line
 */
record Wrk(int core, Path script, String path, Path tokens) {
  private static final int CONNECTIONS = 32;
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern TROUBLE = Pattern.compile("(Socket errors|Non-2xx).*");

  /**
   * What one block showed.
   *
   * @param rate answers per second
   * @param serverBusy the share of its core that the server used, from 0 to 1
   * @param clientBusy the same of wrk
   */
  record Block(double rate, double serverBusy, double clientBusy) {
    /** Whether the server was the bottleneck, and had its core to itself. */
    boolean counts() {
      return serverBusy >= 0.95 && clientBusy < 0.90;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%9.0f/s %3.0f %% %3.0f %%", rate, 100 * serverBusy, 100 * clientBusy);
    }
  }

  /**
   * Drives for some seconds. How busy both are is looked at without the first and the last half
   * second.
   *
   * @throws IOException if a request failed or wrk did
   */
  Block drive(Child server, int seconds) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core), "wrk"));
    command.addAll(List.of("-t1", "-c" + CONNECTIONS, "-d" + seconds + "s", "-s"));
    command.addAll(List.of(script.toString(), "http://127.0.0.1:" + server.port(), "--"));
    command.addAll(List.of(path, tokens.toString()));
    Process wrk = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      Thread.sleep(500);
      Use before = Use.now(server.process(), wrk.toHandle());
      Thread.sleep((seconds - 1) * 1000L);
      Use after = Use.now(server.process(), wrk.toHandle());
      if (!wrk.waitFor(30, TimeUnit.SECONDS)) {
        throw new IOException("wrk did not end");
      }
      String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      double wall = after.nanos - before.nanos;
      return new Block(
          rate(output),
          after.server.minus(before.server).toNanos() / wall,
          after.client.minus(before.client).toNanos() / wall);
    } finally {
      wrk.destroyForcibly();
    }
  }

  private static double rate(String output) throws IOException {
    Matcher trouble = TROUBLE.matcher(output);
    if (trouble.find()) {
      throw new IOException("requests failed: " + trouble.group());
    }
    Matcher rate = RATE.matcher(output);
    if (!rate.find()) {
      throw new IOException("wrk said: " + output);
    }
    return Double.parseDouble(rate.group(1));
  }

  /** The CPU time that both have used, as {@code /proc/PID/stat} says, in ticks of 10 ms. */
  private record Use(long nanos, Duration server, Duration client) {
    static Use now(ProcessHandle server, ProcessHandle client) throws IOException {
      return new Use(System.nanoTime(), cpu(server), cpu(client));
    }

    private static Duration cpu(ProcessHandle process) throws IOException {
      return process
          .info()
          .totalCpuDuration()
          .orElseThrow(() -> new IOException("process " + process.pid() + " has ended"));
    }
  }
}
