package io.edgemint.signing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of ASCII in the making, used again for the next ones. Not safe on several threads. */
final class AsciiBuffer {
  private static final byte[] HEX = ascii("0123456789abcdef");

  private byte[] bytes;
  private int length;

  AsciiBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Begins anew. */
  AsciiBuffer clear() {
    length = 0;
    return this;
  }

  int length() {
    return length;
  }

  private void makeRoom(int more) {
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  AsciiBuffer append(byte[] part) {
    makeRoom(part.length);
    System.arraycopy(part, 0, bytes, length, part.length);
    length += part.length;
    return this;
  }

  AsciiBuffer append(String part) {
    makeRoom(part.length());
    for (int i = 0; i < part.length(); i++) {
      bytes[length++] = (byte) part.charAt(i);
    }
    return this;
  }

  /** Appends a number that is not negative. */
  AsciiBuffer append(long number) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    makeRoom(digits);
    long rest = number;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    return this;
  }

  /** Appends a second of the day as six digits, {@code HHmmss}. */
  AsciiBuffer appendTime(int second) {
    makeRoom(6);
    return appendTwo(second / 3600).appendTwo(second / 60 % 60).appendTwo(second % 60);
  }

  private AsciiBuffer appendTwo(int number) {
    bytes[length++] = (byte) ('0' + number / 10);
    bytes[length++] = (byte) ('0' + number % 10);
    return this;
  }

  AsciiBuffer appendHex(byte[] octets) {
    makeRoom(2 * octets.length);
    for (byte octet : octets) {
      bytes[length++] = HEX[octet >> 4 & 0xF];
      bytes[length++] = HEX[octet & 0xF];
    }
    return this;
  }

  /**
   * The bytes themselves, of which the first {@link #length()} count; valid until the next call.
   */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }
}
