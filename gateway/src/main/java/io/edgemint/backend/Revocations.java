package io.edgemint.backend;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What an organisation has withdrawn: everything, single subjects (devices), or keys by what they
 * begin with.
 */
public record Revocations(boolean everything, Set<String> subjects, List<String> keyPrefixes) {
  private static final int MAX_SUBJECTS = 10_000;
  private static final int MAX_PREFIXES = 100;

  /** Nothing is withdrawn. */
  public static final Revocations NONE = new Revocations(false, Set.of(), List.of());

  /** Copies the collections. */
  public Revocations {
    // Set.copyOf looks through all names of one hash, one by one; here they become a tree.
    subjects = Collections.unmodifiableSet(new HashSet<>(subjects));
    keyPrefixes = List.copyOf(keyPrefixes);
  }

  /** Tells whether this subject may no longer read this key. */
  public boolean covers(String subject, ObjectKey key) {
    // Most have revoked nobody, and then the name need not be fetched to be hashed.
    if (everything || (!subjects.isEmpty() && subjects.contains(subject))) {
      return true;
    }
    for (int i = 0; i < keyPrefixes.size(); i++) {
      if (key.value().startsWith(keyPrefixes.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** The same with one more; equal to this if it stands already. */
  public Revocations with(Revocation revocation) {
    return switch (revocation) {
      case Revocation.Everything() -> new Revocations(true, subjects, keyPrefixes);
      case Revocation.Subject(String subject) -> {
        Set<String> more = new HashSet<>(subjects);
        more.add(subject);
        yield new Revocations(everything, more, keyPrefixes);
      }
      case Revocation.KeyPrefix(String prefix) -> {
        List<String> more = new ArrayList<>(keyPrefixes);
        if (!more.contains(prefix)) {
          more.add(prefix);
        }
        yield new Revocations(everything, subjects, more);
      }
    };
  }

  /** The same without one; equal to this if it does not stand. */
  public Revocations without(Revocation revocation) {
    return switch (revocation) {
      case Revocation.Everything() -> new Revocations(false, subjects, keyPrefixes);
      case Revocation.Subject(String subject) -> {
        Set<String> fewer = new HashSet<>(subjects);
        fewer.remove(subject);
        yield new Revocations(everything, fewer, keyPrefixes);
      }
      case Revocation.KeyPrefix(String prefix) ->
          new Revocations(
              everything,
              subjects,
              keyPrefixes.stream().filter(standing -> !standing.equals(prefix)).toList());
    };
  }

  /**
   * The same, if it is no more than every request can be held against.
   *
   * @throws IllegalArgumentException if there are more than 10,000 subjects or 100 key prefixes
   */
  public Revocations requireBounded() {
    if (subjects.size() > MAX_SUBJECTS) {
      throw new IllegalArgumentException(
          "an organisation revokes at most 10,000 subjects; lift those whose tokens have ended and"
              + " whose issuer gives them no new ones, or revoke key prefixes or everything");
    }
    if (keyPrefixes.size() > MAX_PREFIXES) {
      throw new IllegalArgumentException(
          "an organisation revokes at most 100 key prefixes; revoke a shorter one that covers"
              + " several, and lift those");
    }
    return this;
  }
}
