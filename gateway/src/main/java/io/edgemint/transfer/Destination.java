package io.edgemint.transfer;

import io.edgemint.backend.ObjectKey;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Xml;
import io.edgemint.transfer.BegunUploads.Begun;
import io.edgemint.transfer.Source.Head;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Writes objects, whole or in parts, so that each is there as a whole or not at all. */
final class Destination {
  /** The ETag of the object at the source, by which a copy is known again. */
  static final String SOURCE_ETAG = "x-amz-meta-edgemint-source-etag";

  private static final Pattern ETAG = Pattern.compile("[!-~]{1,200}");

  private final Reach reach;
  private final boolean replace;
  private final BegunUploads begun;

  /** Cleared by a storage that knows no conditions. */
  private volatile boolean conditional;

  /** Remembers uploads in parts as long as they may have to be ended. */
  Destination(Reach reach, boolean replace, BegunUploads begun) {
    this.reach = reach;
    this.replace = replace;
    this.begun = begun;
    this.conditional = !replace;
  }

  /** Puts an object whole. */
  void put(ObjectKey key, byte[] content, Head head) throws NotCopied {
    Answer answer = conditionally(more -> reach.send(b -> b.put(key, content, with(head, more))));
    settle(key, head, answer);
  }

  /** Begins an upload in parts, which {@link #complete} or {@link #abort} ends. */
  Begun start(ObjectKey key, Head head) throws NotCopied {
    Answer answer = reach.send(b -> b.startUpload(key, with(head, Map.of())));
    requireWritten(answer);
    String id =
        Xml.of(answer.body())
            .id()
            .orElseThrow(() -> new NotCopied("the backend began an upload without a usable id"));
    try {
      return begun.add(key, id);
    } catch (IOException e) {
      Answer _ = reach.send(b -> b.abortUpload(key, id));
      throw NotCopied.ofAll("its upload cannot be remembered (%s)".formatted(e.getMessage()));
    }
  }

  /** Puts a part, and gives its ETag. */
  String putPart(Begun upload, int number, byte[] content) throws NotCopied {
    Answer answer = reach.send(b -> b.putPart(upload.key(), upload.id(), number, content));
    if (answer.status() == 404) {
      throw new NotCopied("its upload was ended by somebody else; run the copy again");
    }
    requireWritten(answer);
    return answer
        .header("etag")
        .filter(etag -> ETAG.matcher(etag).matches())
        .orElseThrow(() -> new NotCopied("the backend took a part and names no ETag for it"));
  }

  /** Makes an object of the parts. */
  void complete(Begun upload, List<String> etags, Head head) throws NotCopied {
    ObjectKey key = upload.key();
    Answer answer =
        conditionally(more -> reach.send(b -> b.completeUpload(key, upload.id(), etags, more)));
    // "CompleteMultipartUpload", Amazon S3 API reference: a 200 may hold an error.
    if (answer.succeeded()
        && !Xml.of(answer.body()).isNamed("CompleteMultipartUploadResult")
        && !isOurs(key, head)) {
      throw new NotCopied("the backend did not put its parts together; run the copy again");
    }
    settle(key, head, answer);
    begun.remove(upload);
  }

  /** Ends an upload; if the storage does not, the next run tries it again. */
  void abort(Begun upload) {
    Answer answer = reach.send(b -> b.abortUpload(upload.key(), upload.id()));
    if (answer.succeeded() || answer.code().equals("NoSuchUpload")) {
      begun.remove(upload);
    }
  }

  /** Ends what earlier runs have begun and left. */
  void endEarlier() throws IOException {
    begun.all().forEach(this::abort);
  }

  /** What the target holds under a key. */
  Optional<Head> head(ObjectKey key) throws NotCopied {
    Answer answer = reach.send(b -> b.head(key));
    if (answer.status() == 404) {
      return Optional.empty();
    }
    if (!answer.succeeded()) {
      throw NotCopied.ofAll(
          "what the backend holds could not be looked at (%s); allow s3:GetObject on %s/%s*"
              .formatted(answer.seen(), reach.storage().bucket(), reach.storage().prefix()));
    }
    return Optional.of(Source.head(answer));
  }

  private Map<String, String> with(Head head, Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(head.headers());
    headers.putAll(reach.storage().encryption().headers());
    if (!head.etag().isEmpty()) {
      headers.put(SOURCE_ETAG, bare(head.etag()));
    }
    headers.putAll(more);
    return headers;
  }

  static String bare(String etag) {
    return etag.replace("\"", "");
  }

  /** Something that is sent with further headers. */
  private interface Attempt {
    Answer with(Map<String, String> headers);
  }

  private Answer conditionally(Attempt attempt) {
    Answer answer = attempt.with(conditional ? Map.of("If-None-Match", "*") : Map.of());
    if (answer.status() == 501 && conditional) {
      // The listing has just said that there is no such object.
      conditional = false;
      return attempt.with(Map.of());
    }
    return answer;
  }

  /** A request is repeated when its answer is lost, and then finds what it did itself. */
  private void settle(ObjectKey key, Head head, Answer answer) throws NotCopied {
    if ((answer.status() == 412 || answer.status() == 404) && isOurs(key, head)) {
      return;
    }
    if (answer.status() == 412 && !replace) {
      throw new NotCopied(
          "the backend got an object of this key meanwhile; run the copy again to compare the two");
    }
    requireWritten(answer);
  }

  private boolean isOurs(ObjectKey key, Head head) throws NotCopied {
    Optional<Head> there = head(key);
    return there.isPresent()
        && there.get().size() == head.size()
        && bare(head.etag()).equals(there.get().headers().get(SOURCE_ETAG));
  }

  private void requireWritten(Answer answer) throws NotCopied {
    if (answer.succeeded()) {
      return;
    }
    if (answer.refused()) {
      throw NotCopied.ofAll(
          "the backend does not let it be written (%s); allow s3:PutObject and s3:AbortMultipartUpload on %s/%s*, and kms:GenerateDataKey and kms:Decrypt for SSE-KMS"
              .formatted(answer.seen(), reach.storage().bucket(), reach.storage().prefix()));
    }
    throw NotCopied.ofAll("it could not be written (%s)".formatted(answer.seen()));
  }
}
