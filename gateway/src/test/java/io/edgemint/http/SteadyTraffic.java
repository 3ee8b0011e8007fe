package io.edgemint.http;

import io.edgemint.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Devices that ask for a link again and again, on connections that they keep for as long as the
 * answers let them. None asks twice: a request that is lost is a problem.
 */
final class SteadyTraffic implements AutoCloseable {
  private final AtomicLong served = new AtomicLong();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();
  private final List<Thread> devices = new ArrayList<>();
  private volatile boolean stopped;

  /** Connects a device. */
  @FunctionalInterface
  interface Connecting {
    Asking connect() throws Exception;
  }

  /** A connection of a device. */
  interface Asking extends AutoCloseable {
    RawClient.Answer get(String path, String token) throws Exception;

    @Override
    void close();
  }

  /** Starts one more device, which pauses after every answer. */
  SteadyTraffic with(Connecting connecting, Duration pause, String token) {
    devices.add(Thread.startVirtualThread(() -> ask(connecting, pause, token)));
    return this;
  }

  private void ask(Connecting connecting, Duration pause, String token) {
    while (!stopped) {
      try (Asking connection = connecting.connect()) {
        boolean open = true;
        while (open && !stopped) {
          RawClient.Answer answer = connection.get("/v1/links/fw/a", token);
          if (answer.status() != 200) {
            problems.add(answer.toString());
          }
          served.incrementAndGet();
          open = !"close".equals(answer.headers().get("connection"));
          Thread.sleep(pause);
        }
      } catch (Exception e) {
        problems.add(e.toString());
        return;
      }
    }
  }

  /** How many answers have come. */
  long served() {
    return served.get();
  }

  /** Waits for so many answers more, or for a problem. */
  void awaitMore(int answers) throws InterruptedException {
    long enough = served() + answers;
    Patience.until(() -> served() >= enough || !problems.isEmpty());
  }

  /** Lets every device take its last answer, and tells what went wrong. */
  List<String> end() {
    stopped = true;
    for (Thread device : devices) {
      try {
        device.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return List.copyOf(problems);
  }

  @Override
  public void close() {
    end();
  }
}
