package io.edgemint.http;

import io.edgemint.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A load balancer for TCP, as clouds have them: hands each new connection to a gateway that says it
 * is ready, in turn, and leaves those that stand alone.
 */
final class Balancer implements AutoCloseable {
  private static final long PROBE_MILLIS = 100;

  private final ServerSocket listening;
  private final List<GatewayProcess> members = new CopyOnWriteArrayList<>();
  private volatile List<GatewayProcess> ready = List.of();
  private int turn;

  Balancer() {
    try {
      listening = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
    Thread.startVirtualThread(this::probe);
  }

  int port() {
    return listening.getLocalPort();
  }

  void add(GatewayProcess gateway) {
    members.add(gateway);
  }

  void remove(GatewayProcess gateway) {
    members.remove(gateway);
  }

  /** Waits until so many gateways are ready. */
  void awaitReady(int gateways) throws InterruptedException {
    Patience.until(() -> ready.size() >= gateways);
  }

  private void probe() {
    try {
      while (!listening.isClosed()) {
        ready = members.stream().filter(Balancer::isReady).toList();
        Thread.sleep(PROBE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isReady(GatewayProcess gateway) {
    try {
      return gateway.operator().isReady();
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        List<GatewayProcess> now = ready;
        Socket gateway = RawClient.connect("127.0.0.1", now.get(turn++ % now.size()).edgePort());
        Thread.startVirtualThread(() -> copy(client, gateway));
        Thread.startVirtualThread(() -> copy(gateway, client));
      }
    } catch (IOException e) {
      // Closed, and so is this test.
    }
  }

  /** One direction of a connection; its end is the end of both. */
  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // The other direction was first.
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
