package io.edgemint.vault;

import io.edgemint.config.Field;
import io.edgemint.config.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the key-encryption keys lie.
 *
 * @param keyFile the key that seals, and opens; made at the first start
 * @param previousKeyFiles keys that only open
 */
public record VaultSettings(Path keyFile, List<Path> previousKeyFiles) {
  /** Copies the list. */
  public VaultSettings {
    previousKeyFiles = List.copyOf(previousKeyFiles);
  }

  /** Reads the section {@code secrets}, and every key file that must be there. */
  public static Field<VaultSettings> read(Section section) {
    Path keyFile = section.file("key_file", "data/key-encryption.key");
    Field<List<Path>> previous = section.files("previous_key_files");
    Map<String, Path> byId = new HashMap<>();
    if (!Files.notExists(keyFile)) {
      check(section, "key_file", keyFile, byId);
    }
    return section.build(
        () -> {
          previous.get().forEach(file -> check(section, "previous_key_files", file, byId));
          return new VaultSettings(keyFile, previous.get());
        });
  }

  private static void check(Section section, String name, Path file, Map<String, Path> byId) {
    try {
      String id = KeyFile.open(file).id();
      Path same = byId.put(id, file);
      if (same != null) {
        section.problem(
            name, "%s holds the key %s, as %s does; name each key once".formatted(file, id, same));
      }
    } catch (IOException e) {
      section.problem(name, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Opens the vault, and makes the key that seals if there is none.
   *
   * @throws IOException as {@link Vault#openOrCreate(Path)}
   */
  public Vault openOrCreate() throws IOException {
    return Vault.openOrCreate(keyFile, previousKeyFiles);
  }
}
