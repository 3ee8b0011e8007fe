package io.edgemint.loadtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own. It ends with {@link #close}, and with this process however that
 * ends, for it holds on to its standard input.
 */
final class Child implements AutoCloseable {
  /** The launcher's flags. */
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC");

  private static final int USUAL_HEAP = 512;
  private static final long START_SECONDS = 180;
  private static final long STOP_SECONDS = 5;
  private static final String LISTENING = "listening on ";

  private final Process process;
  private final int port;

  private Child(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a main class of this classpath that calls {@link #serve}, with 512 MiB of heap.
   *
   * @throws IOException if it does not listen within three minutes; its own output says why
   */
  static Child start(Class<?> main, String... arguments) throws Exception {
    return start(List.of(), USUAL_HEAP, List.of(), main, arguments);
  }

  /** The same, made for one core, to which {@link Cores#moveServers} will move it. */
  static Child single(Class<?> main, String... arguments) throws Exception {
    return single(USUAL_HEAP, main, arguments);
  }

  /**
   * The same with another heap.
   *
   * @param heap its MiB, which do not grow while it is measured
   */
  static Child single(int heap, Class<?> main, String... arguments) throws Exception {
    // Or it would start where this process has been moved to.
    List<String> anywhere = List.of("taskset", "-c", Cores.BOTH);
    return start(anywhere, heap, List.of("-XX:ActiveProcessorCount=1"), main, arguments);
  }

  private static Child start(
      List<String> prefix, int heap, List<String> flags, Class<?> main, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(List.of("-Xms" + heap + "m", "-Xmx" + heap + "m"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      var port = new CompletableFuture<Integer>();
      Thread.ofPlatform().daemon().name(main.getSimpleName()).start(() -> follow(process, port));
      return new Child(process, port.get(START_SECONDS, TimeUnit.SECONDS));
    } catch (Exception e) {
      process.destroyForcibly();
      throw new IOException(main.getSimpleName() + " did not start", e);
    }
  }

  private static void follow(Process process, CompletableFuture<Integer> port) {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(LISTENING)) {
          port.complete(Integer.valueOf(line.substring(LISTENING.length())));
        }
      }
      port.completeExceptionally(new IOException("it ended"));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  /** Tells the parent the port, and waits until the parent lets go. */
  static void serve(int port) throws IOException {
    System.out.println(LISTENING + port);
    while (System.in.read() >= 0) {
      // What the parent may write means nothing.
    }
  }

  int port() {
    return port;
  }

  ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
