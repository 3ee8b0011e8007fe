package io.edgemint.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The secret that guards the administration, kept in a file of the operator. */
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
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    FileAttribute<?>[] ownerOnly =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (var channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      channel.write(StandardCharsets.UTF_8.encode(text));
    } catch (FileAlreadyExistsException e) {
      // It stands already, which is the usual case.
    }
  }

  /** Tells whether an {@code Authorization} header carries this token (RFC 6750, section 2.1). */
  boolean isIn(@Nullable String authorization) {
    if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return false;
    }
    return MessageDigest.isEqual(
        text, authorization.substring(7).strip().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}
