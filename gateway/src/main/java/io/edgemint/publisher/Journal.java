package io.edgemint.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Remembers uploads that were begun, as files that outlive the process. */
public final class Journal {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;

  /** Keeps them in a folder, which need not be there yet. */
  public Journal(Path folder) {
    this.folder = folder;
  }

  /** The user's own. */
  public static Journal ofUser(Map<String, String> environment) {
    return new Journal(stateFolder(environment).resolve("uploads"));
  }

  /** Where the user's programs remember things, by the XDG base directory specification. */
  public static Path stateFolder(Map<String, String> environment) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    Path base =
        state.startsWith("/")
            ? Path.of(state)
            : Path.of(System.getProperty("user.home", "."), ".local", "state");
    return base.resolve("edgemint");
  }

  /**
   * An upload that was begun.
   *
   * @param place everything about where it goes
   * @param edition what tells the source from an earlier one of the same name
   */
  record Entry(
      String place, String source, String edition, long size, String sha256, String uploadId) {
    boolean isOfSameBytes(Entry other) {
      return edition.equals(other.edition) && size == other.size && sha256.equals(other.sha256);
    }

    /** One file for each, so that runs beside each other do not meet. */
    private String fileName() {
      String all = String.join("\n", place, source, edition, Long.toString(size), sha256);
      return HexFormat.of().formatHex(Digest.sha256().digest(all.getBytes(UTF_8)), 0, 16) + ".json";
    }

    /** An id is not shown: with the publisher's token it lets write. */
    @Override
    public String toString() {
      return "upload of " + source;
    }
  }

  /** What was begun from there to that place. */
  List<Entry> find(String place, String source) throws IOException {
    List<Entry> found = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
      for (Path file : files) {
        Entry entry = read(file);
        if (entry != null && entry.place.equals(place) && entry.source.equals(source)) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  private static @Nullable Entry read(Path file) throws IOException {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      return new Entry(
          text(json, "place"),
          text(json, "source"),
          text(json, "edition"),
          json.path("size").asLong(),
          text(json, "sha256"),
          text(json, "upload_id"));
    } catch (NoSuchFileException | JsonProcessingException e) {
      // Another run is through with it, or it is none of ours.
      return null;
    }
  }

  private static String text(JsonNode json, String name) {
    return Objects.requireNonNullElse(json.path(name).textValue(), "");
  }

  /** Whole or not at all, and its owner's alone. */
  void keep(Entry entry) throws IOException {
    Files.createDirectories(folder, mode("rwx------"));
    byte[] json =
        JSON.writeValueAsBytes(
            JSON.createObjectNode()
                .put("place", entry.place)
                .put("source", entry.source)
                .put("edition", entry.edition)
                .put("size", entry.size)
                .put("sha256", entry.sha256)
                .put("upload_id", entry.uploadId));
    Path fresh = Files.createTempFile(folder, "new", ".tmp", mode("rw-------"));
    try {
      Files.write(fresh, json);
      Files.move(
          fresh,
          folder.resolve(entry.fileName()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  void forget(Entry entry) throws IOException {
    Files.deleteIfExists(folder.resolve(entry.fileName()));
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }
}
