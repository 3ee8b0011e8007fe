package io.edgemint.backend;

import java.util.regex.Pattern;

/**
 * The identifier of an organisation: two to 38 lower-case letters, digits and hyphens, beginning
 * with a letter or digit. It is never reused, also after deletion.
 */
public record OrgId(String value) implements Comparable<OrgId> {
  private static final Pattern GRAMMAR = Pattern.compile("[a-z0-9][a-z0-9-]{1,37}");

  /**
   * Accepts a well-formed identifier.
   *
   * @throws IllegalArgumentException if the value does not follow the grammar
   */
  public OrgId {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException(
          "an org id is 2 to 38 characters of a-z, 0-9 and '-', and begins with a letter or digit");
    }
  }

  /** Tells whether a text follows the grammar of organisation identifiers. */
  public static boolean isWellFormed(String value) {
    return GRAMMAR.matcher(value).matches();
  }

  @Override
  public int compareTo(OrgId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
