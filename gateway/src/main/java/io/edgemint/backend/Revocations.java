package io.edgemint.backend;

import java.util.List;
import java.util.Set;

/**
 * What an organisation has withdrawn: everything, single subjects (devices), or keys by what they
 * begin with.
 */
public record Revocations(boolean everything, Set<String> subjects, List<String> keyPrefixes) {
  /** Nothing is withdrawn. */
  public static final Revocations NONE = new Revocations(false, Set.of(), List.of());

  /** Copies the collections. */
  public Revocations {
    subjects = Set.copyOf(subjects);
    keyPrefixes = List.copyOf(keyPrefixes);
  }

  /** Tells whether this subject may no longer read this key. */
  public boolean covers(String subject, ObjectKey key) {
    if (everything || subjects.contains(subject)) {
      return true;
    }
    for (int i = 0; i < keyPrefixes.size(); i++) {
      if (key.value().startsWith(keyPrefixes.get(i))) {
        return true;
      }
    }
    return false;
  }
}
