package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Devices that ask as fast as they are answered, over a fixed number of connections with one
 * request under way on each.
 *
 * <p>One thread takes the connections in turn, waits for the answer and sends the next request. It
 * never asks which answers have come, as a client with a selector does, and that is what makes it
 * lighter than the lightest server: two system calls for each request.
 */
final class ClosedLoop {
  private static final int CONNECTIONS = 32;
  private static final long GRACE_SECONDS = 10;
  private static final byte[] GOOD = "HTTP/1.1 200 ".getBytes(ISO_8859_1);

  private final List<ByteBuffer> requests;
  private final int answerLength;
  private final int connections;
  private final ByteBuffer answer;
  private int next;

  /**
   * Prepares the requests.
   *
   * @param tokens the devices' tokens; their requests are sent in turn
   * @param answerLength how many bytes each answer has
   */
  ClosedLoop(String path, List<String> tokens, int answerLength) {
    this(path, tokens, answerLength, CONNECTIONS);
  }

  /** The same over another number of connections. */
  ClosedLoop(String path, List<String> tokens, int answerLength, int connections) {
    this.requests = tokens.stream().map(token -> request(path, token)).toList();
    this.answerLength = answerLength;
    this.connections = connections;
    this.answer = ByteBuffer.allocateDirect(answerLength + 1);
  }

  private static ByteBuffer request(String path, String token) {
    byte[] bytes = KeepAlive.request(path, token);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /**
   * What one block showed.
   *
   * @param rate answers per second
   * @param serverBusy the share of one core that the server used, from 0 to 1
   * @param clientBusy the same of this process
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
   * Drives a server for some seconds.
   *
   * @throws IOException if an answer is no 200 of the expected length, or does not come
   */
  Block drive(Child server, int seconds) throws IOException {
    List<SocketChannel> connections = connect(server.port(), this.connections);
    CompletableFuture<Void> hung =
        CompletableFuture.runAsync(
            () -> connections.forEach(ClosedLoop::close),
            CompletableFuture.delayedExecutor(seconds + GRACE_SECONDS, TimeUnit.SECONDS));
    try {
      for (SocketChannel connection : connections) {
        send(connection);
      }
      Use before = Use.now(server.process());
      long end = before.nanos + TimeUnit.SECONDS.toNanos(seconds);
      long answers = 0;
      while (System.nanoTime() < end) {
        for (SocketChannel connection : connections) {
          receive(connection);
          send(connection);
        }
        answers += connections.size();
      }
      Use after = Use.now(server.process());
      double wall = after.nanos - before.nanos;
      return new Block(
          answers * 1e9 / wall,
          after.server.minus(before.server).toNanos() / wall,
          after.client.minus(before.client).toNanos() / wall);
    } finally {
      hung.cancel(false);
      connections.forEach(ClosedLoop::close);
    }
  }

  private static List<SocketChannel> connect(int port, int count) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    List<SocketChannel> connections = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      SocketChannel connection = SocketChannel.open(address);
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      connections.add(connection);
    }
    return connections;
  }

  private void send(SocketChannel connection) throws IOException {
    ByteBuffer request = requests.get(next).rewind();
    next = (next + 1) % requests.size();
    while (request.hasRemaining()) {
      connection.write(request);
    }
  }

  private void receive(SocketChannel connection) throws IOException {
    answer.clear();
    while (answer.position() < answerLength) {
      if (connection.read(answer) < 0) {
        throw new IOException("the server hung up");
      }
    }
    if (answer.position() > answerLength || !isGood()) {
      throw new IOException("an answer is no 200, or not as long as the one that was recorded");
    }
  }

  private boolean isGood() {
    for (int i = 0; i < GOOD.length; i++) {
      if (answer.get(i) != GOOD[i]) {
        return false;
      }
    }
    return true;
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The CPU time that both have used, as {@code /proc/PID/stat} says, in ticks of 10 ms. */
  private record Use(long nanos, Duration server, Duration client) {
    static Use now(ProcessHandle server) throws IOException {
      return new Use(System.nanoTime(), cpu(server), cpu(ProcessHandle.current()));
    }

    private static Duration cpu(ProcessHandle process) throws IOException {
      return process
          .info()
          .totalCpuDuration()
          .orElseThrow(() -> new IOException("process " + process.pid() + " has ended"));
    }
  }
}
