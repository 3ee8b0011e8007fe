package io.edgemint.probe;

import io.edgemint.backend.ObjectKey;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Xml;
import io.edgemint.probe.Check.Side;
import java.util.Optional;

/** Checks that large files can be uploaded in parts, and that none of an upload has to stay. */
final class MultipartChecks {
  private final BucketRequests bucket;
  private final Courier courier;
  private final Report report;
  private final Cleaner cleaner;

  MultipartChecks(BucketRequests bucket, Courier courier, Report report, Cleaner cleaner) {
    this.bucket = bucket;
    this.courier = courier;
    this.report = report;
    this.cleaner = cleaner;
  }

  /** Begins an upload, asks for its parts and aborts it. */
  void run(ObjectKey key) {
    boolean aborted = false;
    try {
      Optional<String> id = start(key);
      if (id.isPresent()) {
        list(key, id.get());
        aborted = abort(key, id.get());
      }
    } finally {
      if (!aborted) {
        // Also if it seems not to have begun: the answer may be lost on the way.
        cleaner.abortUploads(key);
      }
    }
  }

  private Optional<String> start(ObjectKey key) {
    String step = "begin an upload in parts";
    Answer answer = courier.send(bucket.startUpload(key));
    Optional<String> id = answer.succeeded() ? Xml.of(answer.body()).id() : Optional.empty();
    if (id.isPresent()) {
      report.passed(Side.UPLOAD, step, answer.seen());
      return id;
    }
    Diagnosis denied =
        new Diagnosis(
            answer.refused() ? "multipart_denied" : "multipart_failed",
            "allow s3:PutObject below the prefix, and for SSE-KMS kms:GenerateDataKey and"
                + " kms:Decrypt");
    report.failed(Side.UPLOAD, step, answer.seen(), Diagnosis.of(answer, denied));
    return Optional.empty();
  }

  private void list(ObjectKey key, String id) {
    String step = "ask for its parts";
    Answer answer = courier.send(bucket.listParts(key, id));
    if (answer.succeeded()) {
      report.passed(Side.UPLOAD, step, answer.seen());
      return;
    }
    report.warned(
        Side.UPLOAD,
        step,
        answer.seen(),
        new Diagnosis(
            "multipart_list_denied",
            "allow s3:ListMultipartUploadParts below the prefix, so that uploads can resume"));
  }

  private boolean abort(ObjectKey key, String id) {
    String step = "abort it";
    Answer answer = courier.send(bucket.abortUpload(key, id));
    if (answer.succeeded()) {
      report.passed(Side.UPLOAD, step, answer.seen());
      return true;
    }
    Diagnosis stays =
        new Diagnosis(
            "multipart_abort_failed",
            "allow s3:AbortMultipartUpload below the prefix, and let a lifecycle rule with"
                + " AbortIncompleteMultipartUpload clear away what stays");
    report.failed(Side.UPLOAD, step, answer.seen(), Diagnosis.of(answer, stays));
    return false;
  }
}
