package io.edgemint.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Patience;
import io.edgemint.Seeded;
import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Listing;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.SessionHandle;
import io.edgemint.outbound.Allowance;
import io.edgemint.outbound.Outbound;
import io.edgemint.transfer.FakeBucket.Stored;
import io.edgemint.transfer.FakeBucket.Upload;
import io.edgemint.transfer.FakeBucket.Wrong;
import io.edgemint.transfer.StorageCopy.Ends;
import io.edgemint.transfer.StorageCopy.Wishes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageCopyTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final int LARGE = 2 * ObjectCopy.PART + 5;

  private final Vertx vertx = Vertx.vertx();
  private final FakeBucket source = new FakeBucket(vertx);
  private final FakeBucket target = new FakeBucket(vertx);
  private final Outbound outbound = new Outbound(vertx, List.of(Allowance.parse("127.0.0.0/8")));
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private final AtomicInteger sessions = new AtomicInteger();
  private @TempDir Path temp;
  private Path state;
  private S3Storage.Encryption encryption = new S3Storage.Encryption.BucketDefault();

  @BeforeEach
  void fill() {
    state = temp.resolve("state");
    source.add("from/a", Buffer.buffer("five."), "content-type", "text/plain");
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
    Patience.await(vertx.close());
  }

  /** Each is good for one request, so that every request asks for the one that is valid now. */
  private SessionHandle handle() {
    return new SessionHandle() {
      @Override
      public Session current() {
        throw new AssertionError("whoever waits asks for one that lives long enough");
      }

      @Override
      public Future<Session> renewed(long seconds) {
        sessions.incrementAndGet();
        return Future.succeededFuture(
            new Session("AKIDEXAMPLE", "secret", "token", NOW, NOW.plusSeconds(900)));
      }
    };
  }

  private Reach reach(FakeBucket bucket, String prefix) {
    S3Storage storage =
        new S3Storage(
            "bucket",
            "eu-west-1",
            prefix,
            new S3Storage.Endpoint(URI.create("http://127.0.0.1:" + bucket.port()), true),
            new S3Storage.Credentials.Ambient(),
            encryption,
            Duration.ofMinutes(15),
            new TreeMap<>());
    return new Reach(
        storage,
        handle(),
        new Courier(outbound, ObjectCopy.PART + (1 << 20), Duration.ofSeconds(20)),
        InstantSource.fixed(NOW),
        pauses::add);
  }

  private StorageCopy copy(Wishes wishes) {
    Reach from = reach(source, "from/");
    Reach to = reach(target, "to/");
    Ends ends = new Ends(from, from, to, to, () -> begun(to));
    return new StorageCopy(ends, wishes, 1, InstantSource.fixed(NOW), said::add);
  }

  private BegunUploads begun(Reach to) throws IOException {
    return BegunUploads.open(state, new OrgId("acme"), to.storage());
  }

  private Tally run(boolean whole) throws Listing.Failed, IOException {
    return run(whole, new Wishes("", 4, false, false));
  }

  private Tally run(boolean whole, Wishes wishes) throws Listing.Failed, IOException {
    StorageCopy copy = copy(wishes);
    assertThat(copy.run()).as(said.toString()).isEqualTo(whole);
    return copy.tally();
  }

  private Stored there(String key) {
    return Objects.requireNonNull(target.objects.get("to/" + key), key);
  }

  private static Buffer bytes(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return Buffer.buffer(bytes);
  }

  @Test
  void run_objectsOfAllSizes_arriveWithWhatBelongsToThem() throws Exception {
    encryption = new S3Storage.Encryption.SseKms("key-1");
    for (int size : List.of(0, 1, ObjectCopy.PART, ObjectCopy.PART + 1, LARGE)) {
      Buffer bytes = bytes(size);
      source.add(
          "from/s" + size,
          bytes,
          "content-type",
          "application/x-firmware",
          "cache-control",
          "max-age=60",
          "content-disposition",
          "attachment; filename=\"a.bin\"",
          "content-encoding",
          "zstd",
          "x-amz-meta-edgemint-sha256",
          FakeBucket.hash("SHA-256", bytes),
          "x-amz-meta-note",
          "r\u00C3\u00B6t");
    }
    assertThat(run(true).copied()).isEqualTo(6);
    for (int size : List.of(0, 1, ObjectCopy.PART, ObjectCopy.PART + 1, LARGE)) {
      assertThat(there("s" + size).bytes().equals(bytes(size))).as("%d", size).isTrue();
      assertThat(there("s" + size).headers())
          .containsEntry("content-type", "application/x-firmware")
          .containsEntry("cache-control", "max-age=60")
          .containsEntry("content-disposition", "attachment; filename=\"a.bin\"")
          .containsEntry("content-encoding", "zstd")
          .containsEntry("x-amz-server-side-encryption", "aws:kms")
          .containsEntry("x-amz-server-side-encryption-aws-kms-key-id", "key-1")
          .containsEntry("x-amz-meta-note", "=?UTF-8?B?csO2dA==?=")
          .containsKey("x-amz-meta-edgemint-sha256");
    }
    assertThat(target.uploads).isEmpty();
    assertThat(said).isEmpty();
  }

  @Test
  void run_again_copiesNothing() throws Exception {
    source.add("from/large", bytes(LARGE));
    assertThat(run(true).copied()).isEqualTo(2);
    long writes = target.count("put") + target.count("start");
    Tally again = run(true);
    assertThat(again.present()).isEqualTo(2);
    assertThat(again.copied()).isZero();
    assertThat(target.count("put") + target.count("start")).isEqualTo(writes);
    assertThat(sessions).hasValueGreaterThan(20);
  }

  @Test
  void run_severalPages_copiesEveryObjectOnce() throws Exception {
    source.pageSize = 7;
    target.pageSize = 3;
    for (int i = 0; i < 50; i++) {
      source.add("from/b/" + i, Buffer.buffer("b" + i));
      if (i % 3 == 0) {
        target.add("to/b/" + i, Buffer.buffer("b" + i));
      }
    }
    assertThat(run(true).copied()).isEqualTo(34);
    assertThat(target.count("put")).isEqualTo(34);
    assertThat(target.objects).hasSize(51);
  }

  @Test
  void run_anyKeys_areFoundThereUnderTheSameName() throws Exception {
    Map<String, Buffer> expected = new TreeMap<>();
    Seeded.run(
        60,
        random -> {
          KeyResult key = ObjectKey.of("k/" + Seeded.string(random, 1, 30));
          if (key instanceof ObjectKey legal) {
            expected.put(legal.value(), Buffer.buffer(legal.value()));
          }
        });
    expected.put("k/a+b c%~", Buffer.buffer("+"));
    expected.forEach((key, bytes) -> source.add("from/" + key, bytes));
    run(true);
    expected.forEach((key, bytes) -> assertThat(there(key).bytes()).as(key).isEqualTo(bytes));
  }

  @Test
  void run_namesThatAreNoKeys_arePassedOver() throws Exception {
    source.add("from/folder/", Buffer.buffer());
    assertThat(run(true).unfit()).isEqualTo(1);
    assertThat(target.objects).containsOnlyKeys("to/a");
  }

  @Test
  void run_prefix_copiesNothingElse() throws Exception {
    source.add("from/fw/1", Buffer.buffer("1"));
    source.add("from/fx/1", Buffer.buffer("1"));
    run(true, new Wishes("fw/", 4, false, false));
    assertThat(target.objects).containsOnlyKeys("to/fw/1");
  }

  @Test
  void run_dryRun_saysWhatAndWritesNothing() throws Exception {
    target.uploads.put("old", new Upload("to/a", Map.of(), Map.of()));
    Tally tally = run(true, new Wishes("", 4, false, true));
    assertThat(tally.objectsToCopy()).isEqualTo(1);
    assertThat(tally.bytesToCopy()).isEqualTo(5);
    assertThat(said).containsExactly("would copy a (5 bytes)");
    assertThat(target.seen).allMatch(what -> what.startsWith("list"));
  }

  @Test
  void run_anotherObjectThere_isToldAndLeftUnlessReplaced() throws Exception {
    target.add("to/a", Buffer.buffer("other size"));
    assertThat(run(false).different()).isEqualTo(1);
    assertThat(said).singleElement().asString().contains("a: ", "10 bytes", "--replace");
    assertThat(there("a").bytes()).isEqualTo(Buffer.buffer("other size"));
    assertThat(run(true, new Wishes("", 4, true, false)).copied()).isEqualTo(1);
    assertThat(there("a").bytes()).isEqualTo(Buffer.buffer("five."));
  }

  @Test
  void run_sameSize_isComparedByWhatIsKnown() throws Exception {
    target.add("to/a", Buffer.buffer("FIVE."));
    assertThat(run(false).different()).as("two digests").isEqualTo(1);
    target.add("to/a", Buffer.buffer("FIVE."), "x-amz-server-side-encryption", "aws:kms");
    assertThat(run(true).present()).as("no digest").isEqualTo(1);
    target.add("to/a", Buffer.buffer("FIVE."), Destination.SOURCE_ETAG, "another");
    assertThat(run(false).different()).as("copied before it was replaced").isEqualTo(1);
    source.add("from/a", Buffer.buffer("five."), ObjectCopy.SHA256, "ab".repeat(32));
    target.add("to/a", Buffer.buffer("FIVE."), ObjectCopy.SHA256, "AB".repeat(32));
    assertThat(run(true).present()).as("one declared digest").isEqualTo(1);
    target.add("to/a", Buffer.buffer("FIVE."), ObjectCopy.SHA256, "cd".repeat(32));
    assertThat(run(false).different()).as("two declared digests").isEqualTo(1);
  }

  @Test
  void run_bytesOfAnotherDigest_leaveNothingBehind() throws Exception {
    source.add("from/b", Buffer.buffer("b"), ObjectCopy.SHA256, "ab".repeat(32));
    source.add("from/c", bytes(LARGE), ObjectCopy.SHA256, "ab".repeat(32));
    assertThat(run(false).failed()).isEqualTo(2);
    assertThat(said).hasSize(2).allMatch(line -> line.contains("SHA-256"));
    assertThat(target.objects).containsOnlyKeys("to/a");
    assertThat(target.uploads).isEmpty();
  }

  @Test
  void run_storageThatIsBusyAtTimes_isAskedAgain() throws Exception {
    source.add("from/large", bytes(LARGE));
    Map<String, Integer> asked = new ConcurrentHashMap<>();
    FakeBucket.Script busy =
        (request, what) ->
            asked.merge(what + request.getParam("partNumber") + request.path(), 1, Integer::sum)
                    == 1
                ? new Wrong(503, "SlowDown")
                : null;
    source.script = busy;
    target.script = busy;
    run(true);
    assertThat(there("large").bytes().equals(bytes(LARGE))).isTrue();
    assertThat(pauses).isNotEmpty().allMatch(pause -> pause.toMillis() >= 200);
    assertThat(target.uploads).isEmpty();
  }

  @Test
  void run_storageThatStaysBusy_isToldAndLeavesNothingBehind() throws Exception {
    source.add("from/large", bytes(LARGE));
    target.script = (request, what) -> what.equals("part") ? new Wrong(503, "SlowDown") : null;
    assertThat(run(false).failed()).isEqualTo(1);
    assertThat(target.count("part")).isEqualTo(Reach.TRIES);
    assertThat(said)
        .singleElement()
        .asString()
        .contains("could not be written (HTTP 503 SlowDown)");
    assertThat(target.uploads).isEmpty();
    assertThat(target.objects).containsOnlyKeys("to/a");
  }

  @Test
  void run_answerOfAWriteLost_knowsItsOwnObject() throws Exception {
    target.answersLost = true;
    assertThat(run(true).copied()).isEqualTo(1);
    source.objects.clear();
    source.add("from/large", bytes(LARGE));
    target.answersLost = true;
    assertThat(run(true).copied()).isEqualTo(1);
    assertThat(target.uploads).isEmpty();
  }

  @Test
  void run_objectWrittenMeanwhile_isNotWrittenOver() throws Exception {
    target.script =
        (request, what) -> {
          if (what.equals("put")) {
            target.add("to/a", Buffer.buffer("whose?"));
          }
          return null;
        };
    assertThat(run(false).failed()).isEqualTo(1);
    assertThat(said).singleElement().asString().contains("meanwhile");
    assertThat(there("a").bytes()).isEqualTo(Buffer.buffer("whose?"));
  }

  @Test
  void run_objectReplacedMeanwhile_isCopiedAnew() throws Exception {
    source.add("from/large", bytes(LARGE));
    Buffer next = bytes(LARGE + 7);
    target.script =
        (request, what) -> {
          if (what.equals("part") && "2".equals(request.getParam("partNumber"))) {
            source.add("from/large", next);
          }
          return null;
        };
    assertThat(run(true).copied()).isEqualTo(2);
    assertThat(there("large").bytes().equals(next)).isTrue();
    assertThat(target.count("abort")).isEqualTo(1);
    assertThat(target.uploads).isEmpty();
  }

  @Test
  void run_objectReplacedAgainAndAgain_isTold() throws Exception {
    source.add("from/large", bytes(LARGE));
    AtomicInteger more = new AtomicInteger();
    target.script =
        (request, what) -> {
          if (what.equals("part")) {
            source.add("from/large", bytes(LARGE + more.incrementAndGet()));
          }
          return null;
        };
    StorageCopy copy = copy(new Wishes("", 1, false, false));
    assertThat(copy.run()).isFalse();
    assertThat(said).singleElement().asString().contains("replaced at the source again and again");
    assertThat(copy.tally().bytes()).as("what was given up does not count").isEqualTo(5);
    assertThat(target.uploads).isEmpty();
  }

  @Test
  void run_objectDeletedMeanwhile_isNoFailure() throws Exception {
    source.script =
        (request, what) -> {
          if (what.equals("GET")) {
            source.objects.clear();
          }
          return null;
        };
    assertThat(run(true).copied()).isZero();
  }

  /** As a run leaves it that is killed. */
  private void leaveUpload(String key, String id) throws IOException {
    target.uploads.put(id, new Upload("to/" + key, Map.of(), Map.of()));
    try (BegunUploads begun = begun(reach(target, "to/"))) {
      begun.add((ObjectKey) ObjectKey.of(key), id);
    }
  }

  private List<String> remembered() throws IOException {
    try (BegunUploads begun = begun(reach(target, "to/"))) {
      return begun.all().stream().map(BegunUploads.Begun::id).toList();
    }
  }

  @Test
  void run_uploadsOfAnEarlierRun_areEndedAndNobodyElses() throws Exception {
    leaveUpload("gone/at the source", "old");
    target.uploads.put("other", new Upload("to/a", Map.of(), Map.of()));
    source.add("from/large", bytes(LARGE));
    run(true);
    assertThat(target.uploads).containsOnlyKeys("other");
    assertThat(remembered()).isEmpty();
    assertThat(target.seen).noneMatch(what -> what.startsWith("uploads"));
  }

  @Test
  void run_uploadThatTheStorageDoesNotEnd_isEndedByTheNext() throws Exception {
    leaveUpload("a", "old");
    target.script = (request, what) -> what.equals("abort") ? new Wrong(403, "AccessDenied") : null;
    run(true);
    assertThat(remembered()).containsExactly("old");
    target.script = (request, what) -> null;
    run(true);
    assertThat(target.uploads).isEmpty();
    assertThat(remembered()).isEmpty();
  }

  @Test
  void run_killedWithinAnObject_isRememberedUntilTheNextRun() throws Exception {
    source.add("from/large", bytes(LARGE));
    target.script =
        (request, what) -> {
          if (what.equals("part")) {
            try (var files = Files.list(folder())) {
              assertThat(files).anyMatch(file -> file.toString().endsWith(".upload"));
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }
          return null;
        };
    run(true);
    assertThat(remembered()).isEmpty();
  }

  private Path folder() throws IOException {
    try (var folders = Files.list(state)) {
      return folders.findFirst().orElseThrow();
    }
  }

  @Test
  void run_besideAnother_isRefused() throws Exception {
    try (BegunUploads other = begun(reach(target, "to/"))) {
      assertThat(other.all()).isEmpty();
      assertThatThrownBy(() -> run(true))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another copy into this backend");
    }
    run(true);
  }

  @Test
  void run_whereNothingCanBeRemembered_writesNothing() throws Exception {
    Files.writeString(state, "no folder");
    assertThatThrownBy(() -> run(true)).isInstanceOf(IOException.class);
    assertThat(target.objects).isEmpty();
  }

  @Test
  void run_archivedObjects_areToldAndTheOthersGoOn() throws Exception {
    for (int i = 0; i < 30; i++) {
      source.add("from/Z" + i, Buffer.buffer("z"));
    }
    source.script =
        (request, what) ->
            what.equals("GET") && String.valueOf(request.path()).contains("/Z")
                ? new Wrong(403, "InvalidObjectState")
                : null;
    Tally tally = run(false);
    assertThat(tally.failed()).isEqualTo(30);
    assertThat(tally.copied()).isEqualTo(1);
    assertThat(said).hasSize(30).allMatch(line -> line.contains("restore it"));
  }

  @Test
  void run_rightsMissing_areNamed() throws Exception {
    source.script = (request, what) -> what.equals("GET") ? new Wrong(403, "AccessDenied") : null;
    assertThat(run(false).failed()).isEqualTo(1);
    assertThat(said.removeLast()).contains("s3:GetObject on bucket/from/*", "AccessDenied");
    source.script = (request, what) -> null;
    target.script = (request, what) -> what.equals("put") ? new Wrong(403, "AccessDenied") : null;
    assertThat(run(false).failed()).isEqualTo(1);
    assertThat(said.removeLast()).contains("s3:PutObject", "bucket/to/*", "kms:GenerateDataKey");
    target.script = (request, what) -> what.equals("list") ? new Wrong(403, "AccessDenied") : null;
    assertThatThrownBy(() -> run(false))
        .isInstanceOf(Listing.Failed.class)
        .hasMessageContainingAll("the backend could not be listed", "s3:ListBucket");
    target.script = (request, what) -> null;
    source.script = (request, what) -> what.equals("list") ? new Wrong(403, "AccessDenied") : null;
    assertThatThrownBy(() -> run(false)).hasMessageContaining("the source could not be listed");
  }

  @Test
  void run_everythingRefused_endsEarly() {
    for (int i = 0; i < 200; i++) {
      source.add("from/b" + i, Buffer.buffer("b"));
    }
    target.script = (request, what) -> what.equals("put") ? new Wrong(403, "AccessDenied") : null;
    assertThatThrownBy(() -> run(false)).hasMessageContaining("20 objects in a row");
    assertThat(target.count("put")).isBetween(20L, 24L);
  }

  @Test
  void run_storageWithoutConditions_isWrittenWithout() throws Exception {
    source.add("from/large", bytes(LARGE));
    target.script =
        (request, what) ->
            request.getHeader("If-None-Match") != null ? new Wrong(501, "NotImplemented") : null;
    assertThat(run(true).copied()).isEqualTo(2);
  }

  @Test
  void complete_errorBehind200_isNoObject() throws Exception {
    source.add("from/large", bytes(LARGE));
    target.script =
        (request, what) -> what.equals("complete") ? new Wrong(200, "InternalError") : null;
    assertThat(run(false).failed()).isEqualTo(1);
    assertThat(target.uploads).isEmpty();
    assertThat(target.objects).containsOnlyKeys("to/a");
  }

  @Test
  void partSize_anyObject_fitsTenThousandParts() {
    assertThat(ObjectCopy.partSize(1)).isEqualTo(8 << 20);
    assertThat(ObjectCopy.partSize(80L << 30)).isLessThanOrEqualTo(9 << 20);
    assertThat((5L << 40) / ObjectCopy.partSize(5L << 40)).isLessThan(10_000);
  }
}
