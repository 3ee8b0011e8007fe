package io.edgemint.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.config.InvalidSettings;
import io.edgemint.config.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultSettingsTest {
  @TempDir Path folder;

  private VaultSettings read(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("edgemint.yaml"), yaml);
    return SettingsFile.read(
        file, Map.of(), root -> VaultSettings.read(root.section("secrets")).get());
  }

  private Path key(String name) throws IOException {
    Path file = folder.resolve(name);
    Vault.newKey(file);
    return file;
  }

  @Test
  void read_nothing_hasOneKeyThatIsNotMadeHere() throws IOException {
    VaultSettings settings = read("secrets: {}\n");

    assertThat(settings)
        .isEqualTo(new VaultSettings(folder.resolve("data/key-encryption.key"), List.of()));
    assertThat(settings.keyFile()).doesNotExist();
  }

  @Test
  void read_everyMember_isMapped() throws IOException {
    Path first = key("a");
    Path second = key("b");

    assertThat(read("secrets: {key_file: c, previous_key_files: [a, b]}\n"))
        .isEqualTo(new VaultSettings(folder.resolve("c"), List.of(first, second)));
  }

  @Test
  void read_severalMistakes_areReportedTogether() throws IOException {
    key("seals");
    Files.copy(folder.resolve("seals"), folder.resolve("copy"));
    Path open = key("open");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(folder.resolve("empty"), "");
    Files.setPosixFilePermissions(
        folder.resolve("empty"), PosixFilePermissions.fromString("rw-------"));

    assertThatThrownBy(
            () ->
                read(
                    """
                    secrets:
                      key_file: seals
                      previous_key_files: [copy, open, empty, missing, seals]
                    """))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContaining("secrets.previous_key_files")
        .hasMessageContaining("name each key once")
        .hasMessageContaining("chmod 600 " + open)
        .hasMessageContaining("empty holds no key-encryption key")
        .hasMessageContaining("missing is not there")
        .hasMessageNotContaining(Files.readString(folder.resolve("seals")).strip());
  }

  @Test
  void read_keyFileThatOthersMayRead_isReported() throws IOException {
    Path open = key("open");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw----"));

    assertThatThrownBy(() -> read("secrets: {key_file: open}\n"))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContaining("secrets.key_file")
        .hasMessageContaining("chmod 600");
  }
}
