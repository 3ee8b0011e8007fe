package io.edgemint.admin;

import io.edgemint.vault.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** A secret that allows every call of the administration, kept in a file of the operator. */
public final class AdminToken {
  private static final int BYTES = 32;

  private final byte[] text;

  private AdminToken(byte[] text) {
    this.text = text;
  }

  /**
   * Reads the token, or makes one, readable by its owner alone, if the file is not there. Blocks.
   *
   * @throws UncheckedIOException if the file can be neither read nor written
   * @throws IllegalArgumentException if it holds less than 32 characters
   */
  public static AdminToken openOrCreate(Path file) {
    try {
      create(file);
      String text = Files.readString(file).strip();
      if (text.length() < BYTES) {
        throw new IllegalArgumentException(
            "admin.token_file: %s has %d characters; write at least %d, or delete it to have one made"
                .formatted(file, text.length(), BYTES));
      }
      return new AdminToken(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("admin.token_file: " + file + " cannot be read", e);
    }
  }

  private static void create(Path file) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    OwnerOnly.create(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells whether a text is this token. */
  boolean is(String other) {
    return MessageDigest.isEqual(text, other.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}
