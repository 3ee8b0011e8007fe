package io.edgemint.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the word that was probably meant. */
final class Suggestion {
  private static final int LISTED = 16;

  private Suggestion() {}

  /** What to say about a name that stands where only the known ones may. */
  static String forUnknown(String name, Collection<String> known) {
    if (known.isEmpty()) {
      return "is not a known setting; delete it";
    }
    String names = known.stream().sorted().limit(LISTED).collect(Collectors.joining(", "));
    String all = names + (known.size() > LISTED ? ", ..." : "");
    return "is not a known setting; "
        + nearest(name, known)
            .map(near -> "did you mean '" + near + "'?")
            .orElse("delete it or use one of: " + all);
  }

  /** The nearest known word, if it is near: a third of its letters may be wrong. */
  static Optional<String> nearest(String unknown, Collection<String> known) {
    String plain = plain(unknown);
    return known.stream()
        .filter(word -> distance(plain, plain(word)) <= Math.max(1, word.length() / 3))
        .min(
            Comparator.<String>comparingInt(word -> distance(plain, plain(word)))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** How many insertions, deletions, replacements and swaps of neighbours lie between two words. */
  static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] reused = beforeLast;
      beforeLast = last;
      last = row;
      row = reused;
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        row[j] = Math.min(last[j - 1] + (same ? 0 : 1), 1 + Math.min(last[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
    }
    return row[b.length()];
  }
}
