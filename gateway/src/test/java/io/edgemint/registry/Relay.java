package io.edgemint.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a database on loopback, counts its connections and can cut them. */
final class Relay implements AutoCloseable {
  /** What happens to a client that says COMMIT. */
  enum Commit {
    PASSES,
    IS_LOST,
    ANSWER_IS_LOST
  }

  private final ServerSocket door;
  private final AtomicInteger accepted = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile int target;
  private volatile Commit commit = Commit.PASSES;

  /** Leads to a port, or nowhere if it is 0. */
  Relay(int target) throws IOException {
    this.target = target;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** Connections that clients have tried so far. */
  int accepted() {
    return accepted.get();
  }

  /** Leads to another port from now on and cuts what is open. */
  void leadTo(int port) {
    target = port;
    open.forEach(Relay::close);
  }

  /** Decides on the next COMMIT alone. */
  void onCommit(Commit next) {
    commit = next;
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        accepted.incrementAndGet();
        if (target == 0) {
          close(client);
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        Thread.ofVirtual().start(() -> pass(client, server, true));
        Thread.ofVirtual().start(() -> pass(server, client, false));
      } catch (IOException e) {
        // The door is shut, or the server is down: the client sees that.
      }
    }
  }

  private void pass(Socket from, Socket to, boolean fromClient) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        Commit now = commit;
        boolean told =
            fromClient
                && now != Commit.PASSES
                && new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains("\0COMMIT\0");
        if (told) {
          commit = Commit.PASSES;
        }
        if (told && now == Commit.IS_LOST) {
          return;
        }
        out.write(buffer, 0, read);
        out.flush();
        if (told) {
          // The server answers into nothing once it has read this; the client hears the end first.
          from.close();
          Thread.sleep(200);
          return;
        }
      }
    } catch (IOException | InterruptedException e) {
      // Cut.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    open.forEach(Relay::close);
  }
}
