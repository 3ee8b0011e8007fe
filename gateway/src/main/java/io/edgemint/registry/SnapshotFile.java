package io.edgemint.registry;

import io.edgemint.backend.Org;
import io.edgemint.backend.Snapshot;
import io.edgemint.vault.OwnerOnly;
import io.edgemint.vault.Vault;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.CipherOutputStream;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a gateway needs to start without the registry, in one encrypted file.
 *
 * <p>The content is AES-256-GCM under a key of its own, which the vault seals; everything before
 * the content is authenticated with it. A file is written whole beside the old one and takes its
 * place in one step, so whoever reads sees one or the other, also if several gateways write.
 */
public final class SnapshotFile {
  private static final String MAGIC = "edgemint snapshot ";
  private static final String FORMAT = "1";
  private static final String CONTEXT = "registry snapshot";
  private static final String TEMPORARY = ".tmp";
  private static final long MOST_BYTES = 1L << 30;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** A file of another process that writes is younger. */
  private static final long ABANDONED_MILLIS = Duration.ofHours(1).toMillis();

  private final Path file;
  private final Vault vault;
  private final SecureRandom random = new SecureRandom();

  /** Names the file, which need not be there. */
  public SnapshotFile(Path file, Vault vault) {
    this.file = file.toAbsolutePath();
    this.vault = vault;
  }

  /**
   * What stands in the file.
   *
   * @param confirmedAt epoch milliseconds at which the registry was last known to hold the snapshot
   *     and nothing newer
   * @param keys what {@link io.edgemint.caller.LastGoodKeys} keeps, by {@code iss}
   */
  record Content(Snapshot snapshot, long confirmedAt, Map<String, String> keys) {
    Content {
      keys = Map.copyOf(keys);
    }
  }

  /**
   * Replaces the file.
   *
   * @throws IOException if that is not possible; the file is as it was before then
   */
  void write(Content content) throws IOException {
    Path temporary =
        file.resolveSibling(
            file.getFileName() + "." + HexFormat.of().formatHex(bytes(8)) + TEMPORARY);
    try {
      OwnerOnly.create(temporary, new byte[0]);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        encrypt(content, channel);
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    // Without this, a power cut may bring the old file back.
    try (FileChannel folder = FileChannel.open(folder(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private Path folder() {
    return file.resolveSibling("").toAbsolutePath();
  }

  private void encrypt(Content content, FileChannel channel) throws IOException {
    byte[] key = bytes(KEY_BYTES);
    byte[] nonce = bytes(NONCE_BYTES);
    // Closing the cipher ends the text, and must leave the channel open for the disk to be awaited.
    try (OutputStream out =
        new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16) {
          @Override
          public void close() throws IOException {
            flush();
          }
        }) {
      byte[] header = header(vault.seal(key, CONTEXT), nonce);
      out.write(header);
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, header);
      try (var text =
          new DataOutputStream(
              new BufferedOutputStream(new CipherOutputStream(out, cipher), 1 << 16))) {
        write(content, text);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM does not work on this Java", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static byte[] header(String sealedKey, byte[] nonce) throws IOException {
    var header = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(header)) {
      out.writeBytes(MAGIC + FORMAT + "\n");
      out.writeUTF(sealedKey);
      out.write(nonce);
    }
    return header.toByteArray();
  }

  private static void write(Content content, DataOutputStream out) throws IOException {
    Snapshot snapshot = content.snapshot;
    out.writeLong(content.confirmedAt);
    out.writeLong(snapshot.version());
    writeText(out, snapshot.chain());
    out.writeInt(snapshot.orgs().size());
    for (Org org : snapshot.orgs()) {
      writeText(out, org.id().value());
      writeText(out, OrgDocument.write(org));
    }
    out.writeInt(content.keys.size());
    for (Map.Entry<String, String> each : content.keys.entrySet()) {
      writeText(out, each.getKey());
      writeText(out, each.getValue());
    }
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * What the file holds.
   *
   * @throws IOException if there is no file, or none that this gateway can use; the message names
   *     it and says why
   */
  Content read() throws IOException {
    byte[] bytes;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw unusable("has more than 1 GiB");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no snapshot file " + file, e);
    } catch (FileSystemException e) {
      throw unusable("cannot be read: " + e.getMessage());
    }
    return decrypt(bytes);
  }

  private Content decrypt(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    in.position(checkFormat(bytes));
    byte[] sealedKey = take(in, in.remaining() < Short.BYTES ? -1 : in.getShort() & 0xFFFF);
    byte[] nonce = take(in, NONCE_BYTES);
    byte[] header = Arrays.copyOf(bytes, in.position());
    byte[] key = open(new String(sealedKey, StandardCharsets.UTF_8));
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, header);
      return parse(cipher.doFinal(bytes, in.position(), in.remaining()));
    } catch (AEADBadTagException e) {
      throw damaged();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM does not work on this Java", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** The length of the first line, which says what the rest is. */
  private int checkFormat(byte[] bytes) throws IOException {
    String begin = new String(bytes, 0, Math.min(bytes.length, 32), StandardCharsets.US_ASCII);
    int end = begin.indexOf('\n');
    if (!begin.startsWith(MAGIC) || end < 0) {
      throw unusable("is no snapshot of the registry, or damaged");
    }
    String format = begin.substring(MAGIC.length(), end);
    if (!format.equals(FORMAT)) {
      throw unusable(
          "has format '%s', of which this Edgemint knows nothing: run the newer one"
              .formatted(format.replaceAll("[^0-9A-Za-z.]", "?")));
    }
    return end + 1;
  }

  private byte[] take(ByteBuffer in, int length) throws IOException {
    if (length < 0 || length > in.remaining()) {
      throw damaged();
    }
    byte[] taken = new byte[length];
    in.get(taken);
    return taken;
  }

  private byte[] open(String sealedKey) throws IOException {
    byte[] key;
    try {
      key = vault.open(sealedKey, CONTEXT);
    } catch (RuntimeException e) {
      throw unusable(
          "was sealed under a key-encryption key that this gateway does not have, or is damaged");
    }
    if (key.length != KEY_BYTES) {
      throw damaged();
    }
    return key;
  }

  private Content parse(byte[] text) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(text))) {
      final long confirmedAt = in.readLong();
      final long version = in.readLong();
      final String chain = readText(in);
      List<Org> orgs = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        orgs.add(OrgDocument.read(readText(in), readText(in)));
      }
      Map<String, String> keys = new HashMap<>();
      for (int i = in.readInt(); i > 0; i--) {
        keys.put(readText(in), readText(in));
      }
      return new Content(Snapshot.of(version, chain, orgs), confirmedAt, keys);
    } catch (IllegalStateException e) {
      throw unusable("cannot be read: " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      throw damaged();
    }
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  private IOException damaged() {
    return unusable("is damaged or was cut short");
  }

  private IOException unusable(String why) {
    return new IOException("the snapshot file " + file + " " + why);
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] header)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(header);
    return cipher;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Removes what processes that were killed while they wrote have left behind. */
  void sweep() {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(folder(), file.getFileName() + ".*" + TEMPORARY)) {
      for (Path temporary : left) {
        long age = System.currentTimeMillis() - Files.getLastModifiedTime(temporary).toMillis();
        if (age > ABANDONED_MILLIS) {
          Files.deleteIfExists(temporary);
        }
      }
    } catch (IOException e) {
      System.getLogger(SnapshotFile.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot sweep beside {0}: {1}", file, e.toString());
    }
  }

  /** Where it lies. */
  @Override
  public String toString() {
    return file.toString();
  }
}
