package io.edgemint.canary;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds secrets in bytes: plain, in base64 at any place, in hexadecimal, percent-encoded. */
final class Leaks {
  private static final int HEAD = 8;
  private static final int SIEVE_BITS = 20;

  private final Map<Long, List<Needle>> needles = new HashMap<>();
  private final BitSet sieve = new BitSet(1 << SIEVE_BITS);

  /**
   * Looks for secrets of at least twelve bytes.
   *
   * @param secrets by what they are called
   */
  Leaks(Map<String, byte[]> secrets) {
    secrets.forEach(
        (name, secret) -> {
          if (secret.length < 12) {
            throw new IllegalArgumentException(name + " is too short to be told from chance");
          }
          add(name, "plain", secret);
          for (int before = 0; before < 3; before++) {
            String inner = base64(secret, before);
            add(name, "base64", inner);
            add(name, "base64url", inner.replace('+', '-').replace('/', '_'));
          }
          String hex = HexFormat.of().formatHex(secret);
          add(name, "hex", hex);
          add(name, "HEX", hex.toUpperCase(Locale.ROOT));
          String percent = hex.replaceAll("..", "%$0");
          add(name, "percent", percent);
          add(name, "PERCENT", percent.toUpperCase(Locale.ROOT));
          add(name, "url", encoded(secret, false));
          add(name, "url, lower case", encoded(secret, true));
        });
  }

  private record Needle(String name, String form, String text) {}

  /**
   * What base64 makes of the secret after so many other bytes, less what hangs on its neighbours.
   */
  private static String base64(byte[] secret, int before) {
    byte[] shifted = new byte[before + secret.length];
    System.arraycopy(secret, 0, shifted, before, secret.length);
    String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
    int from = (before * 8 + 5) / 6;
    int to = shifted.length * 8 / 6;
    return text.substring(from, to);
  }

  /** As a query is encoded: what is unreserved stays (RFC 3986). */
  private static String encoded(byte[] secret, boolean lower) {
    StringBuilder text = new StringBuilder();
    for (byte octet : secret) {
      char c = (char) (octet & 0xff);
      boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
      String escaped = "%%%02X".formatted(octet & 0xff);
      text.append(plain ? String.valueOf(c) : lower ? escaped.toLowerCase(Locale.ROOT) : escaped);
    }
    return text.toString();
  }

  private void add(String name, String form, byte[] bytes) {
    add(name, form, new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private void add(String name, String form, String text) {
    long head = 0;
    for (int i = 0; i < HEAD; i++) {
      head = (head << 8) | text.charAt(i);
    }
    needles.computeIfAbsent(head, key -> new ArrayList<>()).add(new Needle(name, form, text));
    sieve.set(sieved(head));
  }

  private static int sieved(long head) {
    return (int) ((head * 0x9E3779B97F4A7C15L) >>> (64 - SIEVE_BITS));
  }

  /** What was found, as sentences without the secret. */
  Set<String> in(String where, byte[] content) {
    Set<String> found = new TreeSet<>();
    scan(where, content, found);
    // Line ends within a secret, as PEM has them, also escaped as in JSON.
    scan(where, joined(content), found);
    return found;
  }

  private void scan(String where, byte[] content, Set<String> found) {
    long head = 0;
    for (int i = 0; i < content.length; i++) {
      head = (head << 8) | (content[i] & 0xff);
      if (i >= HEAD - 1 && sieve.get(sieved(head))) {
        for (Needle needle : needles.getOrDefault(head, List.of())) {
          if (stands(needle.text, content, i - HEAD + 1)) {
            found.add(where + " holds " + needle.name + " (" + needle.form + ")");
          }
        }
      }
    }
  }

  private static boolean stands(String text, byte[] content, int at) {
    if (at + text.length() > content.length) {
      return false;
    }
    for (int i = HEAD; i < text.length(); i++) {
      if ((content[at + i] & 0xff) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] joined(byte[] content) {
    byte[] kept = new byte[content.length];
    int length = 0;
    for (int i = 0; i < content.length; i++) {
      boolean escape =
          content[i] == '\\'
              && i + 1 < content.length
              && (content[i + 1] == 'n' || content[i + 1] == 'r');
      if (escape) {
        i++;
      } else if (content[i] != '\n' && content[i] != '\r') {
        kept[length++] = content[i];
      }
    }
    return Arrays.copyOf(kept, length);
  }
}
