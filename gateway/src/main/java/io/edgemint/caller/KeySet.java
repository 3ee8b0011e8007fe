package io.edgemint.caller;

import io.edgemint.backend.Issuer.Algorithm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of an issuer at one moment, and which of them a token means; immutable. */
final class KeySet {
  static final KeySet EMPTY = new KeySet(List.of(), List.of());

  private final List<VerifyingKey> keys;
  private final List<String> skipped;
  private final Map<String, VerifyingKey> byKid = new HashMap<>();

  private KeySet(List<VerifyingKey> keys, List<String> skipped) {
    this.keys = List.copyOf(keys);
    this.skipped = List.copyOf(skipped);
    for (VerifyingKey key : keys) {
      String kid = key.kid();
      if (kid != null) {
        byKid.put(kid, key);
      }
    }
  }

  /**
   * Holds the keys that can be told apart: one without an id only if no other is of its algorithm.
   *
   * @param skipped why further keys are not usable
   * @throws IllegalArgumentException if two keys have the same id
   */
  static KeySet of(List<VerifyingKey> keys, List<String> skipped) {
    Set<String> kids = new HashSet<>();
    List<VerifyingKey> usable = new ArrayList<>();
    List<String> reasons = new ArrayList<>(skipped);
    for (VerifyingKey key : keys) {
      String kid = key.kid();
      if (kid != null && !kids.add(kid)) {
        throw new IllegalArgumentException("two keys have the same id");
      }
      boolean alone = keys.stream().filter(k -> k.algorithm() == key.algorithm()).count() == 1;
      if (kid != null || alone) {
        usable.add(key);
      } else {
        reasons.add(
            "a key for "
                + VerifyingKey.name(key.algorithm())
                + " has no kid, and others are for the same algorithm");
      }
    }
    return new KeySet(usable, reasons);
  }

  /**
   * The one key that a token means, or null: the one of that id, or, where there is no id on either
   * side to compare, the only one of that algorithm.
   */
  @Nullable VerifyingKey find(Algorithm algorithm, @Nullable String kid) {
    VerifyingKey named = kid == null ? null : byKid.get(kid);
    if (named != null) {
      return named.algorithm() == algorithm ? named : null;
    }
    VerifyingKey only = null;
    for (VerifyingKey key : keys) {
      if (key.algorithm() == algorithm) {
        if (only != null) {
          return null;
        }
        only = key;
      }
    }
    return only != null && (kid == null || only.kid() == null) ? only : null;
  }

  /** This set, with the objects of an earlier one for the keys that both hold. */
  KeySet keeping(KeySet earlier) {
    return new KeySet(keys.stream().map(earlier::known).toList(), skipped);
  }

  private VerifyingKey known(VerifyingKey key) {
    return keys.stream().filter(key::isSameAs).findFirst().orElse(key);
  }

  /** Retires every key that a later set no longer holds. */
  void retireAllBut(KeySet later) {
    for (VerifyingKey key : keys) {
      if (!later.keys.contains(key)) {
        key.retire();
      }
    }
  }

  boolean isEmpty() {
    return keys.isEmpty();
  }

  int size() {
    return keys.size();
  }

  /** Why keys of the source are not in the set, one sentence each. */
  List<String> skipped() {
    return skipped;
  }
}
