package io.edgemint.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.publisher.Digest;
import io.edgemint.publisher.PublishingFailed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which objects of a delivery were begun and which have arrived, with their digests, in one file
 * that outlives the process; the gateway shows no digests of what lies in a destination.
 */
final class Receipts implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /** No key begins with a slash. */
  private static final String SEEN = "/etag/";

  private final Path file;
  private final FileChannel lock;
  private final Map<String, String> digests = new TreeMap<>();

  private Receipts(Path file, FileChannel lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Opens those of a delivery; there need be none. Until they are closed nobody else on this
   * machine has them.
   *
   * @param place everything about where it goes
   * @throws PublishingFailed if somebody else has them
   */
  static Receipts of(Path folder, String place) throws IOException {
    byte[] digest = Digest.sha256().digest(place.getBytes(StandardCharsets.UTF_8));
    String name = HexFormat.of().formatHex(digest, 0, 16);
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    FileChannel lock =
        FileChannel.open(
            folder.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isTaken(lock)) {
      lock.close();
      throw new PublishingFailed(
          "another 'edgemint deliver' is at work on this delivery on this machine");
    }
    var receipts = new Receipts(folder.resolve(name + ".json"), lock);
    if (Files.exists(receipts.file)) {
      receipts.read();
    }
    return receipts;
  }

  private static boolean isTaken(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void read() throws IOException {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      json.properties().forEach(each -> digests.put(each.getKey(), each.getValue().asText("")));
    } catch (JsonProcessingException e) {
      // Without it, what is there is refused instead of skipped.
      digests.clear();
    }
  }

  /** Every key that was begun. */
  Set<String> begun() {
    Set<String> keys = new TreeSet<>(digests.keySet());
    keys.removeIf(key -> key.startsWith(SEEN));
    return keys;
  }

  /** The digest of what has arrived, or null. */
  @Nullable String arrived(String key) {
    String digest = digests.getOrDefault(key, "");
    return digest.isEmpty() ? null : digest;
  }

  /** Whether what has arrived is not known to be other bytes than lie there now. */
  boolean isStill(String key, @Nullable String etag) {
    String seen = digests.getOrDefault(SEEN + key, "");
    return seen.isEmpty() || etag == null || seen.equals(etag);
  }

  /** Remembers by which ETag the storage knows what has arrived. */
  void seen(String key, @Nullable String etag) throws IOException {
    if (etag != null) {
      digests.put(SEEN + key, etag);
      write();
    }
  }

  void begin(String key) throws IOException {
    digests.putIfAbsent(key, "");
    write();
  }

  void arrived(String key, String sha256) throws IOException {
    digests.put(key, sha256);
    write();
  }

  void forget(String key) throws IOException {
    digests.remove(key);
    write();
  }

  void forgetAll() throws IOException {
    digests.clear();
    Files.deleteIfExists(file);
  }

  private void write() throws IOException {
    ObjectNode json = JSON.createObjectNode();
    digests.forEach(json::put);
    Path fresh = Files.createTempFile(file.resolveSibling(""), "new", ".tmp");
    try {
      Files.write(fresh, JSON.writeValueAsBytes(json));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
