package io.edgemint.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.io.StringWriter;
import java.io.Writer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AccessLogTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private static void add(AccessLog.Ring ring, String subject, String uri) {
    ring.add("/v1/links/{key}", 200, "ok", "acme", subject, uri);
  }

  @Test
  void records_areWrittenInOrderWithoutNames() {
    StringWriter out = new StringWriter();
    AccessLog log = new AccessLog(Optional.of(out), () -> NOW, meters);
    AccessLog.Ring ring = log.ring();
    add(ring, "dev-1", "/v1/links/fw/a?version=v1");
    add(ring, "dev-1", "/v1/links/fw/a");
    add(ring, "dev-2", "/v1/links/fw/b");
    log.close();
    List<JsonObject> lines = out.toString().lines().map(JsonObject::new).toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0).getString("time")).isEqualTo("2026-11-20T12:00:00Z");
    assertThat(lines.get(0).getString("org")).isEqualTo("acme");
    assertThat(lines.get(0).getInteger("status")).isEqualTo(200);
    assertThat(lines.get(0).getString("device"))
        .hasSize(16)
        .isEqualTo(lines.get(1).getString("device"))
        .isNotEqualTo(lines.get(2).getString("device"));
    assertThat(lines.get(0).getString("path")).isEqualTo(lines.get(1).getString("path"));
    assertThat(out.toString()).doesNotContain("dev-1", "fw/a", "version");
  }

  @Test
  void ringFull_recordsAreDroppedAndCounted() throws InterruptedException {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    AccessLog log = new AccessLog(Optional.of(new Stuck(writing, released)), () -> NOW, meters);
    AccessLog.Ring ring = log.ring();
    add(ring, "dev", "/first");
    writing.await();
    for (int i = 0; i < 10_000; i++) {
      add(ring, "dev", "/more");
    }
    double dropped = meters.get("gateway.access.log.dropped").counter().count();
    assertThat(dropped).isEqualTo(10_000 - 8192);
    released.countDown();
    log.close();
  }

  @Test
  void off_ring_keepsNothing() {
    AccessLog log = new AccessLog(Optional.empty(), () -> NOW, meters);
    assertThat(log.ring()).isSameAs(log.ring());
    log.close();
  }

  /** Holds the writing thread at its first record. */
  private static final class Stuck extends Writer {
    private final CountDownLatch writing;
    private final CountDownLatch released;

    private Stuck(CountDownLatch writing, CountDownLatch released) {
      this.writing = writing;
      this.released = released;
    }

    @Override
    public void write(char[] text, int offset, int length) {
      writing.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
