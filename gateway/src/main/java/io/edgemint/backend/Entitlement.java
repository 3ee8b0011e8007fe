package io.edgemint.backend;

import java.util.List;

/**
 * The keys that a caller may read, named by what they begin with. A prefix is compared as it
 * stands: end it with a slash to mean a folder. The empty prefix stands for every key; an empty
 * list for none.
 */
public record Entitlement(List<String> prefixes) {
  private static final int MAX_PREFIXES = 64;
  private static final int MAX_LENGTH = 1024;

  /** An entitlement to nothing. */
  public static final Entitlement NONE = new Entitlement(List.of());

  /**
   * Accepts up to 64 prefixes of up to 1,024 characters.
   *
   * @throws IllegalArgumentException if there are more or longer ones
   */
  public Entitlement {
    prefixes = List.copyOf(prefixes);
    if (prefixes.size() > MAX_PREFIXES) {
      throw new IllegalArgumentException("an entitlement has at most 64 prefixes");
    }
    if (prefixes.stream().anyMatch(prefix -> prefix.length() > MAX_LENGTH)) {
      throw new IllegalArgumentException("a prefix of an entitlement has at most 1,024 characters");
    }
  }

  /** Tells whether a key is among those that may be read. */
  public boolean permits(ObjectKey key) {
    for (int i = 0; i < prefixes.size(); i++) {
      if (key.value().startsWith(prefixes.get(i))) {
        return true;
      }
    }
    return false;
  }
}
