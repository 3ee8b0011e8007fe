package io.edgemint.transfer;

import io.edgemint.backend.ObjectKey;
import io.edgemint.bucket.Listing.Listed;
import io.edgemint.transfer.BegunUploads.Begun;
import io.edgemint.transfer.Source.Beginning;
import io.edgemint.transfer.Source.Gone;
import io.edgemint.transfer.Source.Head;
import io.edgemint.transfer.Source.Replaced;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;

/**
 * Copies one object: a part of it is read, counted into its digest and written, then the next. Its
 * digest is compared before the object counts, so that a wrong one is never there.
 */
final class ObjectCopy {
  static final int PART = 8 << 20;

  /** The metadata in which publishers leave an object's SHA-256, in hexadecimal digits. */
  static final String SHA256 = "x-amz-meta-edgemint-sha256";

  /** "Amazon S3 multipart upload limits", Amazon S3 user guide. */
  private static final int MAX_PARTS = 10_000;

  private static final int MIB = 1 << 20;
  private static final int TRIES = 4;

  private final Source source;
  private final Destination destination;
  private final int memory;
  private final Semaphore free;

  /**
   * Holds at most so many bytes of objects at once.
   *
   * @param memory in bytes; a part is held even if it is longer
   */
  ObjectCopy(Source source, Destination destination, long memory) {
    this.source = source;
    this.destination = destination;
    this.memory = (int) Math.max(PART / MIB, Math.min(memory / MIB, 1 << 20));
    this.free = new Semaphore(this.memory);
  }

  /**
   * Copies an object as it is now, whatever its listing said.
   *
   * @param progress hears how many bytes have arrived; negative if they are given up
   * @return its size
   */
  long copy(ObjectKey key, Listed listed, LongConsumer progress) throws NotCopied, Gone {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      long[] arrived = {0};
      boolean done = false;
      try {
        long size =
            attempt(
                key,
                listed.size(),
                bytes -> {
                  arrived[0] += bytes;
                  progress.accept(bytes);
                });
        done = true;
        return size;
      } catch (Replaced e) {
        // Begun anew with what is there now.
      } finally {
        if (!done) {
          progress.accept(-arrived[0]);
        }
      }
    }
    throw new NotCopied("it was replaced at the source again and again; run the copy again");
  }

  /** As short as may be, for a part is held in memory. */
  static int partSize(long size) {
    long least = (size + MAX_PARTS - 1) / MAX_PARTS;
    return (int) Math.min(Integer.MAX_VALUE - MIB, Math.max(PART, (least + MIB - 1) / MIB * MIB));
  }

  private long attempt(ObjectKey key, long expected, LongConsumer progress)
      throws NotCopied, Replaced, Gone {
    if (expected > PART) {
      Head head = source.head(key);
      if (head.size() > PART) {
        return inParts(key, head, progress);
      }
    }
    int room = taken(expected < 0 ? PART : Math.min(expected, PART));
    Head head;
    try {
      Beginning beginning = source.begin(key, PART);
      head = beginning.head();
      if (head.size() <= PART) {
        byte[] content = beginning.bytes();
        MessageDigest digest = sha256();
        digest.update(content);
        requireWhole(head, content.length, digest);
        destination.put(key, content, head);
        progress.accept(content.length);
        return content.length;
      }
    } finally {
      free.release(room);
    }
    return inParts(key, head, progress);
  }

  private long inParts(ObjectKey key, Head head, LongConsumer progress)
      throws NotCopied, Replaced, Gone {
    MessageDigest digest = sha256();
    int partSize = partSize(head.size());
    Begun upload = destination.start(key, head);
    boolean done = false;
    try {
      List<String> etags = new ArrayList<>();
      long offset = 0;
      while (offset < head.size()) {
        int length = (int) Math.min(partSize, head.size() - offset);
        int room = taken(length);
        try {
          byte[] part = source.read(key, head, offset, length);
          if (part.length != length) {
            throw new NotCopied("the source sent a range of another length than was asked for");
          }
          digest.update(part);
          etags.add(destination.putPart(upload, etags.size() + 1, part));
        } finally {
          free.release(room);
        }
        offset += length;
        progress.accept(length);
      }
      requireWhole(head, offset, digest);
      destination.complete(upload, etags, head);
      done = true;
      return offset;
    } finally {
      if (!done) {
        destination.abort(upload);
      }
    }
  }

  /** Waits until so many bytes are free, and takes them. */
  private int taken(long bytes) {
    int room = (int) Math.min(memory, bytes / MIB + 1);
    free.acquireUninterruptibly(room);
    return room;
  }

  private static void requireWhole(Head head, long arrived, MessageDigest digest) throws NotCopied {
    if (arrived != head.size()) {
      throw new NotCopied(
          "the source sent %d bytes of an object of %d".formatted(arrived, head.size()));
    }
    Optional<String> declared =
        Optional.ofNullable(head.headers().get(SHA256))
            .map(text -> text.toLowerCase(Locale.ROOT))
            .filter(text -> text.matches("[0-9a-f]{64}"));
    if (declared.isPresent() && !declared.get().equals(HexFormat.of().formatHex(digest.digest()))) {
      throw new NotCopied(
          "its bytes do not have the SHA-256 that %s names; publish it again at the source"
              .formatted(SHA256));
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
