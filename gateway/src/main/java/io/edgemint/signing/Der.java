package io.edgemint.signing;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Reads and writes DER (ITU-T X.690) as far as private keys need it, front to back. Every reading
 * method throws {@link Malformed} where the bytes are not what is asked for.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int SEQUENCE = 0x30;
  static final int CONTEXT_0 = 0xA0;
  static final int CONTEXT_1 = 0xA1;

  private final byte[] bytes;
  private final int end;
  private int at;

  Der(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private Der(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Tells whether the next element has this tag. */
  boolean isNext(int tag) {
    return at < end && (bytes[at] & 0xFF) == tag;
  }

  /** Steps into the next element. */
  Der enter(int tag) {
    int length = header(tag);
    Der inside = new Der(bytes, at, at + length);
    at += length;
    return inside;
  }

  /** The content of the next element. */
  byte[] read(int tag) {
    int length = header(tag);
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  /** The next element, an integer. */
  BigInteger number() {
    byte[] octets = read(INTEGER);
    if (octets.length == 0) {
      throw new Malformed();
    }
    return new BigInteger(octets);
  }

  private int header(int tag) {
    if (!isNext(tag)) {
      throw new Malformed();
    }
    at++;
    int length = octet();
    if (length >= 0x80) {
      int count = length & 0x7F;
      if (count < 1 || count > 3) {
        throw new Malformed();
      }
      length = 0;
      for (int i = 0; i < count; i++) {
        length = length << 8 | octet();
      }
    }
    if (length > end - at) {
      throw new Malformed();
    }
    return length;
  }

  private int octet() {
    if (at >= end) {
      throw new Malformed();
    }
    return bytes[at++] & 0xFF;
  }

  /** One element of that content. */
  static byte[] write(int tag, byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    var out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length >= 0x80) {
      int count = length < 0x100 ? 1 : 2;
      out.write(0x80 | count);
      if (count == 2) {
        out.write(length >> 8);
      }
    }
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Says that the bytes are not what was asked for; it does not leave the package. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super("not well-formed DER");
    }
  }
}
