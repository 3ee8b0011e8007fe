package io.edgemint.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * nginx as a load balancer of gateways, set up as many operators do: it keeps connections to them,
 * and asks the next one where one cannot be reached. Ends with this process.
 */
final class Nginx implements AutoCloseable {
  private static final List<String> PROGRAM = List.of("nginx", "-c");

  private final int port;
  private final Daemon daemon;

  /**
   * Starts it.
   *
   * @param folder where its settings and its temporary files go
   * @param gateways the ports of the gateways
   */
  Nginx(Path folder, int port, int[] gateways) {
    this.port = port;
    try {
      Files.createDirectories(folder);
      Path settings = folder.resolve("nginx.conf");
      Files.writeString(settings, settings(folder, port, gateways));
      daemon =
          Daemon.start(
              folder.resolve("nginx.log"),
              List.of(PROGRAM.get(0), PROGRAM.get(1), settings.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String settings(Path folder, int port, int[] gateways) {
    String servers =
        Arrays.stream(gateways)
            .mapToObj(gateway -> "server 127.0.0.1:" + gateway + " max_fails=1 fail_timeout=1s;")
            .collect(Collectors.joining(" "));
    return """
    daemon off;
    # One process: workers would outlive a master that is killed.
    master_process off;
    pid %1$s/nginx.pid;
    error_log %1$s/error.log;
    events { worker_connections 1024; }
    http {
      access_log off;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      upstream gateways { %3$s keepalive 16; }
      server {
        listen 127.0.0.1:%2$d;
        location / {
          proxy_pass http://gateways;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_connect_timeout 1s;
        }
      }
    }
    """
        .formatted(folder, port, servers);
  }

  /** Whether it accepts connections. */
  boolean isUp() {
    if (!daemon.isAlive()) {
      throw daemon.failure("ended");
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
