package io.edgemint.publisher;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** SHA-256, read through a small buffer. */
public final class Digest {
  private static final int BUFFER = 64 * 1024;

  private Digest() {}

  /** One that has read nothing yet. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      // Every Java has it.
      throw new IllegalStateException(e);
    }
  }

  /**
   * The digest of some bytes of a source, as 64 hexadecimal digits.
   *
   * @param moved hears of bytes as they are read
   * @throws SourceChanged when there are fewer bytes
   */
  public static String of(Source source, long offset, long size, LongConsumer moved)
      throws IOException, InterruptedException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = source.from(offset)) {
      for (long left = size; left > 0; ) {
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          throw new SourceChanged(source.name());
        }
        digest.update(buffer, 0, count);
        left -= count;
        moved.accept(count);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
