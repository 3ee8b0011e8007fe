package io.edgemint.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.publisher.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which archives of a delivery were begun and which have arrived, with their digests, in one file
 * that outlives the process; the gateway shows only sizes of what lies in a destination.
 */
final class Receipts {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final Map<String, String> digests = new TreeMap<>();

  private Receipts(Path file) {
    this.file = file;
  }

  /**
   * Opens those of a delivery; there need be none.
   *
   * @param place everything about where it goes
   */
  static Receipts of(Path folder, String place) throws IOException {
    byte[] digest = Digest.sha256().digest(place.getBytes(StandardCharsets.UTF_8));
    var receipts = new Receipts(folder.resolve(HexFormat.of().formatHex(digest, 0, 16) + ".json"));
    if (Files.exists(receipts.file)) {
      receipts.read();
    }
    return receipts;
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
    return new TreeSet<>(digests.keySet());
  }

  /** The digest of what has arrived, or null. */
  @Nullable String arrived(String key) {
    String digest = digests.getOrDefault(key, "");
    return digest.isEmpty() ? null : digest;
  }

  void begin(String key) throws IOException {
    digests.putIfAbsent(key, "");
    write();
  }

  void arrived(String key, String sha256) throws IOException {
    digests.put(key, sha256);
    write();
  }

  void forgetAll() throws IOException {
    digests.clear();
    Files.deleteIfExists(file);
  }

  private void write() throws IOException {
    ObjectNode json = JSON.createObjectNode();
    digests.forEach(json::put);
    Path folder = file.resolveSibling("");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path fresh = Files.createTempFile(folder, "new", ".tmp");
    try {
      Files.write(fresh, JSON.writeValueAsBytes(json));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
