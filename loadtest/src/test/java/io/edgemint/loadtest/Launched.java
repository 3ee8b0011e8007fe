package io.edgemint.loadtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A gateway that was started by its launcher, as users start it, with the launcher's own flags. */
final class Launched implements AutoCloseable {
  /** It ends by itself, should this process be killed. */
  private static final String LONGEST_SECONDS = "1800";

  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 10;
  private static final String DEVICES = "Devices: ";
  private static final String OPERATOR = "Operator: ";

  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final CompletableFuture<Integer> adminPort = new CompletableFuture<>();

  private Launched(Process process) {
    this.process = process;
  }

  /**
   * Starts it, and returns when its ports are open.
   *
   * @throws IOException if they are not within two minutes; its own output says why
   */
  static Launched start(Path launcher, Path settings) throws Exception {
    var builder =
        new ProcessBuilder(
                List.of(
                    "timeout",
                    "--foreground",
                    LONGEST_SECONDS,
                    launcher.toString(),
                    "serve",
                    settings.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("EDGEMINT_JAVA", System.getProperty("java.home"));
    var launched = new Launched(builder.start());
    try {
      Thread.ofPlatform().daemon().name("launched").start(launched::follow);
      launched.port.get(START_SECONDS, TimeUnit.SECONDS);
      return launched;
    } catch (Exception e) {
      launched.close();
      throw new IOException(launcher + " did not start", e);
    }
  }

  private void follow() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(OPERATOR)) {
          adminPort.complete(portIn(line));
        } else if (line.startsWith(DEVICES)) {
          port.complete(portIn(line));
        }
      }
      port.completeExceptionally(new IOException("it ended"));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  private static int portIn(String line) {
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  int port() {
    return port.join();
  }

  int adminPort() {
    return adminPort.join();
  }

  /** The gateway itself, which the launcher has become. */
  ProcessHandle process() {
    return process.toHandle().children().findFirst().orElseThrow();
  }

  /** Sends the signal that supervisors send. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.toHandle().children().toList();
    children.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        children.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
