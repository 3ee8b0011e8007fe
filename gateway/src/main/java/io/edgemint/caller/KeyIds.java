package io.edgemint.caller;

import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The key identifiers of certificates (RFC 5280, sections 4.2.1.1 and 4.2.1.2), by which issuers
 * are found among many of one name. They prove nothing.
 */
final class KeyIds {
  private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
  private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
  private static final int OCTETS = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int BIT_STRING = 0x03;

  /** The keyIdentifier of an AuthorityKeyIdentifier. */
  private static final int KEY_IDENTIFIER = 0x80;

  private KeyIds() {}

  /** The identifier of a certificate's own key, in hexadecimal; null if it names none. */
  static @Nullable String subject(X509Certificate certificate) {
    byte[] value = certificate.getExtensionValue(SUBJECT_KEY_IDENTIFIER);
    return value == null ? null : text(inside(inside(ByteBuffer.wrap(value), OCTETS), OCTETS));
  }

  /** The identifier of the key that signed a certificate, in hexadecimal; null if it names none. */
  static @Nullable String authority(X509Certificate certificate) {
    byte[] value = certificate.getExtensionValue(AUTHORITY_KEY_IDENTIFIER);
    return value == null
        ? null
        : text(inside(inside(inside(ByteBuffer.wrap(value), OCTETS), SEQUENCE), KEY_IDENTIFIER));
  }

  /**
   * Whether a certificate's subject key identifier is the SHA-1 digest of its key (RFC 5280,
   * section 4.2.1.2, method 1), which no other key has.
   */
  static boolean isGenuine(X509Certificate certificate) {
    String id = subject(certificate);
    ByteBuffer info = inside(ByteBuffer.wrap(certificate.getPublicKey().getEncoded()), SEQUENCE);
    if (id == null || info == null || inside(info, SEQUENCE) == null) {
      return false;
    }
    ByteBuffer bits = inside(info, BIT_STRING);
    if (bits == null || !bits.hasRemaining()) {
      return false;
    }
    bits.get(); // How many bits of the last byte are unused: none.
    byte[] key = new byte[bits.remaining()];
    bits.get(key);
    return id.equals(HexFormat.of().formatHex(CertificateRules.digest("SHA-1", key)));
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
