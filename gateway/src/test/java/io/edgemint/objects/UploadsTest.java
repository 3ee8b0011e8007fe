package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Patience;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.objects.FakeS3.Wrong;
import io.edgemint.objects.StoredObject.DigestState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadsTest {
  private static final String KEY = "fw/1.bin";
  private static final String PATH = PublishWorld.path(KEY);
  private static final int PART = 16 << 20;
  private static final String LARGE = "a".repeat(PART) + "b".repeat(PART) + "end";

  private final PublishWorld world = new PublishWorld();
  private final Uploads uploads = world.node.uploads();

  @AfterEach
  void close() {
    world.close();
  }

  private Upload begin(String text) {
    return uploads.begin(PublishWorld.caller(), PublishWorld.order(KEY, text));
  }

  private Upload.Done complete(Upload upload) {
    return uploads.complete(PublishWorld.caller(), upload.id());
  }

  private Upload rest(Upload upload) {
    return uploads.parts(PublishWorld.caller(), upload.id(), 1);
  }

  private void abort(Upload upload) {
    uploads.abort(PublishWorld.caller(), upload.id());
  }

  private static Upload.Link put(Upload upload) {
    return Objects.requireNonNull(upload.put());
  }

  private static Upload.Link link(Upload.Part part) {
    return Objects.requireNonNull(part.link());
  }

  private void send(List<Upload.Part> parts, String text) {
    for (Upload.Part part : parts) {
      int from = (int) part.offset();
      assertThat(world.send(link(part), text.substring(from, from + (int) part.size())))
          .isEqualTo(200);
    }
  }

  private static void refuses(Refusal refusal, String why, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refused.class,
            it -> {
              assertThat(it.refusal()).isEqualTo(refusal);
              assertThat(it.detail()).contains(why);
            });
  }

  /** The signature's own end, which is what the storage goes by. */
  private static long signedEnd(String url) {
    Map<String, String> query = new TreeMap<>();
    for (String pair : url.substring(url.indexOf('?') + 1).split("&", -1)) {
      query.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    String date = Objects.requireNonNull(query.get("X-Amz-Date"));
    String iso = date.replaceAll("(....)(..)(..)T(..)(..)(..)Z", "$1-$2-$3T$4:$5:$6Z");
    return java.time.Instant.parse(iso).getEpochSecond()
        + Long.parseLong(Objects.requireNonNull(query.get("X-Amz-Expires")));
  }

  @Test
  void parts_sessionEndsMidUpload_linksAreOfTheNextOneAndNoneOutlivesItsOwn() {
    world.identity = world.session("ASIAFIRST", Duration.ofMinutes(10));
    Upload upload = begin(LARGE);
    long firstEnd = PublishWorld.NOON + 600;
    for (Upload.Part part : upload.parts()) {
      assertThat(link(part).url()).contains("ASIAFIRST");
      assertThat(link(part).end()).isLessThanOrEqualTo(firstEnd - 60);
      assertThat(signedEnd(link(part).url())).isEqualTo(link(part).end());
    }
    send(upload.parts().subList(0, 1), LARGE);

    world.clock.pass(Duration.ofMinutes(9));
    world.identity = world.session("ASIANEXT", Duration.ofMinutes(12));
    Upload rest = rest(upload);

    assertThat(rest.parts()).extracting(Upload.Part::number).containsExactly(2, 3);
    for (Upload.Part part : rest.parts()) {
      assertThat(link(part).url()).contains("ASIANEXT").doesNotContain("ASIAFIRST");
      assertThat(link(part).end()).isEqualTo(PublishWorld.NOON + 540 + 660);
      assertThat(signedEnd(link(part).url())).isEqualTo(link(part).end());
    }
    send(rest.parts(), LARGE);
    assertThat(complete(upload).size()).isEqualTo(LARGE.length());
    assertThat(Objects.requireNonNull(world.s3.objects.get(PATH)).text()).isEqualTo(LARGE);
  }

  /** Nothing is asked of the storage before these links, so that nothing has renewed it yet. */
  @Test
  void partLinks_sessionNearItsEnd_areOfTheNextOne() {
    world.identity = world.session("ASIAFIRST", Duration.ofMinutes(10));
    UploadOrder plain = PublishWorld.order(KEY, LARGE);
    var order =
        new UploadOrder(plain.key(), plain.size(), plain.sha256(), plain.contentType(), true);
    Upload upload = uploads.begin(PublishWorld.caller(), order);
    assertThat(upload.parts()).extracting(Upload.Part::link).containsOnlyNulls();

    world.clock.pass(Duration.ofMinutes(9));
    world.identity = world.session("ASIANEXT", Duration.ofMinutes(60));
    Upload linked =
        uploads.partLinks(
            PublishWorld.caller(), upload.id(), new TreeMap<>(Map.of(2, "ab".repeat(32))));

    Upload.Link link = link(linked.parts().getFirst());
    assertThat(link.url()).contains("ASIANEXT");
    assertThat(link.end()).isEqualTo(PublishWorld.NOON + 540 + 900);
    assertThat(link.headers()).containsKey("x-amz-checksum-sha256");
  }

  @Test
  void begin_sessionThatIsAllButOver_givesNoLinkAndLeavesNothing() {
    world.identity = world.session("ASIAFIRST", Duration.ofSeconds(60));

    refuses(Refusal.SESSION_TOO_SHORT, "ends too soon", () -> begin(LARGE));
    assertThat(world.s3.uploads).isEmpty();
    refuses(Refusal.SESSION_TOO_SHORT, "ends too soon", () -> begin("small"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "start"})
  void begin_storageThatIsBusy_isRefusedForNowAndLeavesNothing(String step) {
    world.s3.fault = what -> what.equals(step) ? Wrong.code(503, "SlowDown") : null;

    refuses(Refusal.BACKEND_UNAVAILABLE, "ask again", () -> begin(LARGE));

    assertThat(world.s3.uploads).isEmpty();
    world.s3.fault = what -> null;
    assertThat(begin(LARGE).parts()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"parts", "head", "complete", "complete in a 200"})
  void complete_storageThatIsBusy_losesNothing(String step) {
    Upload upload = begin(LARGE);
    send(upload.parts(), LARGE);
    int status = step.endsWith("200") ? 200 : 503;
    world.s3.fault =
        what -> what.equals(step.split(" ", -1)[0]) ? Wrong.code(status, "SlowDown") : null;

    refuses(Refusal.BACKEND_UNAVAILABLE, "ask again", () -> complete(upload));

    assertThat(world.s3.objects).isEmpty();
    world.s3.fault = what -> null;
    assertThat(rest(upload).parts()).isEmpty();
    assertThat(complete(upload).size()).isEqualTo(LARGE.length());
    assertThat(world.s3.uploads).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"abort", "head", "delete"})
  void abort_storageThatIsBusy_endsItTheNextTime(String step) {
    Upload upload = begin(step.equals("abort") ? LARGE : "small");
    if (upload.put() != null) {
      world.send(put(upload), "small");
    }
    world.s3.fault = what -> what.equals(step) ? Wrong.code(503, "SlowDown") : null;

    refuses(Refusal.BACKEND_UNAVAILABLE, "ask again", () -> abort(upload));

    world.s3.fault = what -> null;
    abort(upload);
    abort(upload);
    assertThat(world.s3.uploads).isEmpty();
    assertThat(world.s3.objects).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void complete_bucketWithOrWithoutVersions_namesTheOneThereIs(boolean versioned) {
    world.s3.versioned = versioned;
    Upload small = begin("small");
    world.send(put(small), "small");

    Upload.Done done = complete(small);

    assertThat(done.version()).isEqualTo(versioned ? "v1" : null);
    assertThat(done.verified()).isTrue();
    assertThat(complete(small)).isEqualTo(done);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void complete_otherBytesThanAnnounced_areDeleted(boolean checksums) {
    world.s3.checksums = checksums;
    Upload digest = begin("small");
    world.send(put(digest), "smelt");
    refuses(Refusal.UPLOAD_MISMATCH, "SHA-256", () -> complete(digest));
    assertThat(world.s3.objects).isEmpty();

    Upload size = begin("small");
    world.send(put(size), "smaller");
    refuses(Refusal.UPLOAD_MISMATCH, "7 bytes instead of 5; it was deleted", () -> complete(size));
    assertThat(world.s3.objects).isEmpty();
    refuses(Refusal.UPLOAD_INCOMPLETE, "nothing has arrived", () -> complete(size));
  }

  /** Between the look and the deletion lies a moment in which the key may change hands. */
  @Test
  void abort_keyTakenByAnotherMeanwhile_leavesTheOther() {
    Upload upload = begin("small");
    world.send(put(upload), "small");
    world.s3.fault =
        what -> {
          if (what.equals("delete")) {
            world.s3.add(PATH, "somebody else's");
          }
          return null;
        };

    abort(upload);

    assertThat(Objects.requireNonNull(world.s3.objects.get(PATH)).text())
        .isEqualTo("somebody else's");
  }

  @Test
  void abort_storageWithoutConditionalDeletes_deletesAllTheSame() {
    Upload upload = begin("small");
    world.send(put(upload), "small");
    world.s3.fault =
        what ->
            what.equals("delete") && world.s3.count("delete") == 1
                ? Wrong.code(501, "NotImplemented")
                : null;

    abort(upload);

    assertThat(world.s3.objects).isEmpty();
    assertThat(world.s3.count("delete")).isEqualTo(2);
  }

  @Test
  void complete_partsOfOtherBytes_areFoundOutAndToldToWhoeverAsksAgain() throws Exception {
    Upload upload = begin(LARGE);
    send(upload.parts(), LARGE.replace('b', 'x'));

    assertThat(complete(upload).verified()).as("nobody has read it yet").isFalse();
    Patience.until(() -> digests("digest_mismatch") == 1);

    refuses(Refusal.UPLOAD_MISMATCH, "begin a new upload", () -> complete(upload));
    assertThat(world.s3.objects).as("devices may read it by now").containsKey(PATH);
    assertThat(state()).isEqualTo(DigestState.WRONG);
  }

  @Test
  void complete_partsOfTheRightBytes_areVerifiedOnceTheyHaveBeenRead() throws Exception {
    Upload upload = begin(LARGE);
    send(upload.parts(), LARGE);

    Upload.Done first = complete(upload);
    assertThat(first.verified()).isFalse();
    Patience.until(() -> digests("verified") == 1);

    assertThat(complete(upload).verified()).isTrue();
    assertThat(state()).isEqualTo(DigestState.VERIFIED);
  }

  private double digests(String result) {
    return world.meters.get("gateway.digests").tag("result", result).counter().count();
  }

  private DigestState state() {
    String etag = Objects.requireNonNull(world.s3.objects.get(PATH)).etag();
    var object =
        new StoredObject(
            Samples.key(KEY),
            LARGE.length(),
            '"' + etag + '"',
            null,
            "ab".repeat(32),
            DigestState.DECLARED,
            null,
            null,
            false);
    return world.verified.state(
        PublishWorld.caller().org(), world.storage().withPrefix("orgs/acme/"), object);
  }

  @Test
  void begin_keyThatIsTaken_hangsOnTheOrganisationsRule() {
    world.s3.add(PATH, "old");
    refuses(Refusal.OBJECT_EXISTS, "replace_objects", () -> begin("small"));

    world.serve(PublishWorld.policy(true));
    Upload upload = begin("small");

    assertThat(put(upload).headers()).doesNotContainKey("if-none-match");
    assertThat(world.send(put(upload), "small")).isEqualTo(200);
    assertThat(complete(upload).size()).isEqualTo(5);
    assertThat(Objects.requireNonNull(world.s3.objects.get(PATH)).text()).isEqualTo("small");
  }

  @Test
  void complete_replacedByALaterUpload_isNotTakenForItsOwn() {
    world.serve(PublishWorld.policy(true));
    Upload early = begin("small");
    Upload late = begin("large");
    world.send(put(early), "small");
    world.send(put(late), "large");

    refuses(Refusal.UPLOAD_INCOMPLETE, "another upload", () -> complete(early));
    abort(early);

    assertThat(complete(late).size()).isEqualTo(5);
    assertThat(Objects.requireNonNull(world.s3.objects.get(PATH)).text()).isEqualTo("large");
  }

  @Test
  void complete_ruleTakenBackMidUpload_replacesNothing() {
    world.serve(PublishWorld.policy(true));
    Upload upload = begin(LARGE);
    send(upload.parts(), LARGE);
    world.s3.add(PATH, "somebody else's");
    world.serve(PublishWorld.policy(false));

    refuses(Refusal.OBJECT_EXISTS, "replace_objects", () -> complete(upload));

    assertThat(Objects.requireNonNull(world.s3.objects.get(PATH)).text())
        .isEqualTo("somebody else's");
    abort(upload);
    assertThat(world.s3.uploads).isEmpty();
  }

  @Test
  void complete_onTwoNodesAtTheSameTime_isOneObjectAndOneAnswer() throws Exception {
    Upload upload = begin(LARGE);
    send(upload.parts(), LARGE);
    CyclicBarrier both = new CyclicBarrier(2);
    world.s3.fault =
        what -> {
          if (what.equals("complete")) {
            meet(both);
          }
          return null;
        };

    List<CompletableFuture<Upload.Done>> answers = new ArrayList<>();
    for (Publishing node : List.of(world.node, world.other)) {
      answers.add(
          CompletableFuture.supplyAsync(
              () -> node.uploads().complete(PublishWorld.caller(), upload.id())));
    }

    Upload.Done one = answers.get(0).get();
    Upload.Done other = answers.get(1).get();
    assertThat(one.etag()).isEqualTo(other.etag());
    assertThat(one.size()).isEqualTo(LARGE.length());
    assertThat(world.s3.count("complete")).as("both have tried").isEqualTo(2);
    world.s3.fault = what -> null;
    assertThat(complete(upload).etag()).isEqualTo(one.etag());
    assertThat(world.s3.count("complete")).as("a third has not").isEqualTo(2);
    assertThat(world.s3.uploads).isEmpty();
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void part_ofAnotherUpload_changesNothingOfThatOneAndIsMissedHere() {
    Upload one = begin(LARGE);
    Upload other =
        uploads.begin(PublishWorld.caller(), PublishWorld.order("fw/other.bin", LARGE + "!"));
    send(one.parts().subList(0, 2), LARGE);
    // The last part, by the link of the other upload, whose last part is one byte longer.
    world.send(link(other.parts().get(2)), "end");

    refuses(Refusal.UPLOAD_INCOMPLETE, "of 3 parts 1 are missing: 3", () -> complete(one));
    assertThat(rest(other).parts()).extracting(Upload.Part::number).containsExactly(1, 2, 3);
    send(rest(other).parts().subList(0, 2), LARGE);
    refuses(
        Refusal.UPLOAD_MISMATCH,
        "1 parts have another size than planned; send them again: 3",
        () -> complete(other));
    send(rest(other).parts(), LARGE + "!");
    assertThat(complete(other).size()).isEqualTo(LARGE.length() + 1);
  }

  @Test
  void parts_listThatDoesNotEnd_isGivenUp() {
    Upload upload = begin(LARGE);
    world.s3.fault =
        what ->
            what.equals("parts")
                ? new Wrong(
                    200,
                    "<ListPartsResult><IsTruncated>true</IsTruncated><Part><PartNumber>"
                        + world.s3.count("parts")
                        + "</PartNumber></Part></ListPartsResult>")
                : null;

    refuses(Refusal.BACKEND_UNAVAILABLE, "does not end", () -> rest(upload));
    assertThat(world.s3.count("parts")).isEqualTo(30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "99999999999999999999", ""})
  void parts_numbersThatAreNone_areNoParts(String number) {
    Upload upload = begin(LARGE);
    world.s3.fault =
        what ->
            what.equals("parts")
                ? new Wrong(
                    200,
                    "<ListPartsResult><Part><PartNumber>%s</PartNumber><Size>%s</Size></Part></ListPartsResult>"
                        .formatted(number, number))
                : null;

    assertThat(rest(upload).parts()).hasSize(3);
  }
}
