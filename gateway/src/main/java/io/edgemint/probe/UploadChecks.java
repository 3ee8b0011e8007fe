package io.edgemint.probe;

import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Encryption;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Xml;
import io.edgemint.probe.Check.Side;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks that a publisher can do in the bucket what publishing takes. */
final class UploadChecks {
  private static final String SSE = "x-amz-server-side-encryption";

  /** Amazon S3 API reference, GetObject: what must be restored before it can be read. */
  static final Set<String> ARCHIVES = Set.of("GLACIER", "DEEP_ARCHIVE");

  private final S3Storage storage;
  private final BucketRequests bucket;
  private final Courier courier;
  private final Report report;
  private final List<TestObject> written = new ArrayList<>();
  private final Cleaner cleaner;
  private boolean readable = true;

  UploadChecks(
      S3Storage storage, BucketRequests bucket, Courier courier, Report report, Cleaner cleaner) {
    this.storage = storage;
    this.bucket = bucket;
    this.courier = courier;
    this.report = report;
    this.cleaner = cleaner;
  }

  /**
   * Whether there is a bucket in the region; without one nothing else can be tried. HeadBucket
   * would be denied where listing is allowed below the prefix alone.
   */
  boolean findBucket() {
    String step = "find the bucket in its region";
    Answer answer = courier.send(bucket.list(Probe.FOLDER));
    Optional<String> region = answer.header("x-amz-bucket-region");
    boolean elsewhere =
        !answer.succeeded() && region.isPresent() && !region.get().equals(storage.region());
    if (answer.succeeded()) {
      report.passed(Side.UPLOAD, step, answer.seen());
      return true;
    }
    Diagnosis failed = failed("bucket_failed");
    Diagnosis diagnosis =
        elsewhere
            ? Diagnosis.wrongRegion(region)
            : answer.status() == 404 ? Diagnosis.bucketMissing() : Diagnosis.of(answer, failed);
    if (diagnosis.equals(failed) && answer.refused()) {
      // A policy may well allow objects and no listing, which has a check of its own.
      return true;
    }
    report.failed(Side.UPLOAD, step, answer.seen(), diagnosis);
    return false;
  }

  /** Writes an object; tells whether it is there. */
  boolean write(TestObject object) {
    String step = "write a test object";
    Answer answer = put(object, object.content());
    if (answer.succeeded()) {
      report.passed(Side.UPLOAD, step, answer.seen());
      checkEncryption(answer);
      return true;
    }
    report.failed(
        Side.UPLOAD, step, answer.seen(), Diagnosis.of(answer, notWritten(object, answer)));
    return false;
  }

  /** Writes a further object or version without a word about it. */
  boolean writeAlso(TestObject object, Buffer content) {
    return put(object, content).succeeded();
  }

  private Answer put(TestObject object, Buffer content) {
    return put(object, content, storage.encryption().headers());
  }

  private Answer put(TestObject object, Buffer content, Map<String, String> encryption) {
    if (!written.contains(object)) {
      // Also if the write seems to fail: its answer may be lost on the way.
      written.add(object);
    }
    Answer answer = courier.send(bucket.put(object.key(), content, encryption));
    remember(object, answer);
    return answer;
  }

  /**
   * Amazon S3 user guide, "Working with S3 Versioning": {@code null} is the id of what has none.
   */
  private static void remember(TestObject object, Answer answer) {
    answer
        .header("x-amz-version-id")
        .filter(version -> version.matches("[!-~]{1,1024}") && !version.equals("null"))
        .ifPresent(object.versions()::add);
  }

  /** S3 answers AccessDenied whatever the reason: the same write in another way tells which. */
  private Diagnosis notWritten(TestObject object, Answer answer) {
    if (!answer.refused()) {
      return failed("write_failed");
    }
    Encryption asked = storage.encryption();
    Map<String, String> other =
        asked instanceof Encryption.BucketDefault
            ? new Encryption.SseS3().headers()
            : Map.<String, String>of();
    if (!put(object, object.content(), other).succeeded()) {
      return new Diagnosis(
          "write_denied",
          "allow s3:PutObject on arn:aws:s3:::%s/%s*; if a policy asks for an encryption header, let"
                  .formatted(storage.bucket(), storage.prefix())
              + " it ask for one alone, as AES256 and a KMS key exclude each other, and write the"
              + " same under 'encryption'");
    }
    return switch (asked) {
      case Encryption.BucketDefault byDefault ->
          new Diagnosis(
              "encryption_required",
              "write 'encryption: sse-s3': the bucket's policy takes no object without");
      case Encryption.SseS3 s3 ->
          new Diagnosis(
              "encryption_refused",
              "the bucket takes the object without 'encryption: sse-s3' alone; write"
                  + " 'bucket-default', or 'sse-kms' with the key that its policy names");
      case Encryption.SseKms kms -> Diagnosis.kmsDenied();
    };
  }

  private void checkEncryption(Answer answer) {
    String asked = storage.encryption().headers().get(SSE);
    if (asked == null) {
      return;
    }
    String step = "have it encrypted as asked";
    if (answer.header(SSE).orElse("").equals(asked)) {
      report.passed(Side.UPLOAD, step, asked);
    } else {
      report.failed(
          Side.UPLOAD,
          step,
          "the storage does not confirm " + asked,
          new Diagnosis(
              "encryption_ignored",
              "set the encryption that the storage has, or write 'encryption: bucket-default'"));
    }
  }

  /** Reads the object as the role, which is how digests are verified. */
  void readBack(TestObject object) {
    String step = "read it back";
    Answer answer = courier.send(bucket.get(object.key()));
    readable = !answer.refused();
    if (isArchived(answer)) {
      report.failed(Side.UPLOAD, step, answer.seen(), Diagnosis.archived());
    } else if (answer.succeeded() && answer.hasBytes(object.content())) {
      report.passed(Side.UPLOAD, step, answer.seen());
    } else if (answer.succeeded()) {
      report.failed(Side.UPLOAD, step, "other bytes", failed("bytes_differ"));
    } else {
      Diagnosis notRead = answer.refused() ? notRead(object) : failed("read_back_failed");
      report.failed(Side.UPLOAD, step, answer.seen(), Diagnosis.of(answer, notRead));
    }
  }

  /** Encrypted with KMS, an object shows its headers to those who may read but not decrypt it. */
  private Diagnosis notRead(TestObject object) {
    Answer head = courier.send(bucket.head(object.key()));
    if (head.succeeded() && head.header(SSE).orElse("").startsWith("aws:kms")) {
      return Diagnosis.kmsDenied();
    }
    return new Diagnosis(
        "read_back_denied",
        "allow s3:GetObject below the prefix, without a condition on encryption headers; and let no"
            + " Deny of the bucket's policy hit the role: one with StringNotEquals AWS:SourceArn"
            + " denies everybody but the distribution, so exempt the role by aws:PrincipalArn");
  }

  /** Amazon S3 API reference, GetObject: the headers of an object that sleeps. */
  static boolean isArchived(Answer answer) {
    return ARCHIVES.contains(answer.header("x-amz-storage-class").orElse(""))
        || answer.header("x-amz-archive-status").isPresent()
        || answer.code().equals("InvalidObjectState");
  }

  /** Lists the object; whoever may not list gets 403 in place of 404 for what is not there. */
  void list(TestObject object) {
    String step = "list below the prefix";
    Answer answer = courier.send(bucket.list(object.key().value()));
    String name = storage.prefix() + object.key().value();
    if (!answer.succeeded()) {
      Diagnosis denied =
          new Diagnosis(
              answer.refused() ? "list_denied" : "list_failed",
              "allow s3:ListBucket on the bucket itself (arn:aws:s3:::%s, without /*)"
                  .formatted(storage.bucket()));
      report.failed(Side.UPLOAD, step, answer.seen(), Diagnosis.of(answer, denied));
    } else if (Xml.of(answer.body()).all("Key").stream()
        .flatMap(key -> key.element().stream())
        .noneMatch(key -> key.getTextContent().equals(name))) {
      report.failed(Side.UPLOAD, step, "the object is not listed", failed("list_incomplete"));
    } else {
      report.passed(Side.UPLOAD, step, answer.seen());
    }
  }

  /** Deletes everything that was written, and tells of the first object if it is told to. */
  void deleteAll(boolean told) {
    boolean kept = false;
    for (TestObject object : written) {
      Answer answer = courier.send(bucket.delete(object.key(), null));
      remember(object, answer);
      if (told && object.equals(written.getFirst())) {
        tellDeleted(object, answer);
      }
      kept |= !cleaner.deleteVersions(object) && answer.succeeded();
    }
    if (kept) {
      report.warned(
          Side.UPLOAD,
          "delete its versions",
          "some stay",
          new Diagnosis(
              "versions_left",
              "allow s3:DeleteObjectVersion below %s%s, or let a lifecycle rule expire noncurrent"
                      .formatted(storage.prefix(), Probe.FOLDER)
                  + " versions"));
    }
  }

  private void tellDeleted(TestObject object, Answer answer) {
    String step = "delete it";
    if (answer.succeeded() || answer.status() == 404) {
      report.passed(Side.UPLOAD, step, answer.seen());
      return;
    }
    String byHand = "delete " + storage.prefix() + object.key() + " by hand";
    Diagnosis denied =
        answer.refused() && !readable
            ? new Diagnosis(
                "encryption_condition",
                "GET and DELETE carry no encryption header: ask for s3:x-amz-server-side-encryption"
                    + " in a statement of s3:PutObject alone; and "
                    + byHand)
            : new Diagnosis(
                answer.refused() ? "delete_denied" : "delete_failed",
                "allow s3:DeleteObject below the prefix, and " + byHand);
    report.failed(Side.UPLOAD, step, answer.seen(), Diagnosis.of(answer, denied));
  }

  private static Diagnosis failed(String code) {
    return new Diagnosis(code, "check bucket, region, endpoint and encryption");
  }
}
