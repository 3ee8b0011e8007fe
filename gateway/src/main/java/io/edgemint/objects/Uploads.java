package io.edgemint.objects;

import static java.util.Objects.requireNonNull;

import io.edgemint.backend.Org;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests.Presigned;
import io.edgemint.bucket.Xml;
import io.edgemint.caller.Caller;
import io.edgemint.objects.Places.Place;
import io.edgemint.objects.Store.Pen;
import io.edgemint.objects.Store.Stored;
import io.edgemint.objects.Upload.Link;
import io.edgemint.objects.Upload.Part;
import io.edgemint.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Uploads by signed links, from the first to the object that counts. Nothing is kept of them here:
 * an upload's id is all there is, so that any gateway goes on with it. Waits for the network, so
 * never on an event loop.
 */
public final class Uploads {
  /** Links in one answer. */
  public static final int MAX_LINKS = 100;

  private static final HexFormat HEX = HexFormat.of();
  private static final int NONCE_BYTES = 16;

  private final Publishers publishers;
  private final Places places;
  private final Vault vault;
  private final DigestReader digests;
  private final ObjectFacts facts;
  private final Duration life;
  private final InstantSource clock;
  private final RandomGenerator random;

  Uploads(
      Publishers publishers,
      Places places,
      Vault vault,
      DigestReader digests,
      ObjectFacts facts,
      Duration life,
      InstantSource clock,
      RandomGenerator random) {
    this.publishers = publishers;
    this.places = places;
    this.vault = vault;
    this.digests = digests;
    this.facts = facts;
    this.life = life;
    this.clock = clock;
    this.random = random;
  }

  /** An upload that is gone on with. */
  private record Work(
      String id, Caller caller, Org org, UploadTicket ticket, Place place, Store store) {
    boolean replaces() {
      // What was delivered is never replaced.
      return Places.scope(ticket.place()).equals(Publishers.SCOPE) && org.policy().replaceObjects();
    }
  }

  /**
   * Begins an upload.
   *
   * @throws Refused if the caller may not, or the storage cannot
   */
  public Upload begin(Caller caller, UploadOrder order) {
    return begin(caller, order, null);
  }

  /**
   * Begins an upload into a destination.
   *
   * @param destination its name, or null for the organisation's own storage
   * @throws Refused if the caller may not, or the storage cannot
   */
  public Upload begin(Caller caller, UploadOrder order, @Nullable String destination) {
    Org org = publishers.org(caller, Publishers.scope(destination), order.key());
    UploadPlan plan = UploadPlan.of(order.size());
    if (order.partDigests() && plan.isOnePut()) {
      order =
          new UploadOrder(order.key(), order.size(), order.sha256(), order.contentType(), false);
    }
    Place place = places.now(org, destination);
    Store store = publishers.toPublish(org.id(), place, order.key());
    if ((destination != null || !org.policy().replaceObjects())
        && store.head(order.key()) != null) {
      throw exists();
    }
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    String nonceText = HEX.formatHex(nonce);
    String uploadId = plan.isOnePut() ? "" : start(store, order, nonceText);
    long end = clock.instant().getEpochSecond() + life.toSeconds();
    var ticket = new UploadTicket(order, place.name(), uploadId, nonceText, end);
    var work = new Work(ticket.seal(vault, org.id()), caller, org, ticket, place, store);
    try {
      return plan.isOnePut() ? withPut(work) : withParts(work, all(plan, 1));
    } catch (RuntimeException e) {
      if (!plan.isOnePut()) {
        // Nobody has the id, so nobody else ends it before the round that sweeps.
        var _ = store.send(bucket -> bucket.abortUpload(ticket.key(), uploadId));
      }
      throw e;
    }
  }

  private static List<Integer> all(UploadPlan plan, int from) {
    List<Integer> numbers = new ArrayList<>();
    for (int number = from; number <= plan.count() && numbers.size() <= MAX_LINKS; number++) {
      numbers.add(number);
    }
    return numbers;
  }

  private static String start(Store store, UploadOrder order, String nonce) {
    Map<String, String> headers = new HashMap<>(metadata(order, nonce));
    if (order.partDigests()) {
      headers.put("x-amz-checksum-algorithm", "SHA256");
    }
    Answer answer = store.send(bucket -> bucket.startUpload(order.key(), headers));
    if (!answer.succeeded()) {
      throw Store.refusal(answer, "begin an upload in parts", RIGHTS);
    }
    return Xml.of(answer.body())
        .id()
        .orElseThrow(
            () ->
                new Refused(
                    Refusal.BACKEND_UNAVAILABLE, "the storage's answer names no upload in parts"));
  }

  private static final String RIGHTS = "s3:PutObject (and kms:GenerateDataKey for SSE-KMS)";

  private static Map<String, String> metadata(UploadOrder order, String nonce) {
    return Map.of(
        "content-type",
        order.contentType(),
        HeadRequests.DECLARED,
        order.sha256(),
        Store.NONCE,
        nonce);
  }

  /**
   * What has not arrived, with fresh links for it.
   *
   * @param from the least part number that is answered with
   * @throws Refused if there is no such upload, or the storage cannot
   */
  public Upload parts(Caller caller, String id, int from) {
    Work work = resume(caller, id);
    UploadPlan plan = work.ticket.plan();
    if (plan.isOnePut()) {
      Stored stored = work.store.head(work.ticket.key());
      return isOf(work, stored) ? view(work, null, List.of(), 0) : withPut(work);
    }
    Parts arrived = Parts.fetch(work.store, work.ticket);
    if (doneBefore(work, arrived) != null) {
      return view(work, null, List.of(), 0);
    }
    return withParts(work, requireNonNull(arrived).missing(from));
  }

  /**
   * Links for parts whose digests are given.
   *
   * @param sha256 digests by number, up to 100 of them
   * @throws Refused if there is no such upload, or it is none whose parts have digests
   */
  public Upload partLinks(Caller caller, String id, SortedMap<Integer, String> sha256) {
    Work work = resume(caller, id);
    UploadPlan plan = work.ticket.plan();
    if (!work.ticket.order().partDigests()) {
      throw new Refused(
          Refusal.REQUEST_INVALID,
          "this upload began without part_digests; GET .../parts has its links");
    }
    if (sha256.isEmpty() || sha256.size() > MAX_LINKS) {
      throw new Refused(Refusal.REQUEST_INVALID, "sha256: 1 to 100 digests by part number");
    }
    Pen pen = work.store.pen();
    List<Part> parts = new ArrayList<>();
    sha256.forEach(
        (number, digest) -> {
          if (number < 1 || number > plan.count()) {
            throw new Refused(
                Refusal.REQUEST_INVALID, "sha256: this upload has the parts 1 to " + plan.count());
          }
          UploadOrder.requireDigest("sha256." + number, digest);
          parts.add(part(work, pen, number, digest));
        });
    return view(work, null, parts, 0);
  }

  /** The upload of an id, and the way to its storage. */
  private Work resume(Caller caller, String id) {
    Org org = publishers.org(caller);
    UploadTicket ticket = UploadTicket.open(id, vault, org.id(), clock.instant().getEpochSecond());
    publishers.org(caller, Places.scope(ticket.place()), ticket.key());
    Place place = places.again(org, ticket.place());
    Store store = publishers.toPublish(org.id(), place, ticket.key());
    return new Work(id, caller, org, ticket, place, store);
  }

  private Upload withPut(Work work) {
    UploadOrder order = work.ticket.order();
    Map<String, String> headers = new HashMap<>(metadata(order, work.ticket.nonce()));
    headers.put("content-length", Long.toString(order.size()));
    headers.put("x-amz-checksum-sha256", base64(order.sha256()));
    if (!work.replaces()) {
      headers.put("if-none-match", "*");
    }
    Pen pen = work.store.pen();
    Presigned put = pen.bucket().presignedPut(order.key(), headers, pen.seconds());
    return view(work, new Link(put.url(), put.headers(), pen.end()), List.of(), 0);
  }

  private Upload withParts(Work work, List<Integer> missing) {
    List<Integer> shown = missing.subList(0, Math.min(MAX_LINKS, missing.size()));
    int next = missing.size() > MAX_LINKS ? missing.get(MAX_LINKS) : 0;
    boolean linked = !work.ticket.order().partDigests() && !shown.isEmpty();
    Pen pen = linked ? work.store.pen() : null;
    List<Part> parts = shown.stream().map(number -> part(work, pen, number, null)).toList();
    return view(work, null, parts, next);
  }

  private static Part part(Work work, @Nullable Pen pen, int number, @Nullable String sha256) {
    UploadTicket ticket = work.ticket;
    UploadPlan plan = ticket.plan();
    Link link = null;
    if (pen != null) {
      Map<String, String> headers = new HashMap<>();
      headers.put("content-length", Long.toString(plan.size(number)));
      if (sha256 != null) {
        headers.put("x-amz-checksum-sha256", base64(sha256));
      }
      Presigned put =
          pen.bucket()
              .presignedPart(ticket.key(), ticket.uploadId(), number, headers, pen.seconds());
      link = new Link(put.url(), put.headers(), pen.end());
    }
    return new Part(number, plan.offset(number), plan.size(number), link);
  }

  private static String base64(String hex) {
    return Base64.getEncoder().encodeToString(HEX.parseHex(hex));
  }

  /** What is given out; looked at again, for it may have been withdrawn during a wait. */
  private Upload view(Work work, @Nullable Link put, List<Part> parts, int next) {
    UploadTicket ticket = work.ticket;
    publishers.org(work.caller, Places.scope(ticket.place()), ticket.key());
    return new Upload(work.id, ticket.key(), ticket.plan(), ticket.end(), put, parts, next);
  }

  /**
   * Checks what has arrived, and makes an object of it; once it is there, asking again changes
   * nothing.
   *
   * @throws Refused if something is missing or is not what was announced
   */
  public Upload.Done complete(Caller caller, String id) {
    Work work = resume(caller, id);
    return work.ticket.plan().isOnePut() ? completePut(work) : completeParts(work);
  }

  private Upload.Done completePut(Work work) {
    Stored stored = work.store.head(work.ticket.key());
    if (stored == null) {
      throw new Refused(
          Refusal.UPLOAD_INCOMPLETE, "nothing has arrived under the key; send the PUT");
    }
    requireOurs(work, stored);
    UploadOrder order = work.ticket.order();
    if (stored.size() != order.size()) {
      throw wrong(work, "it has %d bytes instead of %d".formatted(stored.size(), order.size()));
    }
    boolean same =
        stored.checksum().isPresent()
            ? stored.checksum().get().equals(base64(order.sha256()))
            : digests.matches(work.org.id(), work.store, order.key(), stored, order.sha256());
    if (!same) {
      throw wrong(work, "its SHA-256 is not the one that was announced");
    }
    digests.trust(work.org.id(), work.store, order.key(), stored);
    return done(work, stored, true);
  }

  /** What is wrong goes, or the key would be taken by it. */
  private Refused wrong(Work work, String why) {
    boolean gone = deleteOurs(work);
    return new Refused(
        Refusal.UPLOAD_MISMATCH,
        why + (gone ? "; it was deleted, begin a new upload" : "; delete it and begin a new one"));
  }

  private Upload.Done completeParts(Work work) {
    Parts parts = Parts.fetch(work.store, work.ticket);
    Stored done = doneBefore(work, parts);
    if (done != null) {
      return confirmed(work, done);
    }
    requireNonNull(parts).requireWhole();
    Stored before = work.replaces() ? null : work.store.head(work.ticket.key());
    if (before != null) {
      requireOurs(work, before);
      return confirmed(work, before);
    }
    Map<String, String> headers = new HashMap<>();
    headers.put("content-type", "application/xml");
    headers.put("x-amz-mp-object-size", Long.toString(work.ticket.order().size()));
    if (!work.replaces()) {
      headers.put("if-none-match", "*");
    }
    Answer answer =
        work.store.sendLong(
            bucket ->
                bucket.completeUpload(
                    work.ticket.key(), work.ticket.uploadId(), headers, parts.document()));
    if (!answer.succeeded() || !isResult(answer)) {
      return despite(work, answer);
    }
    Stored stored = work.store.head(work.ticket.key());
    if (stored == null) {
      throw new Refused(
          Refusal.BACKEND_UNAVAILABLE, "the storage does not show the object yet; ask again");
    }
    requireOurs(work, stored);
    return confirmed(work, stored);
  }

  private static boolean isResult(Answer answer) {
    return Xml.of(answer.body()).isNamed("CompleteMultipartUploadResult");
  }

  /** What has failed may have been done all the same, by this call or by another. */
  private Upload.Done despite(Work work, Answer answer) {
    Stored stored = work.store.head(work.ticket.key());
    if (stored != null && isOf(work, stored)) {
      return confirmed(work, stored);
    }
    if (stored != null && !work.replaces()) {
      throw exists();
    }
    throw switch (answer.codeInBody()) {
      case "NoSuchUpload" -> UploadTicket.unknown("the storage knows of no such upload");
      case "InvalidPart", "InvalidPartOrder" ->
          new Refused(Refusal.UPLOAD_INCOMPLETE, "a part has changed meanwhile; ask again");
      case "EntityTooSmall", "BadDigest", "InvalidRequest" ->
          new Refused(
              Refusal.UPLOAD_MISMATCH,
              "the storage does not take the parts (%s)".formatted(answer.codeInBody()));
      default -> Store.refusal(answer, "complete the upload", RIGHTS);
    };
  }

  private Upload.Done confirmed(Work work, Stored stored) {
    UploadOrder order = work.ticket.order();
    if (stored.size() != order.size()) {
      throw wrong(work, "it has %d bytes instead of %d".formatted(stored.size(), order.size()));
    }
    digests.later(work.org.id(), work.store, order.key(), stored, order.sha256());
    return done(work, stored, false);
  }

  private Upload.Done done(Work work, Stored stored, boolean verified) {
    facts.forget(work.org.id(), work.place.storage(), work.ticket.key());
    publishers.org(work.caller, Places.scope(work.ticket.place()), work.ticket.key());
    return new Upload.Done(
        work.ticket.key(),
        stored.size(),
        stored.etag(),
        work.ticket.order().sha256(),
        verified,
        stored.version().orElse(null));
  }

  private static boolean isOf(Work work, @Nullable Stored stored) {
    return stored != null && stored.nonce().equals(work.ticket.nonce());
  }

  /**
   * The object of an upload of whose parts the storage knows nothing because it is complete, or
   * null if there are parts to go on with.
   */
  private static @Nullable Stored doneBefore(Work work, @Nullable Parts parts) {
    if (parts != null && !parts.isEmpty()) {
      return null;
    }
    Stored stored = work.store.head(work.ticket.key());
    if (isOf(work, stored)) {
      return stored;
    }
    if (parts == null) {
      throw UploadTicket.unknown("the storage knows of no such upload; it was ended or replaced");
    }
    return null;
  }

  private static void requireOurs(Work work, Stored stored) {
    if (isOf(work, stored)) {
      return;
    }
    throw work.replaces()
        ? new Refused(
            Refusal.UPLOAD_INCOMPLETE, "under the key lies what another upload has put there")
        : exists();
  }

  private static Refused exists() {
    return new Refused(
        Refusal.OBJECT_EXISTS,
        "objects are not replaced (policy.replace_objects); choose another key, or delete it");
  }

  /**
   * Ends an upload and leaves nothing of it; one that is over already is no error. An object of
   * parts that is complete stays.
   *
   * @throws Refused if the storage cannot
   */
  public void abort(Caller caller, String id) {
    Work work = resume(caller, id);
    if (work.ticket.plan().isOnePut()) {
      if (isOf(work, work.store.head(work.ticket.key())) && !deleteOurs(work)) {
        throw new Refused(
            Refusal.BACKEND_UNAVAILABLE,
            "the storage refuses to delete the object: its role or key needs s3:DeleteObject below"
                + " the prefix");
      }
      return;
    }
    Answer answer =
        work.store.send(bucket -> bucket.abortUpload(work.ticket.key(), work.ticket.uploadId()));
    if (!answer.succeeded() && (answer.status() != 404 || answer.code().equals("NoSuchBucket"))) {
      throw Store.refusal(answer, "end the upload", "s3:AbortMultipartUpload");
    }
  }

  /** Deletes the object that this upload has made; false if the storage does not. */
  private boolean deleteOurs(Work work) {
    boolean deleted =
        publishers
            .toDelete(work.org.id(), work.place)
            .send(bucket -> bucket.delete(work.ticket.key(), null))
            .succeeded();
    facts.forget(work.org.id(), work.place.storage(), work.ticket.key());
    return deleted;
  }
}
