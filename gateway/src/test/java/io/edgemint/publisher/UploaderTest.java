package io.edgemint.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import io.edgemint.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class UploaderTest {
  private static final Order ORDER = Order.of("fw/2.0.bin");
  private static final int SEVERAL = FakeWorld.PART * 8 + 7;

  @TempDir private Path folder;
  private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
  private final Told told = new Told();
  private final ManualClock clock = new ManualClock(1_000_000);
  private final AtomicReference<String> token = new AtomicReference<>("good");
  private FakeWorld world;
  private Uploader uploader;
  private Runnable whenWaiting = () -> {};
  private Duration patience = Duration.ofSeconds(60);

  @BeforeEach
  void open() throws IOException {
    world = new FakeWorld();
    uploader = uploader(4, Duration.ofSeconds(30));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void await(Duration wait) {
    waits.add(wait);
    whenWaiting.run();
  }

  private Uploader uploader(int parallel, Duration stall) {
    Backoff backoff = new Backoff(new SplittableRandom(1), this::await);
    URI gateway = GatewayClient.checked(world.address(), false);
    return new Uploader(
        new GatewayClient(gateway, token::get, backoff, clock, Wire.client(), patience),
        new Journal(folder.resolve("state")),
        parallel,
        new Storage(Wire.client(), stall),
        backoff,
        clock);
  }

  private Path file(int size) throws IOException {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    return Files.write(folder.resolve("firmware.bin"), bytes);
  }

  private Published upload(Path file) throws IOException, InterruptedException {
    return uploader.upload(ORDER, FileSource.of(file, "text/plain"), false, told);
  }

  private String failure(Path file) {
    AtomicReference<String> message = new AtomicReference<>("");
    assertThatThrownBy(() -> upload(file))
        .isInstanceOf(PublishingFailed.class)
        .satisfies(e -> message.set(String.valueOf(e.getMessage())));
    assertThat(message.get()).doesNotContain("secret", "Bearer", "good");
    return message.get();
  }

  private void assertNothingLeft() throws IOException {
    assertThat(world.uploads).isEmpty();
    Path state = folder.resolve("state");
    if (Files.exists(state)) {
      try (var files = Files.list(state)) {
        assertThat(files).isEmpty();
      }
    }
  }

  /** A fault of one request, the first so many times. */
  private static FakeWorld.Fault first(int times, String what, FakeWorld.Fault fault) {
    AtomicInteger left = new AtomicInteger(times);
    return (exchange, asked) ->
        asked.equals(what) && left.getAndDecrement() > 0 && fault.strikes(exchange, asked);
  }

  private static boolean cut(HttpExchange exchange, String what) throws IOException {
    throw new IOException("cut, as a network does");
  }

  private static boolean slowDown(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Retry-After", "7");
    FakeWorld.xml(exchange, 503, "SlowDown");
    return true;
  }

  private static boolean xml(HttpExchange exchange, int status, String code) throws IOException {
    FakeWorld.xml(exchange, status, code);
    return true;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        5,
        FakeWorld.WHOLE - 1,
        FakeWorld.WHOLE,
        FakeWorld.WHOLE + 1,
        FakeWorld.PART * 3,
        FakeWorld.PART * 3 + 1,
        SEVERAL
      })
  void upload_anySize_arrivesAndIsConfirmed(int size) throws Exception {
    Path file = file(size);

    Published published = upload(file);

    byte[] bytes = Files.readAllBytes(file);
    assertThat(world.only()).isEqualTo(bytes);
    assertThat(published)
        .isEqualTo(new Published("fw/2.0.bin", size, FakeWorld.sha256(bytes), false));
    assertThat(told.done).as("progress ends at the end").hasValue(size).hasValue(told.total);
    assertNothingLeft();
  }

  @Test
  void upload_storageSaysSlowDown_waitsAsLongAsItAsks() throws Exception {
    world.storageFault = first(2, "PUT 3", (exchange, what) -> slowDown(exchange));

    upload(file(SEVERAL));

    assertThat(world.count("PUT 3")).isEqualTo(3);
    assertThat(waits).hasSize(2).allMatch(wait -> wait.toSeconds() >= 7);
    assertThat(told.done).hasValue(SEVERAL);
  }

  @Test
  void upload_storageNeverRecovers_saysSoAndKeepsWhatArrived() throws Exception {
    uploader = uploader(1, Duration.ofSeconds(30));
    world.storageFault = first(1000, "PUT 3", (exchange, what) -> slowDown(exchange));

    assertThat(failure(file(SEVERAL))).contains("part 3", "503 SlowDown", "12 times in a row");
    world.storageFault = (exchange, what) -> false;
    world.asked.clear();

    upload(folder.resolve("firmware.bin"));

    assertThat(world.puts()).first().isEqualTo("PUT 3");
    assertThat(told.notes).anyMatch(note -> note.contains("resuming: 7 of 9 parts"));
  }

  /** Gone for so long, until the waits have come that far; nobody runs the command again. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /v1/uploads",
        "POST /v1/uploads/id-1/parts",
        "PUT 3",
        "POST /v1/uploads/id-1/complete"
      })
  void upload_killedAndRestartedMeanwhile_goesOnByItself(String at) throws Exception {
    FakeWorld.Fault kill =
        first(
            1,
            at,
            (exchange, what) -> {
              world.kill();
              return true;
            });
    world.gatewayFault = kill;
    world.storageFault = kill;
    AtomicInteger down = new AtomicInteger();
    whenWaiting =
        () -> {
          // The others wait for the restart, or they would have tried too often by then.
          synchronized (down) {
            if (down.incrementAndGet() == 8) {
              try {
                world.restart();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          }
        };

    upload(file(SEVERAL));

    assertThat(down).hasValueGreaterThanOrEqualTo(8);
    assertThat(world.only()).isEqualTo(Files.readAllBytes(folder.resolve("firmware.bin")));
    assertThat(told.done).hasValue(SEVERAL);
    assertNothingLeft();
  }

  @Test
  void upload_connectionsCut_sendsThosePartsAgain() throws Exception {
    world.storageFault = first(3, "PUT 2", UploaderTest::cut);
    world.gatewayFault = first(2, "POST /v1/uploads", UploaderTest::cut);

    upload(file(SEVERAL));

    assertThat(world.count("PUT 2")).isEqualTo(4);
    assertThat(world.count("POST /v1/uploads")).isEqualTo(3);
    assertThat(told.done).hasValue(SEVERAL);
  }

  @Test
  void upload_linkEndedThreeTimes_asksForFreshOnes() throws Exception {
    world.storageFault = first(3, "PUT 2", (exchange, what) -> xml(exchange, 403, "AccessDenied"));

    upload(file(SEVERAL));

    assertThat(world.count("PUT 2")).isEqualTo(4);
    assertThat(world.count("POST /v1/uploads/id-1/parts")).as("links").isEqualTo(9 + 3);
  }

  @Test
  void upload_linkEndedAFourthTime_givesUp() throws Exception {
    world.storageFault = first(4, "PUT 2", (exchange, what) -> xml(exchange, 403, "AccessDenied"));

    assertThat(failure(file(SEVERAL))).contains("part 2", "403 AccessDenied", "fresh");
  }

  @Test
  void upload_onePieceWhoseLinkEnded_getsAnother() throws Exception {
    world.storageFault = first(1, "PUT 1", (exchange, what) -> xml(exchange, 400, "ExpiredToken"));

    upload(file(5));

    assertThat(world.count("GET /v1/uploads/id-1/parts")).isEqualTo(1);
    assertThat(world.only()).hasSize(5);
  }

  @Test
  void upload_linkNearItsEnd_isNotUsed() throws Exception {
    world.storageFault =
        first(
            1,
            "PUT 1",
            (exchange, what) -> {
              clock.pass(Duration.ofSeconds(890));
              return slowDown(exchange);
            });

    upload(file(5));

    assertThat(world.count("GET /v1/uploads/id-1/parts")).as("before the end").isEqualTo(1);
  }

  @Test
  void upload_partDamagedOnTheWay_isReadAndSentAgain() throws Exception {
    world.storageFault = first(2, "PUT 2", (exchange, what) -> xml(exchange, 400, "BadDigest"));

    upload(file(SEVERAL));

    assertThat(told.notes).anyMatch(note -> note.contains("part 2") && note.contains("BadDigest"));
    assertThat(world.only()).hasSize(SEVERAL);
  }

  @Test
  void upload_partDamagedThreeTimes_givesUp() throws Exception {
    world.storageFault = first(3, "PUT 2", (exchange, what) -> xml(exchange, 400, "BadDigest"));

    assertThat(failure(file(SEVERAL))).contains("part 2", "BadDigest", "3 times");
  }

  @Test
  void upload_answerOfOnePieceLost_isFoundThere() throws Exception {
    world.storageFault =
        first(
            1,
            "PUT 1",
            (exchange, what) -> {
              byte[] bytes = exchange.getRequestBody().readAllBytes();
              world.upload("id-1").arrived.put(1, bytes);
              return cut(exchange, what);
            });

    assertThat(upload(file(5)).alreadyThere()).isFalse();

    assertThat(world.puts()).as("the second meets what the first wrote").hasSize(2);
    assertThat(world.only()).hasSize(5);
  }

  @Test
  void upload_fileChangesMeanwhile_isEndedAndSaysSo() throws Exception {
    Path file = file(SEVERAL);
    world.storageFault =
        first(
            1,
            "PUT 2",
            (exchange, what) -> {
              Files.setLastModifiedTime(file, FileTime.fromMillis(1));
              return false;
            });

    assertThat(failure(file)).contains("firmware.bin changed while it was uploaded");
    assertThat(world.objects).isEmpty();
    assertNothingLeft();
  }

  @Test
  void upload_fileCutShortMeanwhile_isEndedAndSaysSo() throws Exception {
    Path file = file(SEVERAL);
    uploader = uploader(1, Duration.ofSeconds(30));
    world.gatewayFault =
        first(
            1,
            "POST /v1/uploads",
            (exchange, what) -> {
              Files.write(file, new byte[] {1}, StandardOpenOption.TRUNCATE_EXISTING);
              return false;
            });

    assertThat(failure(file)).contains("changed while it was uploaded");
    assertNothingLeft();
  }

  @Test
  void upload_gatewayMissesAPartAtTheEnd_sendsItAgain() throws Exception {
    world.gatewayFault =
        first(
            1,
            "POST /v1/uploads/id-1/complete",
            (exchange, what) -> {
              world.upload("id-1").arrived.remove(4);
              return false;
            });

    upload(file(SEVERAL));

    assertThat(world.count("PUT 4")).isEqualTo(2);
    assertThat(world.only()).hasSize(SEVERAL);
  }

  @Test
  void upload_gatewayFindsOtherBytes_failsAndLeavesNothing() throws Exception {
    world.gatewayFault =
        first(
            1,
            "POST /v1/uploads/id-1/complete",
            (exchange, what) -> {
              world.upload("id-1").arrived.put(4, new byte[FakeWorld.PART]);
              return false;
            });

    assertThat(failure(file(SEVERAL))).contains("409 upload_mismatch");
    assertThat(world.objects).isEmpty();
    assertNothingLeft();
  }

  @Test
  void upload_lastAnswerLost_isFoundToBeThere() throws Exception {
    world.gatewayFault =
        first(
            1,
            "POST /v1/uploads/id-1/complete",
            (exchange, what) -> {
              world.objects.put("fw/2.0.bin", Files.readAllBytes(folder.resolve("firmware.bin")));
              world.uploads.clear();
              return cut(exchange, what);
            });

    assertThat(upload(file(SEVERAL)).alreadyThere()).isFalse();
    assertNothingLeft();
  }

  @Test
  void upload_gatewayConfirmsSomethingElse_fails() throws Exception {
    world.gatewayFault =
        first(
            1,
            "POST /v1/uploads/id-1/complete",
            (exchange, what) -> {
              var other = new JsonMapper().createObjectNode();
              FakeWorld.answer(exchange, 200, other.put("size", 5).put("sha256", "00"));
              return true;
            });

    assertThat(failure(file(5))).contains("confirms an object of other bytes");
  }

  @Test
  void upload_sameBytesAreThere_sendsNothing() throws Exception {
    Path file = file(SEVERAL);
    upload(file);
    world.asked.clear();

    assertThat(upload(file).alreadyThere()).isTrue();

    assertThat(world.puts()).isEmpty();
  }

  @Test
  void upload_otherBytesAreThere_saysWhatToDo() throws Exception {
    world.objects.put("fw/2.0.bin", new byte[SEVERAL]);

    assertThat(failure(file(SEVERAL)))
        .contains("already", "never overwritten", "edgemint delete fw/2.0.bin");

    world.tellsDigests = false;
    assertThat(failure(file(SEVERAL))).contains("digest is not known");
  }

  @Test
  void upload_tokenRenewedMeanwhile_takesTheNewOne() throws Exception {
    world.storageFault =
        first(
            1,
            "PUT 2",
            (exchange, what) -> {
              world.token = "better";
              token.set("better");
              return false;
            });

    uploader = uploader(1, Duration.ofSeconds(30));
    upload(file(SEVERAL));

    assertThat(world.tokens).contains("Bearer good", "Bearer better");
  }

  @Test
  void upload_tokenEnds_isHopelessAndResumesWithANewOne() throws Exception {
    uploader = uploader(1, Duration.ofSeconds(30));
    world.storageFault =
        first(
            1,
            "PUT 2",
            (exchange, what) -> {
              world.token = "other";
              return false;
            });
    Path file = file(SEVERAL);

    assertThatThrownBy(() -> upload(file))
        .isInstanceOfSatisfying(PublishingFailed.class, e -> assertThat(e.hopeless()).isTrue())
        .hasMessageContaining("token_expired")
        .hasMessageContaining("run the same command again");
    token.set("other");
    upload(file);

    assertThat(world.count("PUT 1")).isEqualTo(1);
    assertThat(world.count("PUT 2")).isEqualTo(1);
  }

  @Test
  void upload_tokenThatIsNone_isNotShown() throws Exception {
    token.set("se cret\n\u0001");

    assertThat(failure(file(5))).contains("RFC 6750");
    assertThat(world.asked).isEmpty();
  }

  @Test
  void upload_gatewayLeadsElsewhere_isNotFollowed() throws Exception {
    try (FakeWorld other = new FakeWorld()) {
      world.gatewayFault =
          (exchange, what) -> {
            exchange.getResponseHeaders().set("Location", other.address() + "/v1/uploads");
            exchange.sendResponseHeaders(307, -1);
            return true;
          };

      assertThat(failure(file(5))).contains("307", "not followed");
      assertThat(other.asked).isEmpty();
    }
  }

  @Test
  void upload_gatewayIsBusy_waitsAsLongAsItAsks() throws Exception {
    world.gatewayFault =
        first(
            2,
            "POST /v1/uploads",
            (exchange, what) -> {
              exchange.getResponseHeaders().set("Retry-After", "11");
              FakeWorld.problem(exchange, 429, "rate_limited");
              return true;
            });

    upload(file(5));

    assertThat(waits).hasSize(2).allMatch(wait -> wait.toSeconds() >= 11);
    assertThat(told.notes).anyMatch(note -> note.contains("rate_limited"));
  }

  @Test
  void upload_planThatDoesNotFit_isRefused() throws Exception {
    world.gatewayFault =
        (exchange, what) -> {
          var plan = new JsonMapper().createObjectNode();
          plan.put("id", "x").put("size", SEVERAL).put("part_size", 10).put("part_count", 3);
          FakeWorld.answer(exchange, 201, plan);
          return true;
        };

    assertThat(failure(file(SEVERAL))).contains("part_size and a part_count");
  }

  @Test
  void upload_noGatewayAtAll_saysSo() throws Exception {
    world.gatewayFault =
        (exchange, what) -> {
          exchange.sendResponseHeaders(200, -1);
          return true;
        };

    assertThat(failure(file(5))).contains("has no id", "address of a gateway");
  }

  @Test
  void upload_storageHangs_isTriedAgain() throws Exception {
    uploader = uploader(4, Duration.ofMillis(300));
    CountDownLatch end = new CountDownLatch(1);
    world.storageFault =
        first(
            1,
            "PUT 2",
            (exchange, what) -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return true;
            });

    upload(file(SEVERAL));
    end.countDown();

    assertThat(world.count("PUT 2")).isGreaterThanOrEqualTo(2);
    assertThat(world.only()).hasSize(SEVERAL);
  }

  @Test
  void upload_interrupted_resumesWithWhatIsMissing() throws Exception {
    uploader = uploader(1, Duration.ofSeconds(30));
    Path file = file(SEVERAL);
    Thread caller = Thread.currentThread();
    CountDownLatch end = new CountDownLatch(1);
    world.storageFault =
        first(
            1,
            "PUT 4",
            (exchange, what) -> {
              caller.interrupt();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return true;
            });

    assertThatThrownBy(() -> upload(file)).isInstanceOf(InterruptedException.class);
    end.countDown();
    world.asked.clear();
    upload(file);

    assertThat(world.puts()).containsExactly("PUT 4", "PUT 5", "PUT 6", "PUT 7", "PUT 8", "PUT 9");
    assertThat(world.only()).isEqualTo(Files.readAllBytes(file));
    assertThat(told.done).hasValue(SEVERAL);
  }

  private Path interruptedUpload() throws IOException {
    Path file = file(SEVERAL);
    uploader = uploader(1, Duration.ofSeconds(30));
    world.storageFault = first(1, "PUT 4", (exchange, what) -> xml(exchange, 501, "Nope"));
    assertThat(failure(file)).contains("501 Nope", "resumes");
    return file;
  }

  @Test
  void upload_begunUploadIsNotKnownAnyMore_beginsAnewAndSaysSo() throws Exception {
    Path file = interruptedUpload();
    world.uploads.clear();

    upload(file);

    assertThat(told.notes).anyMatch(note -> note.contains("not known any more"));
    assertThat(world.only()).hasSize(SEVERAL);
    assertNothingLeft();
  }

  @Test
  void upload_endedBySomebodyMeanwhile_beginsAnew() throws Exception {
    world.storageFault =
        first(
            1,
            "PUT 4",
            (exchange, what) -> {
              world.uploads.clear();
              return false;
            });

    upload(file(SEVERAL));

    assertThat(world.only()).hasSize(SEVERAL);
    assertNothingLeft();
  }

  @Test
  void upload_fileChangedSinceItWasBegun_endsTheOldOne() throws Exception {
    Path file = interruptedUpload();
    Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);

    upload(file);

    assertThat(world.count("DELETE /v1/uploads/id-1")).isEqualTo(1);
    assertThat(world.only()).hasSize(SEVERAL + 1);
    assertNothingLeft();
  }

  @Test
  void upload_afresh_endsTheOldOne() throws Exception {
    Path file = interruptedUpload();
    world.asked.clear();

    uploader.upload(ORDER, FileSource.of(file, "text/plain"), true, told);

    assertThat(world.count("DELETE /v1/uploads/id-1")).isEqualTo(1);
    assertThat(world.puts()).hasSize(9);
    assertNothingLeft();
  }

  @Test
  void abort_begunUpload_leavesNothing() throws Exception {
    Path file = interruptedUpload();

    assertThat(uploader.abort(ORDER, FileSource.nameOf(file), told)).isEqualTo(1);

    assertNothingLeft();
    assertThat(uploader.abort(ORDER, FileSource.nameOf(file), told)).isZero();
  }

  @Test
  void upload_otherKeyOfTheSameFile_isAnotherUpload() throws Exception {
    Path file = interruptedUpload();

    uploader.upload(Order.of("fw/other"), FileSource.of(file, "text/plain"), false, told);

    assertThat(world.uploads).as("the first can still be resumed").containsOnlyKeys("id-1");
  }

  /** An object in one piece that has arrived, while no answer to its completion came. */
  private Path arrivedUpload() throws IOException {
    world.gatewayFault = first(12, "POST /v1/uploads/id-1/complete", UploaderTest::cut);
    Path file = file(5);
    assertThat(failure(file)).contains("12 times in a row");
    return file;
  }

  @Test
  void upload_fileChangedAfterTheOldOneArrived_keepsWhatDevicesMayRead() throws Exception {
    Path file = arrivedUpload();
    byte[] before = Files.readAllBytes(file);
    Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);

    assertThat(failure(file)).contains("never overwritten");

    assertThat(world.only()).isEqualTo(before);
    assertThat(told.notes).anyMatch(note -> note.contains("stays"));
    assertNothingLeft();
  }

  @Test
  void upload_afreshAfterItArrived_findsItThere() throws Exception {
    Path file = arrivedUpload();

    Published published = uploader.upload(ORDER, FileSource.of(file, "text/plain"), true, told);

    assertThat(published.alreadyThere()).isTrue();
    assertThat(world.puts()).hasSize(1);
    assertNothingLeft();
  }

  @Test
  void abort_arrivedUpload_isKept() throws Exception {
    Path file = arrivedUpload();

    assertThat(uploader.abort(ORDER, FileSource.nameOf(file), told)).isZero();

    assertThat(world.only()).isEqualTo(Files.readAllBytes(file));
    assertNothingLeft();
  }

  @Test
  void upload_destinationHoldsAnother_isNotTakenForTheSameInTheOwnStorage() throws Exception {
    Path file = file(5);
    world.objects.put("fw/2.0.bin", Files.readAllBytes(file));
    Order elsewhere = new Order("fw/2.0.bin", Map.of("destination", "archive"));

    assertThatThrownBy(
            () -> uploader.upload(elsewhere, FileSource.of(file, "text/plain"), false, told))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("already");
  }

  @Test
  void upload_linkWithAHeaderThatCannotBeSent_isRefusedInWords() throws Exception {
    world.moreHeaders.put("connection", "secret");

    assertThat(failure(file(5))).contains("a header that cannot be sent");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 0})
  void upload_linkOfAnyLife_isNoFault(long life) throws Exception {
    world.life = life;

    upload(file(5));

    assertThat(world.only()).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, Integer.MAX_VALUE})
  void upload_pagesBeyondTheParts_areRefused(int next) throws Exception {
    Path file = interruptedUpload();
    world.gatewayFault =
        first(
            1,
            "GET /v1/uploads/id-1/parts",
            (exchange, what) -> {
              FakeWorld.answer(
                  exchange,
                  200,
                  new JsonMapper()
                      .createObjectNode()
                      .put("id", "id-1")
                      .put("size", SEVERAL)
                      .put("part_size", FakeWorld.PART)
                      .put("part_count", 9)
                      .put("next_part", next));
              return true;
            });

    assertThat(failure(file)).contains("goes on with part");
  }

  @Test
  void upload_gatewayStallsWithinItsAnswer_isTriedAgain() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    world.gatewayFault =
        first(
            1,
            "POST /v1/uploads",
            (exchange, what) -> {
              exchange.sendResponseHeaders(201, 100);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return true;
            });
    patience = Duration.ofSeconds(2);
    uploader = uploader(4, Duration.ofSeconds(30));

    upload(file(5));
    end.countDown();

    assertThat(world.count("POST /v1/uploads")).isEqualTo(2);
  }

  @Test
  void upload_gatewayAnswersWithoutEnd_isNotHeldInMemory() throws Exception {
    world.gatewayFault =
        (exchange, what) -> {
          exchange.sendResponseHeaders(201, 0);
          byte[] more = new byte[1 << 16];
          for (long sent = 0; sent <= Wire.MOST_ANSWER; sent += more.length) {
            exchange.getResponseBody().write(more);
          }
          return true;
        };

    assertThat(failure(file(5))).contains("the connection broke");
  }
}
