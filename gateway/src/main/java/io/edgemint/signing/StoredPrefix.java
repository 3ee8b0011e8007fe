package io.edgemint.signing;

import io.edgemint.backend.KeyProblem;
import io.edgemint.backend.ObjectKey;

/** Encodes what stands before every key of a backend, once, by the grammar of keys themselves. */
final class StoredPrefix {
  private StoredPrefix() {}

  /**
   * The percent-encoded form.
   *
   * @param prefix not encoded; empty, or ending with a slash
   * @throws IllegalArgumentException if it could not be the beginning of a key
   */
  static String encoded(String prefix) {
    if (prefix.isEmpty()) {
      return prefix;
    }
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("prefix: it ends with a slash, or is empty");
    }
    return switch (ObjectKey.of(prefix.substring(0, prefix.length() - 1))) {
      case ObjectKey key -> key.encoded() + '/';
      case KeyProblem problem -> throw new IllegalArgumentException("prefix: " + problem.detail());
    };
  }
}
