package io.edgemint.transfer;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads objects in ranges, and notices when one is replaced in between. */
final class Source {
  /** "System-defined object metadata", Amazon S3 user guide: what belongs to the content. */
  private static final List<String> KEPT =
      List.of(
          "content-type",
          "cache-control",
          "content-disposition",
          "content-encoding",
          "content-language",
          "expires");

  private static final String META = "x-amz-meta-";
  private static final Pattern TOTAL = Pattern.compile("bytes [0-9]+-[0-9]+/([0-9]{1,18})");

  private final Reach reach;

  Source(Reach reach) {
    this.reach = reach;
  }

  /**
   * The beginning of an object, and what it is as a whole.
   *
   * @param size of the whole object
   * @param etag as it stands in the header; empty if the storage names none
   * @param headers what belongs to the object, by lower-case name
   * @param isKms whether it is encrypted in a way that makes its ETag no digest
   */
  record Head(long size, String etag, Map<String, String> headers, boolean isKms) {}

  /** A beginning with its bytes. */
  record Beginning(Head head, Answer answer) {
    byte[] bytes() {
      return answer.body();
    }
  }

  /** The object is another one than it was a moment ago. */
  static final class Replaced extends Exception {
    private static final long serialVersionUID = 1L;

    Replaced() {
      super("", null, false, false);
    }
  }

  /** There is no such object any longer. */
  static final class Gone extends Exception {
    private static final long serialVersionUID = 1L;

    Gone() {
      super("", null, false, false);
    }
  }

  /** Reads the first bytes, at most so many. */
  Beginning begin(ObjectKey key, int most) throws NotCopied, Gone {
    Answer answer = reach.send(b -> b.get(key, range(0, most)));
    // RFC 9110, section 15.5.17: of an object without bytes there is no range.
    if (answer.status() == 416) {
      answer = reach.send(b -> b.get(key));
    }
    if (answer.status() == 404) {
      throw new Gone();
    }
    requireRead(answer);
    long size = answer.body().length;
    Matcher total = TOTAL.matcher(answer.header("content-range").orElse(""));
    if (answer.status() == 206) {
      if (!total.matches()) {
        throw new NotCopied("the source answers with a range and does not say of how much");
      }
      size = Long.parseLong(total.group(1));
    }
    return new Beginning(head(answer, size), answer);
  }

  /** Reads on, within the object that was begun. */
  byte[] read(ObjectKey key, Head head, long offset, int length) throws NotCopied, Replaced, Gone {
    Map<String, String> headers = new HashMap<>(range(offset, length));
    if (!head.etag.isEmpty()) {
      headers.put("If-Match", head.etag);
    }
    Answer answer = reach.send(b -> b.get(key, headers));
    if (answer.status() == 412 || answer.status() == 416) {
      throw new Replaced();
    }
    if (answer.status() == 404) {
      throw new Gone();
    }
    requireRead(answer);
    if (!answer.header("etag").orElse("").equals(head.etag)) {
      throw new Replaced();
    }
    return answer.body();
  }

  /** What an object is, without its bytes. */
  Head head(ObjectKey key) throws NotCopied, Gone {
    Answer answer = reach.send(b -> b.head(key));
    if (answer.status() == 404) {
      throw new Gone();
    }
    requireRead(answer);
    return head(answer);
  }

  /** What the answer to a HEAD says. */
  static Head head(Answer answer) {
    String length = answer.header("content-length").orElse("");
    return head(answer, length.matches("[0-9]{1,18}") ? Long.parseLong(length) : -1);
  }

  private static Head head(Answer answer, long size) {
    return new Head(
        size,
        answer.header("etag").orElse(""),
        kept(answer),
        answer.header("x-amz-server-side-encryption").orElse("").startsWith("aws:kms"));
  }

  private static Map<String, String> range(long offset, int length) {
    return Map.of("Range", "bytes=%d-%d".formatted(offset, offset + length - 1));
  }

  private void requireRead(Answer answer) throws NotCopied {
    if (answer.succeeded()) {
      return;
    }
    S3Storage from = reach.storage();
    if (answer.code().equals("InvalidObjectState")) {
      throw new NotCopied(
          "it is archived; restore it ('aws s3api restore-object') and run the copy again");
    }
    if (answer.refused()) {
      throw NotCopied.ofAll(
          "the source does not let it be read (%s); allow s3:GetObject on %s/%s*, and kms:Decrypt if SSE-KMS encrypts it"
              .formatted(answer.seen(), from.bucket(), from.prefix()));
    }
    throw NotCopied.ofAll("it could not be read (%s)".formatted(answer.seen()));
  }

  private static Map<String, String> kept(Answer answer) {
    Map<String, String> kept = new HashMap<>();
    if (answer.reply() != null) {
      answer
          .reply()
          .headers()
          .forEach(
              (name, value) -> {
                String lower = name.toLowerCase(Locale.ROOT);
                if (KEPT.contains(lower) || lower.startsWith(META)) {
                  kept.put(lower, printable(value));
                }
              });
    }
    return kept;
  }

  /** Some storages send UTF-8 as it is; S3 itself encodes it so (RFC 2047). */
  private static String printable(String value) {
    return value.chars().allMatch(c -> c >= ' ' && c < 0x7F)
        ? value
        : "=?UTF-8?B?"
            + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.ISO_8859_1))
            + "?=";
  }
}
