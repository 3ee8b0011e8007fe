package io.edgemint.transfer;

/** Why an object was not copied, and what to do. */
final class NotCopied extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean ofAll;

  /** Tells what is wrong with one object. */
  NotCopied(String message) {
    this(message, false);
  }

  private NotCopied(String message, boolean ofAll) {
    super(message, null, false, false);
    this.ofAll = ofAll;
  }

  /** Tells what may well be wrong with a storage as a whole. */
  static NotCopied ofAll(String message) {
    return new NotCopied(message, true);
  }

  /** Whether others are likely to fail in the same way. */
  boolean isOfAll() {
    return ofAll;
  }
}
