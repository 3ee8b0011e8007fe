package io.edgemint.http;

import io.edgemint.canary.Canaries;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A gateway in a process of its own, started as an operator starts it; it ends with this one. */
public final class GatewayProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 60;

  private final Process process;
  private final List<String> said = new ArrayList<>();
  private final Thread hook;
  private int edgePort;
  private int adminPort;

  private GatewayProcess(Process process) {
    this.process = process;
    hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Starts it, with options for its JVM, and waits until it says that it is ready. */
  static GatewayProcess start(Site site, String... options) {
    return start(site.settings(), Map.of("EDGEMINT_JAVA_OPTS", String.join(" ", options)));
  }

  /** Starts it with variables in its environment, and waits until it says that it is ready. */
  public static GatewayProcess start(Path settings, Map<String, String> environment) {
    var builder = new ProcessBuilder("target/edgemint", "serve", settings.toString());
    builder.environment().put("EDGEMINT_JAVA", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    try {
      GatewayProcess gateway = new GatewayProcess(builder.redirectErrorStream(true).start());
      gateway.awaitReady(gateway.process.inputReader());
      return gateway;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady(BufferedReader output) throws IOException {
    String line = "";
    while (!line.equals("Ready.")) {
      line = output.readLine();
      if (line == null) {
        close();
        throw new IllegalStateException("the gateway ended: " + said);
      }
      said.add(line);
      Canaries.heard("a gateway's process", line);
    }
    edgePort = port("Devices: ");
    adminPort = port("Operator: ");
    // Read to its end, for a full pipe would hold the gateway up.
    Thread.startVirtualThread(
        () -> output.lines().forEach(rest -> Canaries.heard("a gateway's process", rest)));
  }

  private int port(String name) {
    return said.stream()
        .filter(line -> line.startsWith(name))
        .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** The lines of its introduction. */
  List<String> said() {
    return said;
  }

  public int edgePort() {
    return edgePort;
  }

  public Operator operator() {
    return new Operator(adminPort);
  }

  /** Sends SIGTERM; unlike Process itself, it leaves the streams open. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** The exit code, once it has ended. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the gateway does not end");
    }
    return process.exitValue();
  }

  /** Bytes of memory that are its own and in use now. */
  long residentBytes() {
    try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      String size = lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
      return 1024 * Long.parseLong(size.replaceAll("\\D", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
