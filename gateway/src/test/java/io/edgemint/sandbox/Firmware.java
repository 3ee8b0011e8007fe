package io.edgemint.sandbox;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A sample object. Each organisation has its own bytes under the same key, the same in every run.
 *
 * @param key the key, as devices ask for it
 * @param size how many bytes it has
 */
public record Firmware(String key, int size) {
  /** What most examples are about. */
  public static final Firmware SMALL = new Firmware("fw/1.0.0/app.bin", 1 << 20);

  /** Large enough to break off a download. */
  public static final Firmware LARGE = new Firmware("fw/2.0.0/app.bin", 4 << 20);

  /** A name on which careless encoders fail. */
  public static final Firmware AWKWARD =
      new Firmware("fw/Grüße + 100% 'neu' (~*?)/α&β=😀.bin", 2 << 20);

  /** Outside of what the sample devices may read. */
  public static final Firmware OUTSIDE = new Firmware("factory/calibration.bin", 64 << 10);

  /** All of them. */
  public static final List<Firmware> ALL = List.of(SMALL, LARGE, AWKWARD, OUTSIDE);

  /** The bytes that an organisation stores under the key. */
  public byte[] bytes(String org) {
    byte[] bytes = new byte[size];
    long seed = (org + '/' + key).hashCode();
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** The digest of those bytes, in lower-case hexadecimal digits. */
  public String sha256(String org) {
    return sha256(bytes(org));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key as it stands in a path. */
  public String path() {
    return PercentEncoding.path(key);
  }
}
