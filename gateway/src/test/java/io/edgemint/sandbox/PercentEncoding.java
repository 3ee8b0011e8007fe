package io.edgemint.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Percent-encoding as S3 reads and canonicalises it (RFC 3986, section 2). */
final class PercentEncoding {
  private PercentEncoding() {}

  /**
   * The path as S3 puts it into the canonical request: decoded once and encoded anew, with all but
   * {@code A-Z a-z 0-9 - . _ ~ /} escaped. A plus sign is read as a space, as S3 does in paths.
   */
  static String canonicalPath(String path) {
    return encode(decode(path));
  }

  /** A key as it stands in the path of its URL. */
  static String path(String key) {
    return encode(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String encode(byte[] octets) {
    var out = new StringBuilder(octets.length);
    for (byte octet : octets) {
      char c = (char) (octet & 0xFF);
      if (c == '/' || isUnreserved(c)) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return out.toString();
  }

  /** The octets that the text stands for; what is no escape stands for itself. */
  static byte[] decode(String text) {
    var out = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%' && i + 2 < text.length() && isHex(text, i + 1) && isHex(text, i + 2)) {
        out.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        out.write(c == '+' ? ' ' : c);
      }
    }
    return out.toByteArray();
  }

  private static boolean isHex(String text, int index) {
    char c = text.charAt(index);
    return c < 0x80 && Character.digit(c, 16) >= 0;
  }

  private static boolean isUnreserved(char c) {
    return c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
  }
}
