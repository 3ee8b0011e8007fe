package io.edgemint.publisher;

/**
 * How an object is cut: parts of one size, the last one shorter.
 *
 * @param size of the object in bytes
 * @param partSize in bytes
 * @param count how many, numbered from 1
 */
record Parts(long size, long partSize, int count) {
  /** Refuses what does not cover the object exactly. */
  Parts {
    if (size < 0 || partSize < 1 || count != Math.max(1, Math.ceilDiv(size, partSize))) {
      throw new IllegalArgumentException(
          count + " parts of " + partSize + " bytes are not " + size + " bytes");
    }
  }

  /** An object in one piece. */
  static Parts one(long size) {
    return new Parts(size, Math.max(1, size), 1);
  }

  long offset(int number) {
    return (number - 1) * partSize;
  }

  long size(int number) {
    return Math.min(partSize, size - offset(number));
  }
}
