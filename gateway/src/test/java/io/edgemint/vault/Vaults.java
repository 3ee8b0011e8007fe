package io.edgemint.vault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Vaults for tests that are about something else. */
public final class Vaults {
  private Vaults() {}

  /** One with a key of its own. */
  public static Vault fresh() {
    try {
      Path folder = Files.createTempDirectory("vault");
      try {
        return Vault.openOrCreate(folder.resolve("kek"));
      } finally {
        Files.deleteIfExists(folder.resolve("kek"));
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
