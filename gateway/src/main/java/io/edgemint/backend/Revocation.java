package io.edgemint.backend;

import java.nio.charset.StandardCharsets;

/** One thing that an organisation withdraws. */
public sealed interface Revocation {
  /** Its kind and what it names, for people: {@code subject device-1}. */
  String words();

  /**
   * A device, publisher or admin.
   *
   * @param subject the {@code sub} of its tokens
   */
  record Subject(String subject) implements Revocation {
    /** As long as a token's {@code sub} may be. */
    private static final int MAX_LENGTH = 256;

    /**
     * Accepts what a token can name.
     *
     * @throws IllegalArgumentException if no token's {@code sub} is like that
     */
    public Subject {
      if (subject.isEmpty()
          || subject.length() > MAX_LENGTH
          || subject.chars().anyMatch(Character::isISOControl)
          || !StandardCharsets.UTF_8.newEncoder().canEncode(subject)) {
        throw new IllegalArgumentException(
            "a subject is 1 to 256 characters without control characters, as in a token's sub");
      }
    }

    @Override
    public String words() {
      return "subject " + subject;
    }
  }

  /**
   * All keys that begin in one way.
   *
   * @param prefix compared as it stands: end it with a slash to mean a folder
   */
  record KeyPrefix(String prefix) implements Revocation {
    /**
     * Accepts what a key can begin with: of anything else, nothing would be withdrawn.
     *
     * @throws IllegalArgumentException if no key begins like that
     */
    public KeyPrefix {
      boolean begins =
          ObjectKey.of(prefix) instanceof ObjectKey
              || ObjectKey.of(prefix + 'x') instanceof ObjectKey;
      if (prefix.isEmpty() || !begins) {
        throw new IllegalArgumentException(
            "no key begins like that: a prefix has 1 to 1,024 bytes, no leading slash, no empty or"
                + " dot segments; to withdraw all write 'everything: true'");
      }
    }

    @Override
    public String words() {
      return "key prefix " + prefix;
    }
  }

  /** Whatever anybody asks for. */
  record Everything() implements Revocation {
    @Override
    public String words() {
      return "everything";
    }
  }
}
