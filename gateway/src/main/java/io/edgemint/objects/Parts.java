package io.edgemint.objects;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Xml;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an upload that a storage has ("ListParts", Amazon S3 API reference), held against a
 * plan.
 */
final class Parts {
  private static final int NAMED = 20;

  /** Storages show a thousand parts at a time; three times as many pages as that takes. */
  private static final int MAX_PAGES = 30;

  private final UploadPlan plan;
  private final SortedMap<Integer, Arrived> arrived;

  private Parts(UploadPlan plan, SortedMap<Integer, Arrived> arrived) {
    this.plan = plan;
    this.arrived = arrived;
  }

  private record Arrived(long size, String etag, Optional<String> checksum) {}

  /** Fetches all pages; null if the storage knows of no such upload. */
  static @Nullable Parts fetch(Store store, UploadTicket ticket) {
    SortedMap<Integer, Arrived> arrived = new TreeMap<>();
    int after = 0;
    for (int page = 0; page < MAX_PAGES; page++) {
      int from = after;
      Answer answer = store.send(bucket -> bucket.listParts(ticket.key(), ticket.uploadId(), from));
      if (answer.status() == 404 && !answer.code().equals("NoSuchBucket")) {
        return null;
      }
      Xml list = Xml.of(answer.body());
      if (!answer.succeeded() || !list.isNamed("ListPartsResult")) {
        throw Store.refusal(answer, "list the parts", "s3:ListMultipartUploadParts");
      }
      for (Xml part : list.all("Part")) {
        int number = Math.toIntExact(part.number("PartNumber").filter(Parts::isOne).orElse(0L));
        after = Math.max(after, number);
        arrived.put(
            number,
            new Arrived(
                part.number("Size").orElse(-1L),
                part.text("ETag").orElse(""),
                part.text("ChecksumSHA256").filter(it -> !it.isBlank())));
      }
      // A storage that goes on without going forward would never end.
      if (!list.text("IsTruncated").orElse("").equals("true") || after == from) {
        return new Parts(ticket.plan(), arrived);
      }
    }
    throw new Refused(
        Refusal.BACKEND_UNAVAILABLE, "the storage's list of parts does not end; ask again");
  }

  private static boolean isOne(long number) {
    return number >= 1 && number <= UploadPlan.MAX_PARTS;
  }

  /** Whether there are none, as some storages say of uploads that they do not know any more. */
  boolean isEmpty() {
    return arrived.isEmpty();
  }

  /** The numbers, from one on, that are still to be sent, wrong sizes included. */
  List<Integer> missing(int from) {
    return numbers(number -> number >= from && !isRight(number));
  }

  private boolean isRight(int number) {
    Arrived part = arrived.get(number);
    return part != null && part.size == plan.size(number);
  }

  private List<Integer> numbers(IntPredicate which) {
    return IntStream.rangeClosed(1, plan.count()).filter(which).boxed().toList();
  }

  /** Refuses what is not exactly the plan. */
  void requireWhole() {
    List<Integer> absent = numbers(number -> !arrived.containsKey(number));
    if (!absent.isEmpty()) {
      throw new Refused(
          Refusal.UPLOAD_INCOMPLETE,
          "of %d parts %d are missing: %s".formatted(plan.count(), absent.size(), named(absent)));
    }
    List<Integer> wrong = numbers(number -> !isRight(number));
    if (!wrong.isEmpty()) {
      throw new Refused(
          Refusal.UPLOAD_MISMATCH,
          "%d parts have another size than planned; send them again: %s"
              .formatted(wrong.size(), named(wrong)));
    }
    if (arrived.size() != plan.count()) {
      throw new Refused(
          Refusal.UPLOAD_MISMATCH, "there are more parts than the planned " + plan.count());
    }
  }

  private static String named(List<Integer> numbers) {
    String first =
        numbers.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "));
    return numbers.size() > NAMED ? first + ", ..." : first;
  }

  /** The document that makes an object of them ("CompleteMultipartUpload"). */
  byte[] document() {
    List<String> lines = new ArrayList<>();
    lines.add("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    arrived.forEach(
        (number, part) -> {
          lines.add("<Part><PartNumber>" + number + "</PartNumber>");
          lines.add("<ETag>" + escaped(part.etag) + "</ETag>");
          part.checksum.ifPresent(
              it -> lines.add("<ChecksumSHA256>" + escaped(it) + "</ChecksumSHA256>"));
          lines.add("</Part>");
        });
    lines.add("</CompleteMultipartUpload>");
    return String.join("", lines).getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
