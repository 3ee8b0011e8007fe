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
  private final Completion completion;
  private final Duration life;
  private final InstantSource clock;
  private final RandomGenerator random;

  Uploads(
      Publishers publishers,
      Places places,
      Vault vault,
      Completion completion,
      Duration life,
      InstantSource clock,
      RandomGenerator random) {
    this.publishers = publishers;
    this.places = places;
    this.vault = vault;
    this.completion = completion;
    this.life = life;
    this.clock = clock;
    this.random = random;
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
      throw Work.exists();
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
      throw Store.refusal(answer, "begin an upload in parts", Completion.RIGHTS);
    }
    return Xml.of(answer.body())
        .id()
        .orElseThrow(
            () ->
                new Refused(
                    Refusal.BACKEND_UNAVAILABLE, "the storage's answer names no upload in parts"));
  }

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
    UploadPlan plan = work.ticket().plan();
    if (plan.isOnePut()) {
      return work.made(work.head()) ? view(work, null, List.of(), 0) : withPut(work);
    }
    Parts arrived = Parts.fetch(work.store(), work.ticket());
    if (work.madeBefore(arrived) != null) {
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
    UploadPlan plan = work.ticket().plan();
    if (!work.ticket().order().partDigests()) {
      throw new Refused(
          Refusal.REQUEST_INVALID,
          "this upload began without part_digests; GET .../parts has its links");
    }
    if (sha256.isEmpty() || sha256.size() > MAX_LINKS) {
      throw new Refused(Refusal.REQUEST_INVALID, "sha256: 1 to 100 digests by part number");
    }
    Pen pen = work.store().pen();
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
    UploadOrder order = work.ticket().order();
    Map<String, String> headers = new HashMap<>(metadata(order, work.ticket().nonce()));
    headers.put("content-length", Long.toString(order.size()));
    headers.put("x-amz-checksum-sha256", base64(order.sha256()));
    if (!work.replaces()) {
      headers.put("if-none-match", "*");
    }
    Pen pen = work.store().pen();
    Presigned put = pen.bucket().presignedPut(order.key(), headers, pen.seconds());
    return view(work, new Link(put.url(), put.headers(), pen.end()), List.of(), 0);
  }

  private Upload withParts(Work work, List<Integer> missing) {
    List<Integer> shown = missing.subList(0, Math.min(MAX_LINKS, missing.size()));
    int next = missing.size() > MAX_LINKS ? missing.get(MAX_LINKS) : 0;
    boolean linked = !work.ticket().order().partDigests() && !shown.isEmpty();
    Pen pen = linked ? work.store().pen() : null;
    List<Part> parts = shown.stream().map(number -> part(work, pen, number, null)).toList();
    return view(work, null, parts, next);
  }

  private static Part part(Work work, @Nullable Pen pen, int number, @Nullable String sha256) {
    UploadTicket ticket = work.ticket();
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
    UploadTicket ticket = work.ticket();
    publishers.org(work.caller(), Places.scope(ticket.place()), ticket.key());
    return new Upload(work.id(), ticket.key(), ticket.plan(), ticket.end(), put, parts, next);
  }

  /**
   * Checks what has arrived, and makes an object of it; once it is there, asking again changes
   * nothing.
   *
   * @throws Refused if something is missing or is not what was announced
   */
  public Upload.Done complete(Caller caller, String id) {
    Work work = resume(caller, id);
    return work.ticket().plan().isOnePut() ? completion.ofPut(work) : completion.ofParts(work);
  }

  /**
   * Ends an upload and leaves nothing of it; one that is over already is no error. An object of
   * parts that is complete stays.
   *
   * @throws Refused if the storage cannot
   */
  public void abort(Caller caller, String id) {
    completion.abort(resume(caller, id));
  }
}
