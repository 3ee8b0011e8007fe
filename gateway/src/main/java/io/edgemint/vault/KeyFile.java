package io.edgemint.vault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key-encryption key, and the file it came from: one line, 32 bytes in base64, mode 0600.
 *
 * @param id the first eight bytes of the key's SHA-256, in hex
 */
record KeyFile(Path file, String id, SecretKey key) {
  private static final int LINE_BYTES = 45;
  private static final int ID_BYTES = 8;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  static KeyFile openOrCreate(Path file, SecureRandom random) throws IOException {
    if (Files.notExists(file)) {
      create(file, random);
    }
    return open(file);
  }

  /** Makes a file with a fresh key where there is none. */
  static KeyFile createNew(Path file, SecureRandom random) throws IOException {
    if (!create(file, random)) {
      throw new IOException(
          file + " is there already, and a key is never overwritten; name another file");
    }
    return open(file);
  }

  /** Takes the key from a file that must be there. */
  static KeyFile open(Path file) throws IOException {
    Set<PosixFilePermission> rights;
    try {
      rights = Files.getPosixFilePermissions(file);
    } catch (NoSuchFileException e) {
      throw new IOException(
          file + " is not there; put the key file back, from a backup if need be", e);
    }
    if (!OWNER_ONLY.containsAll(rights)) {
      throw new IOException(
          "%s holds the key-encryption key, but others may use it (%s); run: chmod 600 %s"
              .formatted(file, PosixFilePermissions.toString(rights), file));
    }
    byte[] line = new byte[LINE_BYTES + 1];
    byte[] bytes = new byte[0];
    try (InputStream in = input(file)) {
      int length = in.readNBytes(line, 0, line.length);
      bytes = decode(file, line, length);
      String id = HexFormat.of().formatHex(Envelope.sha256().digest(bytes), 0, ID_BYTES);
      return new KeyFile(file, id, new SecretKeySpec(bytes, "AES"));
    } finally {
      Arrays.fill(line, (byte) 0);
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static InputStream input(Path file) throws IOException {
    try {
      return Files.newInputStream(file);
    } catch (AccessDeniedException e) {
      throw new IOException(
          "%s cannot be read by this process; let it belong to the user that runs the gateway"
              .formatted(file),
          e);
    }
  }

  private static byte[] decode(Path file, byte[] line, int length) throws IOException {
    boolean broken = length > 0 && line[length - 1] == '\n';
    byte[] text = Arrays.copyOf(line, broken ? length - 1 : length);
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      if (bytes.length == Vault.KEY_BYTES) {
        return bytes;
      }
      Arrays.fill(bytes, (byte) 0);
    } catch (IllegalArgumentException e) {
      // Falls through to the one message for all that is no key; the cause would quote the text.
    } finally {
      Arrays.fill(text, (byte) 0);
    }
    throw new IOException(
        ("%s holds no key-encryption key (one line: %d bytes in base64), but %s bytes;"
                + " restore it from a backup, for without it no sealed secret opens")
            .formatted(file, Vault.KEY_BYTES, length > LINE_BYTES ? "more than 45" : length));
  }

  /**
   * Makes the file complete and in its place in one step.
   *
   * @return whether it was made, and not by another process that was faster
   */
  private static boolean create(Path file, SecureRandom random) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is no place for a key-encryption key; name a file");
    }
    Files.createDirectories(folder);
    var ownerReadsAndWrites =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path draft = Files.createTempFile(folder, ".kek", ".new", ownerReadsAndWrites);
    try {
      write(draft, random);
      // A link and not a move: it never replaces a key that is already in use.
      Files.createLink(file, draft);
      sync(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.delete(draft);
    }
  }

  private static void write(Path draft, SecureRandom random) throws IOException {
    byte[] key = new byte[Vault.KEY_BYTES];
    random.nextBytes(key);
    byte[] line = Arrays.copyOf(Base64.getEncoder().encode(key), LINE_BYTES);
    line[LINE_BYTES - 1] = '\n';
    try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(line));
      out.force(true);
    } finally {
      Arrays.fill(key, (byte) 0);
      Arrays.fill(line, (byte) 0);
    }
  }

  /** A key that a crash takes back would leave secrets that nothing opens. */
  private static void sync(Path folder) throws IOException {
    try (FileChannel directory = FileChannel.open(folder)) {
      directory.force(true);
    }
  }

  @Override
  public String toString() {
    return "KeyFile[" + file + ", id " + id + "]";
  }
}
