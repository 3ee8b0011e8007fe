package io.edgemint.publisher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Journal.Entry ENTRY =
      new Journal.Entry("https://g fw/a {}", "/a", "5 2026", 5, "00", "sealed");

  @TempDir private Path folder;

  private List<Path> files(Path where) throws IOException {
    try (var files = Files.list(where)) {
      return files.toList();
    }
  }

  @Test
  void keep_newEntry_isItsOwnersAlone() throws IOException {
    Path state = folder.resolve("deep/state");
    new Journal(state).keep(ENTRY);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rwx------");
    assertThat(files(state)).hasSize(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files(state).get(0))))
        .isEqualTo("rw-------");
  }

  @Test
  void find_afterRestart_givesTheEntryUntilItIsForgotten() throws IOException {
    new Journal(folder).keep(ENTRY);
    Journal later = new Journal(folder);

    assertThat(later.find(ENTRY.place(), ENTRY.source())).containsExactly(ENTRY);
    assertThat(later.find("https://other fw/a {}", ENTRY.source())).isEmpty();
    assertThat(later.find(ENTRY.place(), "/b")).isEmpty();
    later.forget(ENTRY);
    assertThat(files(folder)).isEmpty();
  }

  @Test
  void find_fileThatIsBroken_isPassedOver() throws IOException {
    Files.writeString(folder.resolve("x.json"), "{\"place\":");
    Files.writeString(folder.resolve("y.json"), "");
    new Journal(folder).keep(ENTRY);

    assertThat(new Journal(folder).find(ENTRY.place(), ENTRY.source())).containsExactly(ENTRY);
  }

  @Test
  void ofUser_xdgStateHome_isWhereItKeeps() throws IOException {
    Journal.ofUser(Map.of("XDG_STATE_HOME", folder.toString())).keep(ENTRY);

    assertThat(files(folder.resolve("edgemint/uploads"))).hasSize(1);
  }

  @Test
  void entry_shown_keepsTheIdToItself() {
    assertThat(ENTRY.toString()).doesNotContain("sealed");
  }
}
