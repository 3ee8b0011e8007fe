package io.edgemint.caller;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Decodes base64url without padding (RFC 7515, section 2), in its one canonical form alone. */
final class Base64Url {
  private static final byte[] SEXTETS = new byte[128];

  static {
    Arrays.fill(SEXTETS, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < alphabet.length(); i++) {
      SEXTETS[alphabet.charAt(i)] = (byte) i;
    }
  }

  private Base64Url() {}

  /** The bytes, or null if encoding them again would not give the same text. */
  static byte @Nullable [] decode(String text) {
    return isCanonical(text) ? Base64.getUrlDecoder().decode(text) : null;
  }

  static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static boolean isCanonical(String text) {
    int last = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      last = c < SEXTETS.length ? SEXTETS[c] : -1;
      if (last < 0) {
        return false;
      }
    }
    // The bits of the last character that no byte takes are zero.
    return switch (text.length() % 4) {
      case 0 -> true;
      case 2 -> (last & 0b1111) == 0;
      case 3 -> (last & 0b11) == 0;
      default -> false;
    };
  }
}
