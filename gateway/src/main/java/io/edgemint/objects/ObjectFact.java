package io.edgemint.objects;

/** What a storage told of an object, or why nothing is known. */
public sealed interface ObjectFact {
  /** The storage holds no such object. */
  record Missing() implements ObjectFact {
    static final Missing IT = new Missing();
  }

  /**
   * Nothing could be learnt.
   *
   * @param reason in a few words, without anything secret
   * @param everywhere whether the storage would tell of no other object either
   */
  record Unlearnt(String reason, boolean everywhere) implements ObjectFact {}

  /** The object is there. */
  record Found(StoredObject object) implements ObjectFact {}
}
