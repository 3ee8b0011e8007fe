package io.edgemint.objects;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;

/**
 * How the bytes of an object are sent: by one PUT, or in parts of one size, of which the last may
 * be shorter ("Amazon S3 multipart upload limits": 5 MiB to 5 GiB, at most 10,000).
 *
 * @param size of the whole object, in bytes
 * @param partSize of each part but the last, in bytes; 0 for one PUT
 * @param count how many parts there are; 0 for one PUT
 */
public record UploadPlan(long size, long partSize, int count) {
  /** The most parts of an upload. */
  public static final int MAX_PARTS = 10_000;

  private static final long MIB = 1L << 20;

  /** Up to here one PUT does it; and no part is smaller, which S3 would allow from 5 MiB on. */
  static final long SMALLEST_PART = 16 * MIB;

  static final long LARGEST_PART = 5L << 30;

  /** The largest object: S3's own limit is as large, or lower where a storage is older. */
  public static final long MAX_SIZE = MAX_PARTS * LARGEST_PART;

  /**
   * The plan for an object.
   *
   * @throws Refused if the object is larger than can be uploaded
   */
  public static UploadPlan of(long size) {
    if (size < 0 || size > MAX_SIZE) {
      throw new Refused(
          Refusal.REQUEST_INVALID,
          "size: 0 to %d bytes (10,000 parts of 5 GiB); split the object".formatted(MAX_SIZE));
    }
    if (size <= SMALLEST_PART) {
      return new UploadPlan(size, 0, 0);
    }
    long needed = Math.ceilDiv(Math.ceilDiv(size, MAX_PARTS), MIB) * MIB;
    long partSize = Math.max(SMALLEST_PART, needed);
    return new UploadPlan(size, partSize, Math.toIntExact(Math.ceilDiv(size, partSize)));
  }

  /** Whether there are no parts. */
  public boolean isOnePut() {
    return count == 0;
  }

  /** Where a part begins, counted from 1. */
  public long offset(int number) {
    return (number - 1) * partSize;
  }

  /** How many bytes a part has, counted from 1. */
  public long size(int number) {
    return number < count ? partSize : size - offset(count);
  }
}
