package io.edgemint.caller;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The names that certificates give to keys, by which issuers are found among many of one name (RFC
 * 5280, sections 4.2.1.1 and 4.2.1.2). They prove nothing.
 */
final class KeyIds {
  private static final String OF_AUTHORITY = "2.5.29.35";
  private static final String OF_SUBJECT = "2.5.29.14";
  private static final int OCTETS = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int FIRST = 0x80;

  private KeyIds() {}

  /** What a certificate calls its own key, in hexadecimal; null if it says nothing. */
  static @Nullable String own(X509Certificate certificate) {
    byte[] value = certificate.getExtensionValue(OF_SUBJECT);
    return value == null ? null : text(inside(inside(ByteBuffer.wrap(value), OCTETS), OCTETS));
  }

  /** What a certificate calls the key that signed it, in hexadecimal; null if it says nothing. */
  static @Nullable String ofIssuer(X509Certificate certificate) {
    byte[] value = certificate.getExtensionValue(OF_AUTHORITY);
    return value == null
        ? null
        : text(inside(inside(inside(ByteBuffer.wrap(value), OCTETS), SEQUENCE), FIRST));
  }

  /**
   * Whether a certificate calls its key by the digest of the key itself, which nobody else's key
   * can be called by.
   */
  static boolean isGenuine(X509Certificate certificate) {
    String own = own(certificate);
    ByteBuffer info = inside(ByteBuffer.wrap(certificate.getPublicKey().getEncoded()), SEQUENCE);
    if (own == null || info == null || inside(info, SEQUENCE) == null) {
      return false;
    }
    ByteBuffer bits = inside(info, 0x03);
    if (bits == null || !bits.hasRemaining()) {
      return false;
    }
    bits.get(); // How many bits of the last byte are unused: none.
    byte[] key = new byte[bits.remaining()];
    bits.get(key);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(key);
      return own.equals(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  private static @Nullable String text(@Nullable ByteBuffer id) {
    if (id == null) {
      return null;
    }
    byte[] bytes = new byte[id.remaining()];
    id.get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** The content of the next value, which the buffer is moved behind; null if it is no such one. */
  private static @Nullable ByteBuffer inside(@Nullable ByteBuffer der, int tag) {
    if (der == null || der.remaining() < 2 || (der.get() & 0xff) != tag) {
      return null;
    }
    int length = der.get() & 0xff;
    if (length > 0x80) {
      int digits = length - 0x80;
      length = 0;
      for (int i = 0; i < digits; i++) {
        if (!der.hasRemaining() || length > 0xffff) {
          return null;
        }
        length = length << 8 | (der.get() & 0xff);
      }
    }
    if (length > der.remaining()) {
      return null;
    }
    ByteBuffer content = der.slice(der.position(), length);
    der.position(der.position() + length);
    return content;
  }
}
