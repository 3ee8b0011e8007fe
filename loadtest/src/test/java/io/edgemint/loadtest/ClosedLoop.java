package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.edgemint.loadtest.Cores.Idle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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
 * lighter than the lightest server: two system calls for each request. It takes them in two halves,
 * the last of each first: the others have been answered by then, so it sleeps once for a half of
 * them. Each time that it sleeps costs the server a wake-up, which on a virtual machine may take
 * longer than the answer, and would be charged to whichever server is slower.
 */
final class ClosedLoop {
  /** As many as keep one core busy: it works for one half while the other is served. */
  static final int CONNECTIONS = 64;

  private static final long GRACE_SECONDS = 10;
  private static final byte[] GOOD = "HTTP/1.1 200 ".getBytes(ISO_8859_1);
  private static final byte[] LENGTH = "content-length: ".getBytes(ISO_8859_1);

  private final ByteBuffer answer = ByteBuffer.allocateDirect(64 * 1024);
  private final int head;

  /**
   * Takes an answer as the servers write it: the head of all others is as long, and ends with the
   * length of the body, which may differ.
   */
  ClosedLoop(byte[] recorded) {
    this.head = Answer.endOfHead(recorded, recorded.length);
  }

  /** The same by the answer to the next request, which is sent for it. */
  static ClosedLoop of(Child server, Requests requests) throws IOException {
    try (var connection = new KeepAlive(server.port(), requests.next())) {
      return new ClosedLoop(connection.record());
    }
  }

  /**
   * What one block showed.
   *
   * @param rate answers per second
   * @param serverBusy the share of its time for which the server's core was busy, from 0 to 1
   * @param clientBusy the same of the client's core
   */
  record Block(double rate, double serverBusy, double clientBusy) {
    /** Whether the server was the bottleneck. */
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
   * Drives a server for some seconds, or until there are no more requests.
   *
   * @throws IOException if an answer is no 200 of the length that it says, or does not come
   */
  Block drive(Child server, Requests requests, int seconds) throws IOException {
    return drive(server, requests, seconds, CONNECTIONS);
  }

  /** The same over another number of connections. */
  Block drive(Child server, Requests requests, int seconds, int count) throws IOException {
    List<SocketChannel> connections = connect(server.port(), count);
    CompletableFuture<Void> hung =
        CompletableFuture.runAsync(
            () -> connections.forEach(ClosedLoop::close),
            CompletableFuture.delayedExecutor(seconds + GRACE_SECONDS, TimeUnit.SECONDS));
    try {
      for (SocketChannel connection : connections) {
        send(connection, requests);
      }
      Idle before = Cores.idle();
      long begun = System.nanoTime();
      long end = begun + TimeUnit.SECONDS.toNanos(seconds);
      long answers = 0;
      while (System.nanoTime() < end && requests.hasNext(connections.size())) {
        turn(connections.subList(0, count / 2), requests);
        turn(connections.subList(count / 2, count), requests);
        answers += count;
      }
      double wall = (System.nanoTime() - begun) / 1e9;
      Idle after = Cores.idle();
      return new Block(
          answers / wall, after.serverBusy(before, wall), after.clientBusy(before, wall));
    } finally {
      hung.cancel(false);
      connections.forEach(ClosedLoop::close);
    }
  }

  /**
   * Sends every request once, one after the other, so that a server knows what it can remember.
   *
   * @throws IOException as {@link #drive} does
   */
  void introduce(Child server, Requests requests) throws IOException {
    SocketChannel connection = connect(server.port(), 1).getFirst();
    try (connection) {
      for (int i = 0; i < requests.count(); i++) {
        send(connection, requests);
        receive(connection);
      }
    }
  }

  /** Takes the answers of some connections, and asks again on each. */
  private void turn(List<SocketChannel> connections, Requests requests) throws IOException {
    if (connections.isEmpty()) {
      return;
    }
    SocketChannel last = connections.getLast();
    receive(last);
    for (SocketChannel connection : connections.subList(0, connections.size() - 1)) {
      receive(connection);
      send(connection, requests);
    }
    send(last, requests);
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

  private static void send(SocketChannel connection, Requests requests) throws IOException {
    ByteBuffer request = requests.next();
    while (request.hasRemaining()) {
      connection.write(request);
    }
  }

  private void receive(SocketChannel connection) throws IOException {
    answer.clear();
    int whole = head;
    while (answer.position() < whole) {
      if (connection.read(answer) < 0) {
        throw new IOException("the server hung up");
      }
      if (whole == head && answer.position() >= head) {
        whole = head + bodyLength();
      }
    }
    if (answer.position() > whole) {
      throw unexpected();
    }
  }

  /** The number at the end of the head, whose first line is that of a 200. */
  private int bodyLength() throws IOException {
    for (int i = 0; i < GOOD.length; i++) {
      if (answer.get(i) != GOOD[i]) {
        throw unexpected();
      }
    }
    int at = head - "\r\n\r\n".length() - 1;
    int length = 0;
    for (int unit = 1; answer.get(at) != ' '; at--, unit *= 10) {
      length += unit * (answer.get(at) - '0');
    }
    for (int i = 1; i <= LENGTH.length; i++) {
      if (answer.get(at + 1 - i) != LENGTH[LENGTH.length - i]) {
        throw unexpected();
      }
    }
    return length;
  }

  private IOException unexpected() {
    byte[] seen = new byte[answer.position()];
    answer.get(0, seen);
    int end = Math.max(0, Answer.endOfHead(seen, seen.length));
    return new IOException(
        "unlike the answer that was recorded: " + new String(seen, 0, end, ISO_8859_1));
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
