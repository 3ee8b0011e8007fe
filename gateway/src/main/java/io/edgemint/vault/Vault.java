package io.edgemint.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets so that they may lie in a database, and opens them again. Each secret is encrypted
 * under a data key of its own, and that key under a key-encryption key; both are AES-256-GCM with
 * the secret's context as associated data, so that a text that was moved to another place does not
 * open there. One key-encryption key seals; others may be held that open what was sealed before.
 * Safe for use by many threads.
 */
public final class Vault {
  /** The longest secret, in bytes. */
  public static final int MAX_SECRET_BYTES = 64 << 10;

  static final int KEY_BYTES = 32;
  static final int NONCE_BYTES = 12;
  static final int TAG_BYTES = 16;
  private static final byte[] FOR_KEY = ascii("edgemint vault v1 data key\n");
  private static final byte[] FOR_SECRET = ascii("edgemint vault v1 secret\n");

  private final KeyFile keyFile;
  private final Map<String, KeyFile> held = new LinkedHashMap<>();
  private final SecureRandom random;

  Vault(KeyFile keyFile, SecureRandom random) {
    this(keyFile, List.of(), random);
  }

  private Vault(KeyFile keyFile, List<KeyFile> previous, SecureRandom random) {
    this.keyFile = keyFile;
    this.random = random;
    held.put(keyFile.id(), keyFile);
    previous.forEach(key -> held.putIfAbsent(key.id(), key));
  }

  /**
   * Takes the key-encryption key from a file, which is made with a fresh key if there is none. Of
   * several processes that make it at once one wins, and the others take its key.
   *
   * @throws IOException if it cannot be read or made, holds no key, or can be read or written by
   *     others than its owner; the message says how to mend it
   */
  public static Vault openOrCreate(Path file) throws IOException {
    return openOrCreate(file, List.of());
  }

  /**
   * Takes the key that seals as {@link #openOrCreate(Path)} does, and further ones that only open.
   *
   * @param previous files that must be there
   * @throws IOException as {@link #openOrCreate(Path)}
   */
  public static Vault openOrCreate(Path file, List<Path> previous) throws IOException {
    var random = new SecureRandom();
    List<KeyFile> openers = new ArrayList<>();
    for (Path each : previous) {
      openers.add(KeyFile.open(each));
    }
    return new Vault(KeyFile.openOrCreate(file, random), openers, random);
  }

  /**
   * Makes a file with a fresh key-encryption key, readable by its owner alone.
   *
   * @return the id of the key
   * @throws IOException if the file is there already or cannot be made
   */
  public static String newKey(Path file) throws IOException {
    return KeyFile.createNew(file, new SecureRandom()).id();
  }

  /** The id of the key that seals: the first eight bytes of its SHA-256, in hex. */
  public String keyId() {
    return keyFile.id();
  }

  /** The files of all keys that are held, by key id; the one that seals is the first. */
  public Map<String, Path> keys() {
    Map<String, Path> files = new LinkedHashMap<>();
    held.forEach((id, key) -> files.put(id, key.file()));
    return files;
  }

  /**
   * The id of the key-encryption key that a sealed text needs.
   *
   * @throws IllegalArgumentException if it is no sealed secret
   */
  public static String keyIdOf(String sealed) {
    return Envelope.keyId(sealed);
  }

  /**
   * Encrypts a secret of at most {@link #MAX_SECRET_BYTES}; the caller wipes the array.
   *
   * @param context what the secret is for: it opens only with the very same text
   * @throws IllegalArgumentException if the secret is too long or the context is not Unicode
   */
  public String seal(byte[] secret, String context) {
    if (secret.length > MAX_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "a secret has at most %d bytes, but this one has %d"
              .formatted(MAX_SECRET_BYTES, secret.length));
    }
    byte[] purpose = utf8(context);
    byte[] dataKey = random(KEY_BYTES);
    try {
      byte[] keyNonce = random(NONCE_BYTES);
      byte[] wrapped = encrypt(keyFile.key(), keyNonce, dataKey, FOR_KEY, purpose);
      byte[] nonce = random(NONCE_BYTES);
      byte[] sealed = encrypt(key(dataKey), nonce, secret, FOR_SECRET, purpose);
      return new Envelope(keyFile.id(), keyNonce, wrapped, nonce, sealed).text();
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  /**
   * Decrypts what {@link #seal} wrote; the caller wipes the array after use.
   *
   * @throws IllegalArgumentException if the text was changed, was sealed for another context, or
   *     under another key-encryption key; the message says which, and how to mend it
   */
  public byte[] open(String sealed, String context) {
    byte[] purpose = utf8(context);
    Envelope envelope = Envelope.parse(sealed);
    byte[] dataKey = dataKey(envelope, purpose);
    try {
      return decrypt(key(dataKey), envelope.nonce, envelope.ciphertext, FOR_SECRET, purpose);
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  /**
   * The same text with its data key under the key that seals now; the very same if it is already.
   * The encrypted secret is taken over as it is and is not opened.
   *
   * @throws IllegalArgumentException as {@link #open}
   */
  public String rewrap(String sealed, String context) {
    byte[] purpose = utf8(context);
    Envelope envelope = Envelope.parse(sealed);
    if (envelope.keyId.equals(keyFile.id())) {
      return sealed;
    }
    byte[] dataKey = dataKey(envelope, purpose);
    try {
      byte[] keyNonce = random(NONCE_BYTES);
      byte[] wrapped = encrypt(keyFile.key(), keyNonce, dataKey, FOR_KEY, purpose);
      return envelope.wrappedBy(keyFile.id(), keyNonce, wrapped).text();
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  private byte[] dataKey(Envelope envelope, byte[] purpose) {
    KeyFile opener = held.get(envelope.keyId);
    if (opener == null) {
      throw new IllegalArgumentException(
          ("the secret is sealed under the key-encryption key %s, but %s;"
                  + " put that key file back, or set the secret again")
              .formatted(
                  envelope.keyId,
                  held.values().stream()
                      .map(key -> key.file() + " holds " + key.id())
                      .collect(Collectors.joining(", "))));
    }
    return decrypt(opener.key(), envelope.keyNonce, envelope.wrappedKey, FOR_KEY, purpose);
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static SecretKey key(byte[] bytes) {
    return new SecretKeySpec(bytes, "AES");
  }

  private static byte[] encrypt(
      SecretKey key, byte[] nonce, byte[] plain, byte[] use, byte[] purpose) {
    try {
      return cipher(Cipher.ENCRYPT_MODE, key, nonce, use, purpose).doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM does not work on this Java", e);
    }
  }

  private static byte[] decrypt(
      SecretKey key, byte[] nonce, byte[] sealed, byte[] use, byte[] purpose) {
    try {
      return cipher(Cipher.DECRYPT_MODE, key, nonce, use, purpose).doFinal(sealed);
    } catch (AEADBadTagException e) {
      throw new IllegalArgumentException(
          "the secret was sealed for another organisation, backend, kind or version, and does not"
              + " open here; set it again in this place",
          e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM does not work on this Java", e);
    }
  }

  /**
   * The JDK's own provider: secrets are opened on virtual threads, where no native code belongs.
   */
  private static Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] use, byte[] purpose)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD(use);
    cipher.updateAAD(purpose);
    return cipher;
  }

  /** Strict, since two contexts that differ in a broken character alone must stay apart. */
  private static byte[] utf8(String context) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(context));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the context of a secret has half a character", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
