package io.edgemint.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * S3Proxy in a process of its own, which keeps objects in memory and ends with this one.
 *
 * <p>It verifies SigV4 signatures and keeps versions. Of the keys that a gateway accepts it cannot
 * hold two kinds: one that is also a folder of another ({@code fw} beside {@code fw/1.bin}), and
 * those that begin with {@code .mpus-}, {@code .s3proxy-slash}, {@code .s3proxy-mpu-stub-} or
 * {@code .s3proxy-versions}, which it reserves.
 */
final class S3ProxyProcess implements AutoCloseable {
  private static final Pattern LISTENING =
      Pattern.compile("Started .*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)}");
  private static final long START_SECONDS = 60;
  private static final long STOP_SECONDS = 10;

  private final Process process;
  private final int port;

  private S3ProxyProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it on a free port of loopback and waits until it answers. Its output goes to a file in
   * {@code target/s3proxy}.
   *
   * @param virtualHost the domain below which a host name is a bucket's, or null if the bucket
   *     always stands in the path
   * @param accounts at least one
   * @throws IllegalStateException if it does not start within a minute
   */
  static S3ProxyProcess start(@Nullable String virtualHost, List<Account> accounts) {
    try {
      Path folder = Files.createDirectories(Target.folder().resolve("s3proxy"));
      Path log = Files.createTempFile(folder, "s3proxy-", ".log");
      List<Path> settings = new ArrayList<>();
      for (Account account : accounts) {
        settings.add(write(folder, settings(virtualHost, account)));
      }
      Process process = new ProcessBuilder(command(settings)).redirectErrorStream(true).start();
      try {
        return new S3ProxyProcess(process, await(listening(process, log), log));
      } catch (IllegalStateException e) {
        process.destroyForcibly();
        throw e;
      } finally {
        for (Path file : settings) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(List<Path> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    String separator = System.getProperty("path.separator");
    command.addAll(List.of("-cp", Target.classes() + separator + Target.built("s3proxy.jar")));
    command.addAll(List.of(Lifeline.class.getName(), "org.gaul.s3proxy.Main"));
    settings.forEach(file -> command.addAll(List.of("--properties", file.toString())));
    return command;
  }

  private static Properties settings(@Nullable String virtualHost, Account account) {
    var settings = new Properties();
    settings.setProperty("s3proxy.endpoint", "http://127.0.0.1:0");
    settings.setProperty("s3proxy.authorization", "aws-v4");
    settings.setProperty("s3proxy.identity", account.accessKeyId());
    settings.setProperty("s3proxy.credential", account.secretAccessKey());
    settings.setProperty("s3proxy.bucket-locator.1", account.buckets());
    // Else it answers "not implemented" to a session token.
    settings.setProperty("s3proxy.ignore-unknown-headers", "true");
    settings.setProperty("jclouds.provider", "transient");
    if (virtualHost != null) {
      settings.setProperty("s3proxy.virtual-host", virtualHost);
    }
    return settings;
  }

  private static Path write(Path folder, Properties settings) throws IOException {
    Path file = Files.createTempFile(folder, "s3proxy-", ".properties");
    try (var out = Files.newBufferedWriter(file)) {
      settings.store(out, null);
    }
    return file;
  }

  /** The port, once the output names it; the output is kept in the log to its end. */
  private static CompletableFuture<Integer> listening(Process process, Path log) {
    var port = new CompletableFuture<Integer>();
    Thread.ofPlatform().daemon().name("s3proxy-log").start(() -> keep(process, log, port));
    return port;
  }

  private static void keep(Process process, Path log, CompletableFuture<Integer> port) {
    try (BufferedReader output = process.inputReader();
        var out = new PrintWriter(Files.newBufferedWriter(log), true)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        out.println(line);
        Matcher matcher = LISTENING.matcher(line);
        if (matcher.find()) {
          port.complete(Integer.valueOf(matcher.group(1)));
        }
      }
      port.completeExceptionally(new IOException("it ended"));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  private static int await(CompletableFuture<Integer> port, Path log) {
    try {
      return port.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("S3Proxy did not start; see " + log, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while S3Proxy started", e);
    }
  }

  /** The port on 127.0.0.1 where it listens. */
  int port() {
    return port;
  }

  /** The process itself. */
  ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public void close() {
    // There is nothing to drain: its objects end with it.
    process.destroyForcibly();
    try {
      process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
