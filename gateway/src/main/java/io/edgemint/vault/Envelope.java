package io.edgemint.vault;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * A sealed secret in parts, and its text {@code v1.<key id>.<wrapped key>.<nonce>.<ciphertext>} in
 * unpadded base64url. The last part ends with four bytes of SHA-256 over all that stands before
 * them. They add no safety, for the tags do that; they tell a damaged text from one in the wrong
 * place.
 */
final class Envelope {
  private static final String VERSION = "v1";
  private static final int CHECK_BYTES = 4;
  private static final int WRAPPED_BYTES = Vault.KEY_BYTES + Vault.TAG_BYTES;
  private static final int MAX_CHARACTERS = 2 * Vault.MAX_SECRET_BYTES;

  /** Which key-encryption key wrapped the data key. */
  final String keyId;

  final byte[] keyNonce;

  /** The data key, encrypted, with its tag. */
  final byte[] wrappedKey;

  final byte[] nonce;

  /** The secret, encrypted, with its tag. */
  final byte[] ciphertext;

  /** Keeps the arrays themselves. */
  Envelope(String keyId, byte[] keyNonce, byte[] wrappedKey, byte[] nonce, byte[] ciphertext) {
    this.keyId = keyId;
    this.keyNonce = keyNonce;
    this.wrappedKey = wrappedKey;
    this.nonce = nonce;
    this.ciphertext = ciphertext;
  }

  /** The text for the database. */
  String text() {
    String head = head();
    byte[] tail = Arrays.copyOf(ciphertext, ciphertext.length + CHECK_BYTES);
    System.arraycopy(check(), 0, tail, ciphertext.length, CHECK_BYTES);
    return head + '.' + encode(tail);
  }

  /**
   * Takes a text apart.
   *
   * @throws IllegalArgumentException if it is not, to the last character, as {@link #text} wrote it
   */
  static Envelope parse(String text) {
    String[] parts = text.length() > MAX_CHARACTERS ? new String[0] : text.split("\\.", -1);
    if (parts.length != 5 || !parts[0].equals(VERSION)) {
      throw noSecret(text);
    }
    byte[] wrapped = decode(parts[2]);
    byte[] nonce = decode(parts[3]);
    byte[] tail = decode(parts[4]);
    if (wrapped.length != Vault.NONCE_BYTES + WRAPPED_BYTES
        || nonce.length != Vault.NONCE_BYTES
        || tail.length < Vault.TAG_BYTES + CHECK_BYTES) {
      throw damaged();
    }
    var envelope =
        new Envelope(
            parts[1],
            Arrays.copyOf(wrapped, Vault.NONCE_BYTES),
            Arrays.copyOfRange(wrapped, Vault.NONCE_BYTES, wrapped.length),
            nonce,
            Arrays.copyOf(tail, tail.length - CHECK_BYTES));
    // Whole texts are compared: base64 has several spellings for the same bytes.
    if (!envelope.text().equals(text)) {
      throw damaged();
    }
    return envelope;
  }

  /**
   * The key-encryption key that a text names, without a look at the rest of it.
   *
   * @throws IllegalArgumentException if it is no sealed secret
   */
  static String keyId(String text) {
    int end = text.indexOf('.', VERSION.length() + 1);
    if (!text.startsWith(VERSION + '.') || end < 0) {
      throw noSecret(text);
    }
    return text.substring(VERSION.length() + 1, end);
  }

  /** The same secret under the same data key, which another key wraps. */
  Envelope wrappedBy(String otherId, byte[] otherNonce, byte[] otherWrapped) {
    return new Envelope(otherId, otherNonce, otherWrapped, nonce, ciphertext);
  }

  private String head() {
    byte[] wrapped =
        ByteBuffer.allocate(keyNonce.length + wrappedKey.length)
            .put(keyNonce)
            .put(wrappedKey)
            .array();
    return String.join(".", VERSION, keyId, encode(wrapped), encode(nonce));
  }

  private byte[] check() {
    MessageDigest digest = sha256();
    digest.update(head().getBytes(StandardCharsets.UTF_8));
    return Arrays.copyOf(digest.digest(ciphertext), CHECK_BYTES);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] decode(String text) {
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  private static IllegalArgumentException noSecret(String text) {
    return new IllegalArgumentException(
        ("this text of %d characters is no sealed secret ('v1.' and four parts);"
                + " set the secret again")
            .formatted(text.length()));
  }

  private static IllegalArgumentException damaged() {
    return new IllegalArgumentException(
        "the sealed secret was changed after it was written (a character is wrong or missing);"
            + " restore it from a backup, or set the secret again");
  }

  @Override
  public String toString() {
    return "[sealed]";
  }
}
