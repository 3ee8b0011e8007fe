package io.edgemint.objects;

import static java.util.Objects.requireNonNull;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Xml;
import io.edgemint.objects.Store.Stored;
import io.edgemint.objects.VerifiedDigests.Verdict;
import java.util.HashMap;
import java.util.Map;

/** How uploads end: with an object that counts, or with nothing. Waits for the network. */
final class Completion {
  /** What a role needs to write. */
  static final String RIGHTS = "s3:PutObject (and kms:GenerateDataKey for SSE-KMS)";

  private final Publishers publishers;
  private final DigestReader digests;
  private final ObjectFacts facts;

  Completion(Publishers publishers, DigestReader digests, ObjectFacts facts) {
    this.publishers = publishers;
    this.digests = digests;
    this.facts = facts;
  }

  /** Checks what one PUT has brought. */
  Upload.Done ofPut(Work work) {
    Stored stored = work.head();
    if (stored == null) {
      throw new Refused(
          Refusal.UPLOAD_INCOMPLETE, "nothing has arrived under the key; send the PUT");
    }
    work.requireMade(stored);
    requireSize(work, stored);
    String sha256 = work.ticket().order().sha256();
    String computed = stored.computed();
    boolean same =
        computed != null
            ? computed.equals(sha256)
            : digests.matches(work.org().id(), work.store(), work.key(), stored, sha256);
    if (!same) {
      throw wrong(work, stored, "its SHA-256 is not the one that was announced");
    }
    digests.trust(work.org().id(), work.store(), work.key(), stored);
    return done(work, stored, true);
  }

  /** Makes an object of parts; one that was made already is checked again. */
  Upload.Done ofParts(Work work) {
    Parts parts = Parts.fetch(work.store(), work.ticket());
    Stored made = work.madeBefore(parts);
    if (made != null) {
      return confirmed(work, made);
    }
    requireNonNull(parts).requireWhole();
    Stored before = work.replaces() ? null : work.head();
    if (before != null) {
      work.requireMade(before);
      return confirmed(work, before);
    }
    Map<String, String> headers = new HashMap<>();
    headers.put("content-type", "application/xml");
    headers.put("x-amz-mp-object-size", Long.toString(work.ticket().order().size()));
    if (!work.replaces()) {
      headers.put("if-none-match", "*");
    }
    String id = work.ticket().uploadId();
    Answer answer =
        work.store().sendLong(b -> b.completeUpload(work.key(), id, headers, parts.document()));
    if (!answer.succeeded() || !isResult(answer)) {
      return despite(work, answer);
    }
    Stored stored = work.head();
    if (stored == null) {
      throw new Refused(
          Refusal.BACKEND_UNAVAILABLE, "the storage does not show the object yet; ask again");
    }
    work.requireMade(stored);
    return confirmed(work, stored);
  }

  private static boolean isResult(Answer answer) {
    return Xml.of(answer.body()).isNamed("CompleteMultipartUploadResult");
  }

  /** What has failed may have been done all the same, by this call or by another. */
  private Upload.Done despite(Work work, Answer answer) {
    Stored stored = work.head();
    if (stored != null && work.made(stored)) {
      return confirmed(work, stored);
    }
    if (stored != null && !work.replaces()) {
      throw Work.exists();
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

  /** Devices may read it by now, so that what turns out wrong later is not deleted unasked. */
  private Upload.Done confirmed(Work work, Stored stored) {
    requireSize(work, stored);
    Verdict verdict =
        digests.later(
            work.org().id(), work.store(), work.key(), stored, work.ticket().order().sha256());
    if (verdict == Verdict.WRONG) {
      throw new Refused(
          Refusal.UPLOAD_MISMATCH,
          "its bytes have been read, and their SHA-256 is not the one that was announced; delete"
              + " the object and begin a new upload");
    }
    return done(work, stored, verdict == Verdict.VERIFIED);
  }

  private void requireSize(Work work, Stored stored) {
    long size = work.ticket().order().size();
    if (stored.size() != size) {
      throw wrong(work, stored, "it has %d bytes instead of %d".formatted(stored.size(), size));
    }
  }

  /** What is wrong goes, or the key would be taken by it. */
  private Refused wrong(Work work, Stored stored, String why) {
    boolean gone = isGone(work, delete(work, stored));
    return new Refused(
        Refusal.UPLOAD_MISMATCH,
        why + (gone ? "; it was deleted, begin a new upload" : "; delete it and begin a new one"));
  }

  private Upload.Done done(Work work, Stored stored, boolean verified) {
    facts.forget(work.org().id(), work.place().storage(), work.key());
    publishers.org(work.caller(), Places.scope(work.ticket().place()), work.key());
    return new Upload.Done(
        work.key(),
        stored.size(),
        stored.etag(),
        work.ticket().order().sha256(),
        verified,
        stored.version());
  }

  /** Leaves nothing of an upload; an object of parts that is complete stays. */
  void abort(Work work) {
    if (work.ticket().plan().isOnePut()) {
      Stored stored = work.head();
      if (stored != null && work.made(stored)) {
        Answer answer = delete(work, stored);
        if (!isGone(work, answer)) {
          throw Store.refusal(answer, "delete the object", "s3:DeleteObject and s3:GetObject");
        }
      }
      return;
    }
    String id = work.ticket().uploadId();
    Answer answer = work.store().send(bucket -> bucket.abortUpload(work.key(), id));
    if (!answer.succeeded() && (answer.status() != 404 || answer.code().equals("NoSuchBucket"))) {
      throw Store.refusal(answer, "end the upload", "s3:AbortMultipartUpload");
    }
  }

  /** Deletes the object that was seen, and no other that may have taken its place since. */
  private Answer delete(Work work, Stored seen) {
    Store store = publishers.toDelete(work.org().id(), work.place());
    String etag = seen.object().etag();
    // Weak ETags are equal to none (RFC 9110, 8.8.3.2).
    Answer answer =
        etag == null || etag.startsWith("W/")
            ? null
            : store.send(bucket -> bucket.deleteIfMatch(work.key(), etag));
    if (answer == null || answer.status() == 501) {
      // A storage that knows no such condition says so; what was seen was ours a moment ago.
      answer = store.send(bucket -> bucket.delete(work.key(), null));
    }
    facts.forget(work.org().id(), work.place().storage(), work.key());
    return answer;
  }

  /** With a condition, S3 says 404 where nothing lies, and 412 where another object does. */
  private static boolean isGone(Work work, Answer answer) {
    return answer.succeeded()
        || (answer.status() == 404 && !answer.code().equals("NoSuchBucket"))
        || (answer.status() == 412 && !work.made(work.head()));
  }
}
