package io.edgemint.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The uploads in parts that copies into one storage have begun on this machine and neither
 * completed nor ended, a file each, so that a later run ends these and nobody else's. One run at a
 * time has it. Safe on all threads.
 */
final class BegunUploads implements AutoCloseable {
  private static final String ENDING = ".upload";

  private final Path folder;
  private final FileChannel lock;

  private BegunUploads(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens those of a storage; there need be none.
   *
   * @param state the folder with those of all storages, which need not be there yet
   * @throws IOException if they cannot be kept, or another run has them, with a message for people
   */
  static BegunUploads open(Path state, OrgId org, S3Storage storage) throws IOException {
    // Another bucket, or another place in it, has others.
    String place =
        "%s\n%s\n%s".formatted(storage.endpoint().uri(), storage.bucket(), storage.prefix());
    String name = org + "-" + UUID.nameUUIDFromBytes(place.getBytes(UTF_8));
    Path folder = Files.createDirectories(state.resolve(name), mode("rwx------"));
    FileChannel lock =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() != null) {
        return new BegunUploads(folder, lock);
      }
    } catch (OverlappingFileLockException e) {
      // Another run in this process.
    }
    lock.close();
    throw new IOException("another copy into this backend is running on this machine");
  }

  /** An upload that was begun, as its file tells. */
  record Begun(Path file, ObjectKey key, String id) {}

  /** What is remembered now. */
  List<Begun> all() throws IOException {
    List<Begun> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path file : files) {
        String[] lines = Files.readString(file).split("\n", 2);
        if (lines.length == 2 && ObjectKey.of(lines[1]) instanceof ObjectKey key) {
          all.add(new Begun(file, key, lines[0]));
        } else {
          // It tells of no upload.
          Files.delete(file);
        }
      }
    }
    return all;
  }

  /** Remembers one, whole or not at all. */
  Begun add(ObjectKey key, String id) throws IOException {
    Path file = folder.resolve(UUID.randomUUID() + ENDING);
    Path fresh = Files.createTempFile(folder, "new", ".tmp", mode("rw-------"));
    try {
      Files.writeString(fresh, id + "\n" + key.value());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
    return new Begun(file, key, id);
  }

  /** Forgets one of which nothing is left. */
  void remove(Begun upload) {
    try {
      Files.deleteIfExists(upload.file);
    } catch (IOException e) {
      // The next run ends it once more, which does no harm.
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }

  /** Lets the next run have it. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
