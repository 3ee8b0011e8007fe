package io.edgemint.transfer;

import java.util.concurrent.atomic.AtomicLong;

/** How far a copy has come. Safe on all threads. */
public final class Tally {
  private final AtomicLong objectsToCopy = new AtomicLong();
  private final AtomicLong bytesToCopy = new AtomicLong();
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong present = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong different = new AtomicLong();
  private final AtomicLong unfit = new AtomicLong();

  /** Objects that are missing or replaced, as two listings told before the first was copied. */
  public long objectsToCopy() {
    return objectsToCopy.get();
  }

  /** Bytes of these objects. */
  public long bytesToCopy() {
    return bytesToCopy.get();
  }

  /** Objects that were copied. */
  public long copied() {
    return copied.get();
  }

  /** Bytes that were copied, those of objects in parts that have arrived included. */
  public long bytes() {
    return bytes.get();
  }

  /** Objects that were there before. */
  public long present() {
    return present.get();
  }

  /** Objects that could not be copied. */
  public long failed() {
    return failed.get();
  }

  /** Objects in whose place the backend holds others. */
  public long different() {
    return different.get();
  }

  /** Objects that no link leads to, because their names are no keys. */
  public long unfit() {
    return unfit.get();
  }

  void planned(long size) {
    objectsToCopy.incrementAndGet();
    bytesToCopy.addAndGet(Math.max(0, size));
  }

  void arrived(long more) {
    bytes.addAndGet(more);
  }

  void countCopied() {
    copied.incrementAndGet();
  }

  void countPresent() {
    present.incrementAndGet();
  }

  void countFailed() {
    failed.incrementAndGet();
  }

  void countDifferent() {
    different.incrementAndGet();
  }

  void countUnfit() {
    unfit.incrementAndGet();
  }
}
