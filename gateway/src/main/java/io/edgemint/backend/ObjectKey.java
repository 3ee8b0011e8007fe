package io.edgemint.backend;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The name of a stored object as a device asks for it: 1 to 1,024 bytes of UTF-8 that every HTTP
 * client carries unchanged. It has no dot segments, empty segments, leading slash, control
 * characters or backslashes (the names that S3 takes but clients rewrite, see "Creating object key
 * names" in the Amazon S3 user guide), and no percent escape is left in it.
 *
 * <p>A key knows its one encoded form, so that the bytes signed are the bytes sent.
 */
public final class ObjectKey implements KeyResult {
  private static final int MAX_BYTES = 1024;
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private final String value;
  private final String encoded;

  private ObjectKey(String value, String encoded) {
    this.value = value;
    this.encoded = encoded;
  }

  /**
   * Reads a key from the path of a request, percent-encoded as it was on the wire (RFC 3986,
   * section 2.1), and decodes it exactly once.
   */
  public static KeyResult parse(String path) {
    int plain = 0;
    while (plain < path.length() && isUnreserved(path.charAt(plain))) {
      plain++;
    }
    // Most firmware keys need no decoding: one scan, and both forms are the same string.
    return plain == path.length() ? of(path, path) : decode(path);
  }

  /** Reads a key that is not percent-encoded, for example from JSON. */
  public static KeyResult of(String value) {
    return of(value, null);
  }

  private static KeyResult decode(String path) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        if (!isPathCharacter(c)) {
          return c == '\\' ? KeyProblem.BACKSLASH : KeyProblem.RAW_CHARACTER;
        }
        bytes.write(c);
        continue;
      }
      int octet = octetAt(path, i);
      switch (octet) {
        case -1 -> {
          return KeyProblem.MALFORMED_ESCAPE;
        }
        case '/' -> {
          return KeyProblem.ENCODED_SLASH;
        }
        default -> bytes.write(octet);
      }
      i += 2;
    }
    try {
      // The strict decoder also refuses overlong forms and surrogates (RFC 3629, section 3).
      ByteBuffer octets = ByteBuffer.wrap(bytes.toByteArray());
      return of(StandardCharsets.UTF_8.newDecoder().decode(octets).toString(), null);
    } catch (CharacterCodingException e) {
      return KeyProblem.NOT_UTF8;
    }
  }

  private static KeyResult of(String value, @Nullable String encoded) {
    KeyProblem problem = problemOf(value);
    if (problem != null) {
      return problem;
    }
    if (encoded != null) {
      return value.length() > MAX_BYTES ? KeyProblem.TOO_LONG : new ObjectKey(value, encoded);
    }
    byte[] utf8;
    try {
      ByteBuffer octets = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      utf8 = new byte[octets.remaining()];
      octets.get(utf8);
    } catch (CharacterCodingException e) {
      return KeyProblem.NOT_UTF8;
    }
    return utf8.length > MAX_BYTES ? KeyProblem.TOO_LONG : new ObjectKey(value, encode(utf8));
  }

  private static @Nullable KeyProblem problemOf(String value) {
    if (value.isEmpty()) {
      return KeyProblem.EMPTY;
    }
    if (value.charAt(0) == '/') {
      return KeyProblem.LEADING_SLASH;
    }
    int segment = 0;
    for (int i = 0; i <= value.length(); i++) {
      if (i == value.length() || value.charAt(i) == '/') {
        KeyProblem problem = segmentProblem(value, segment, i);
        if (problem != null) {
          return problem;
        }
        segment = i + 1;
        continue;
      }
      char c = value.charAt(i);
      if (Character.isISOControl(c)) {
        return KeyProblem.CONTROL_CHARACTER;
      }
      if (c == '\\') {
        return KeyProblem.BACKSLASH;
      }
      if (c == '%' && octetAt(value, i) >= 0) {
        return KeyProblem.DOUBLE_ENCODING;
      }
    }
    return null;
  }

  private static @Nullable KeyProblem segmentProblem(String value, int start, int end) {
    return switch (end - start) {
      case 0 -> KeyProblem.EMPTY_SEGMENT;
      case 1 -> value.charAt(start) == '.' ? KeyProblem.DOT_SEGMENT : null;
      case 2 -> value.startsWith("..", start) ? KeyProblem.DOT_SEGMENT : null;
      default -> null;
    };
  }

  /** The octet of the escape that begins at {@code i}, or -1 if none does. */
  private static int octetAt(String text, int i) {
    if (i + 2 >= text.length()) {
      return -1;
    }
    int high = hex(text.charAt(i + 1));
    int low = hex(text.charAt(i + 2));
    return high < 0 || low < 0 ? -1 : (high << 4) | low;
  }

  private static int hex(char c) {
    // Character.digit also takes digits of other scripts.
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private static String encode(byte[] utf8) {
    StringBuilder out = new StringBuilder(utf8.length + 16);
    for (byte octet : utf8) {
      char c = (char) (octet & 0xFF);
      if (isUnreserved(c)) {
        out.append(c);
      } else {
        out.append('%').append(HEX[c >> 4]).append(HEX[c & 0xF]);
      }
    }
    return out.toString();
  }

  /** RFC 3986, section 2.3, and the slash between segments. */
  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '-' && c <= '9')
        || c == '_'
        || c == '~';
  }

  /** RFC 3986, section 3.3: what may stand in a path without being encoded. */
  private static boolean isPathCharacter(char c) {
    return isUnreserved(c) || "!$&'()*+,;=:@".indexOf(c) >= 0;
  }

  /** The key as it is stored, not encoded. */
  public String value() {
    return value;
  }

  /**
   * The key in its one percent-encoded form: everything but {@code A-Z a-z 0-9 - . _ ~ /} is
   * escaped with upper-case digits, as SigV4 asks of S3 paths and as CloudFront compares them.
   */
  public String encoded() {
    return encoded;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ObjectKey key && key.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }
}
