package io.edgemint.loadtest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * nginx with one worker on one core, which answers every request over TLS 1.3 with the bytes of one
 * recorded answer, and logs nothing. Tickets and the session cache are as it has them by itself.
 */
final class TlsNginx implements AutoCloseable {
  /** It ends by itself, should this process be killed. */
  private static final String LONGEST_SECONDS = "1800";

  private final Process process;
  private final int port;

  private TlsNginx(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it.
   *
   * @param folder holds {@code edge.pem} and {@code edge.key}, and takes its own files
   * @throws IOException if it does not listen within ten seconds
   */
  static TlsNginx start(Path folder, Answer answer) throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path settings = folder.resolve("nginx.conf");
    Files.writeString(settings, settings(folder, port, answer));
    Process process =
        new ProcessBuilder(
                List.of(
                    "timeout",
                    "--foreground",
                    LONGEST_SECONDS,
                    "taskset",
                    "-c",
                    Integer.toString(Cores.SERVER),
                    "nginx",
                    "-c",
                    settings.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("nginx.log").toFile())
            .start();
    var nginx = new TlsNginx(process, port);
    long begun = System.nanoTime();
    while (!nginx.listens()) {
      if (!process.isAlive() || System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(10)) {
        nginx.close();
        throw new IOException(
            "nginx does not listen:\n" + Files.readString(folder.resolve("nginx.log")));
      }
      Thread.sleep(50);
    }
    return nginx;
  }

  private static String settings(Path folder, int port, Answer answer) {
    String headers =
        answer.headers().entries().stream()
            .filter(header -> !header.getKey().equalsIgnoreCase("content-length"))
            .filter(header -> !header.getKey().equalsIgnoreCase("content-type"))
            .map(header -> "add_header %s '%s';".formatted(header.getKey(), header.getValue()))
            .collect(Collectors.joining(" "));
    return """
    daemon off;
    master_process off;
    pid %1$s/nginx.pid;
    error_log %1$s/nginx.log crit;
    events { worker_connections 4096; }
    http {
      access_log off;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      server {
        listen 127.0.0.1:%2$d ssl backlog=4096;
        server_name localhost;
        ssl_certificate %1$s/edge.pem;
        ssl_certificate_key %1$s/edge.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {
          default_type %5$s;
          %3$s
          return 200 '%4$s';
        }
      }
    }
    """
        .formatted(folder, port, headers, answer.body(), answer.headers().get("content-type"));
  }

  private boolean listens() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** nginx itself, which the shell tools before it have become or started. */
  ProcessHandle process() {
    return process.toHandle().children().findFirst().orElse(process.toHandle());
  }

  @Override
  public void close() {
    process().destroy();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process().destroyForcibly();
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
