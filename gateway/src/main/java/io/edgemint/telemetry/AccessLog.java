package io.edgemint.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One line of JSON per request, written by a thread of its own.
 *
 * <p>Each event loop puts its records on a bounded ring; where the writer cannot keep up, records
 * are dropped and counted, and no request waits. A line holds no token, no signature and no name of
 * a device or key: those appear as the first 16 digits of their SHA-256.
 */
public final class AccessLog implements AutoCloseable {
  private static final int RING_SIZE = 8192;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());
  private static final Ring NOWHERE = (route, status, code, org, subject, uri) -> {};

  private final InstantSource clock;
  private final Counter dropped;
  private final Optional<Writer> out;
  private final List<BoundedRing> rings = new CopyOnWriteArrayList<>();
  private final Optional<Thread> writer;
  private volatile boolean closing;

  /**
   * Writes to a destination, or nowhere if the log is off.
   *
   * @param out closed together with the log
   */
  public AccessLog(Optional<Writer> out, InstantSource clock, MeterRegistry meters) {
    this.clock = clock;
    this.out = out;
    this.dropped =
        Counter.builder("gateway.access.log.dropped")
            .description("Access records that found the ring full")
            .register(meters);
    this.writer =
        out.map(to -> Thread.ofPlatform().name("access-log").daemon().unstarted(() -> write(to)));
    writer.ifPresent(Thread::start);
  }

  /** Takes access records; belongs to one event loop. */
  @FunctionalInterface
  public interface Ring {
    /**
     * Leaves a record, or counts it as dropped.
     *
     * @param route the route's template
     * @param status the HTTP status
     * @param code {@code ok} or the code of the refusal
     * @param org the verified caller's organisation, or {@code -}
     * @param subject the verified caller's subject, or {@code -}
     * @param uri the request's path and query
     */
    void add(String route, int status, String code, String org, String subject, String uri);
  }

  /** A ring for one event loop. */
  public Ring ring() {
    if (out.isEmpty()) {
      return NOWHERE;
    }
    BoundedRing ring = new BoundedRing();
    rings.add(ring);
    return ring;
  }

  @Override
  public void close() {
    closing = true;
    writer.ifPresent(
        thread -> {
          LockSupport.unpark(thread);
          try {
            thread.join();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void write(Writer to) {
    try (to) {
      boolean last;
      do {
        last = closing;
        boolean wrote = false;
        for (BoundedRing ring : rings) {
          for (Entry entry = ring.poll(); entry != null; entry = ring.poll()) {
            to.write(entry.line());
            wrote = true;
          }
        }
        to.flush();
        if (!wrote && !last) {
          LockSupport.parkNanos(IDLE_NANOS);
        }
      } while (!last);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "access log stopped: {0}", e.getMessage());
    }
  }

  private record Entry(
      long millis, String route, int status, String code, String org, String subject, String uri) {

    String line() {
      int mark = uri.indexOf('?');
      return "{\"time\":\""
          + Instant.ofEpochMilli(millis)
          + "\",\"route\":\""
          + route
          + "\",\"status\":"
          + status
          + ",\"outcome\":\""
          + code
          + "\",\"org\":\""
          + org
          + "\",\"device\":\""
          + hash(subject)
          + "\",\"path\":\""
          + hash(mark < 0 ? uri : uri.substring(0, mark))
          + "\"}\n";
    }

    private static String hash(String text) {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, 8);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }

  /**
   * A queue for one producer and one consumer: a slot is free when it is null, so the two share no
   * counter. (Giacomoni and others, "FastForward for efficient pipeline parallelism", 2008.)
   */
  private final class BoundedRing implements Ring {
    private final AtomicReferenceArray<@Nullable Entry> slots =
        new AtomicReferenceArray<>(RING_SIZE);
    private int head;
    private int tail;

    @Override
    public void add(String route, int status, String code, String org, String subject, String uri) {
      if (slots.get(tail) != null) {
        dropped.increment();
        return;
      }
      slots.setRelease(tail, new Entry(clock.millis(), route, status, code, org, subject, uri));
      tail = (tail + 1) % RING_SIZE;
    }

    @Nullable Entry poll() {
      Entry entry = slots.getAcquire(head);
      if (entry != null) {
        slots.setRelease(head, null);
        head = (head + 1) % RING_SIZE;
      }
      return entry;
    }
  }
}
