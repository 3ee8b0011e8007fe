package io.edgemint.http;

import static io.edgemint.http.RawHttp2Client.CONTINUATION;
import static io.edgemint.http.RawHttp2Client.DATA;
import static io.edgemint.http.RawHttp2Client.END_HEADERS;
import static io.edgemint.http.RawHttp2Client.END_STREAM;
import static io.edgemint.http.RawHttp2Client.HEADERS;
import static io.edgemint.http.RawHttp2Client.PING;
import static io.edgemint.http.RawHttp2Client.PRIORITY;
import static io.edgemint.http.RawHttp2Client.RST_STREAM;
import static io.edgemint.http.RawHttp2Client.WINDOW_UPDATE;
import static io.edgemint.http.RawHttp2Client.get;
import static io.edgemint.http.RawHttp2Client.head;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.SelfSigned;
import io.edgemint.http.RawHttp2Client.Frame;
import io.micrometer.core.instrument.Counter;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that use HTTP/2 to cost more than they pay. The one event loop of this edge also serves a
 * good client, who must notice nothing.
 */
@Timeout(120)
class Http2AbuseIT {
  private static final int MANY = 5_000;
  private static final int CHUNK = 16_384;
  private static final int FLOOD = 2_000_000;

  /** Until the resets are too many, and then what the connection still had room for. */
  private static final int MOST =
      RequestLimits.DEFAULT.resets() + 1 + RequestLimits.DEFAULT.streams();

  private static final int INITIAL_WINDOW = 4;
  private static final byte[] CHEAP =
      head(":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/");

  @TempDir private static Path folder;
  private static EdgeWorld world;

  @BeforeAll
  static void serve() {
    SelfSigned.of("localhost").write(folder, "edge");
    var pair = new TlsSettings.KeyPairFiles(folder.resolve("edge.pem"), folder.resolve("edge.key"));
    world = new EdgeWorld(EdgeWorld.org("acme", false));
    world.serve(new TlsSettings(List.of(pair), Duration.ofHours(1)));
  }

  @AfterAll
  static void close() {
    world.close();
  }

  private static RawHttp2Client connect() {
    return new RawHttp2Client(world.port);
  }

  /** Whether the server ended the connection while or after a client did its worst. */
  private static boolean isEnded(RawHttp2Client bad, Consumer<RawHttp2Client> worst) {
    try {
      worst.accept(bad.settings());
      bad.flush();
      while (true) {
        bad.read();
      }
    } catch (UncheckedIOException e) {
      if (RawHttp2Client.isEnd(e)) {
        return true;
      }
      throw e;
    }
  }

  /** Asserts that a client is cut off, and that another one is served all the while. */
  private static void assertEnds(Consumer<RawHttp2Client> worst) {
    try (RawHttp2Client bad = connect();
        RawHttp2Client good = connect().settings().send(WINDOW_UPDATE, 0, 0, 1 << 30);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var ended = CompletableFuture.supplyAsync(() -> isEnded(bad, worst), threads);
      byte[] asked = get("/v1/links/fw/a", world.token("acme", "good"));
      do {
        good.open(END_HEADERS | END_STREAM, asked);
        assertThat(good.flush().read(HEADERS)).matches(Frame::isOk, "is 200");
      } while (!ended.isDone());
      assertThat(ended).isCompletedWithValue(true);
    }
  }

  private static double handled() {
    return world.meters.get("gateway.requests").tag("outcome", "route_unknown").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  void rapidReset_endsTheConnectionAtItsMost() {
    double before = handled();
    assertEnds(
        bad -> {
          for (int i = 0; i < MANY; i++) {
            bad.send(RST_STREAM, 0, bad.open(END_HEADERS | END_STREAM, CHEAP), 8);
          }
        });
    assertThat(handled() - before).isLessThanOrEqualTo(MOST);
  }

  /** Frames on stream {@code id} that make the server reset it ("MadeYouReset"). */
  static Stream<Named<BiConsumer<RawHttp2Client, Integer>>> resets() {
    return Stream.of(
        Named.of("window grows by 0", (bad, id) -> bad.send(WINDOW_UPDATE, 0, id, 0)),
        Named.of(
            "window grows over its most",
            (bad, id) -> bad.send(WINDOW_UPDATE, 0, id, Integer.MAX_VALUE)),
        Named.of("data behind the end", (bad, id) -> bad.send(DATA, 0, id, new byte[1])),
        Named.of("head behind the end", (bad, id) -> bad.send(HEADERS, END_HEADERS, id, CHEAP)),
        Named.of(
            "stream that depends on itself",
            (bad, id) -> bad.send(PRIORITY, 0, id, ByteBuffer.allocate(5).putInt(id).array())));
  }

  @ParameterizedTest
  @MethodSource("resets")
  void madeYouReset_endsTheConnectionAtItsMost(BiConsumer<RawHttp2Client, Integer> reset) {
    double before = handled();
    assertEnds(
        bad -> {
          bad.settings(INITIAL_WINDOW, 0); // So that each stream still has its answer to give.
          for (int i = 0; i < MANY; i++) {
            reset.accept(bad, bad.open(END_HEADERS | END_STREAM, CHEAP));
          }
        });
    assertThat(handled() - before).isLessThanOrEqualTo(MOST);
  }

  @Test
  void heads_withoutATarget_endTheConnection() {
    assertEnds(
        bad -> {
          for (int i = 0; i < MANY; i++) {
            bad.open(END_HEADERS | END_STREAM, head(":method", "GET"));
          }
        });
  }

  /** CONNECT has no path (RFC 9113, section 8.5). */
  @Test
  void connect_isRefusedLikeAnyOtherTarget() {
    try (RawHttp2Client bad = connect().settings()) {
      bad.open(END_HEADERS | END_STREAM, head(":method", "CONNECT", ":authority", "localhost"));
      assertThat(bad.flush().read(HEADERS).isOk()).isFalse();
      assertThat(bad.read(DATA).text()).contains("request_invalid");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 16_384})
  void continuations_withoutEnd_endTheConnection(int length) {
    assertEnds(
        bad -> {
          bad.open(END_STREAM, CHEAP);
          for (int i = 0; i < MANY; i++) {
            bad.send(CONTINUATION, 0, 1, filler(length));
          }
        });
  }

  /** A piece of a head: one literal of a kind that is never kept. */
  private static byte[] filler(int length) {
    if (length < 100) {
      return new byte[length];
    }
    byte[] one = head("x", "y".repeat(length - 6));
    assertThat(one).hasSizeLessThanOrEqualTo(length);
    return one;
  }

  @Test
  void hpackBomb_isNeverUnpackedAndEndsTheConnection() {
    byte[] bomb = bomb();
    assertEnds(
        bad -> {
          for (int i = 0; i < MANY; i++) {
            bad.open(END_HEADERS | END_STREAM, bomb);
          }
        });
  }

  /** A good head, one header of 3 KB for the dynamic table, and 4,000 times that one: 12 MB. */
  private static byte[] bomb() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(CHEAP);
    block.write(0x40);
    RawHttp2Client.literal(block, "x");
    RawHttp2Client.literal(block, "y".repeat(3000));
    for (int i = 0; i < 4000; i++) {
      block.write(0x80 | 62);
    }
    return block.toByteArray();
  }

  @Test
  void settings_withoutReadingTheAnswers_endTheConnection() {
    assertEnds(
        bad -> {
          for (int i = 0; i < FLOOD; i++) {
            bad.settings();
          }
        });
  }

  @Test
  void pings_withoutReadingTheAnswers_endTheConnection() {
    byte[] ping = new byte[8];
    assertEnds(
        bad -> {
          for (int i = 0; i < FLOOD; i++) {
            bad.send(PING, 0, 0, ping);
          }
        });
  }

  @Test
  void answersWithoutRoom_areNoMoreThanTheStreams() {
    double before = handled();
    assertEnds(
        bad -> {
          bad.settings(INITIAL_WINDOW, 0);
          for (int i = 0; i < MANY; i++) {
            bad.open(END_HEADERS | END_STREAM, CHEAP);
          }
        });
    assertThat(handled() - before).isEqualTo(RequestLimits.DEFAULT.streams());
  }

  @Test
  void data_withoutEndOnAGet_isNotKept() {
    long before = memory();
    try (RawHttp2Client bad = connect().settings()) {
      int stream = bad.open(END_HEADERS, CHEAP);
      int[] room = {65_535, 65_535}; // Of the connection and of the stream.
      for (int sent = 0; sent < 32 << 20; sent += CHUNK) {
        while (Math.min(room[0], room[1]) < CHUNK) {
          Frame more = bad.flush().read(WINDOW_UPDATE);
          room[more.stream() == 0 ? 0 : 1] += more.payload().getInt(0);
        }
        bad.send(DATA, 0, stream, new byte[CHUNK]);
        room[0] -= CHUNK;
        room[1] -= CHUNK;
      }
      assertThat(memory() - before).isLessThan(16 << 20);
    }
  }

  /** What is in use on the heap and outside of it. */
  private static long memory() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
  }
}
