package io.edgemint.signing;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * CloudFront's canned policy: the exact bytes that are signed and the alphabet in which the
 * signature is sent ("Create a signed URL using a canned policy" in its developer guide).
 */
final class CannedPolicy {
  private static final String BEFORE_URL = "{\"Statement\":[{\"Resource\":\"";
  private static final String BEFORE_EXPIRY =
      "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":";
  private static final String END = "}}}]}";

  private CannedPolicy() {}

  /**
   * The policy for one URL. CloudFront puts it together anew from the request, so the order of the
   * members counts, and white space too.
   *
   * @param url without the signature's own parameters; ASCII, and nothing that JSON would escape
   */
  static byte[] of(CharSequence url, long expiry) {
    return (BEFORE_URL + url + BEFORE_EXPIRY + expiry + END).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Base64 with padding, and three characters replaced that mean something in a query. */
  static String encode(byte[] signature) {
    byte[] text = Base64.getEncoder().encode(signature);
    for (int i = 0; i < text.length; i++) {
      switch (text[i]) {
        case '+' -> text[i] = '-';
        case '=' -> text[i] = '_';
        case '/' -> text[i] = '~';
        default -> {}
      }
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }
}
