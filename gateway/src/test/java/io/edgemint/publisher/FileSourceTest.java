package io.edgemint.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
  private static final FileTime THEN = FileTime.fromMillis(1_000_000);

  @TempDir private Path folder;
  private Path file;
  private Path secret;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("a.bin"), "12345");
    secret = Files.writeString(folder.resolve("secret"), "s3cr3");
    Files.setLastModifiedTime(file, THEN);
    Files.setLastModifiedTime(secret, THEN);
  }

  private void putLinkInItsPlace() throws IOException {
    Files.delete(file);
    Files.createSymbolicLink(file, secret);
  }

  @Test
  void from_anyOffset_isTheRest() throws IOException {
    try (var in = FileSource.of(file, "text/plain").from(2)) {
      assertThat(in.readAllBytes()).asString().isEqualTo("345");
    }
  }

  @Test
  void found_linkThatIsThereAlready_isNoFile() throws IOException {
    putLinkInItsPlace();

    assertThatThrownBy(() -> FileSource.found(file, "text/plain"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no regular file");
  }

  @Test
  void found_linkTakesItsPlaceMeanwhile_isNeitherReadNorTakenForTheSame() throws IOException {
    FileSource source = FileSource.found(file, "text/plain");
    putLinkInItsPlace();

    assertThatThrownBy(() -> source.from(0)).isInstanceOf(IOException.class);
    assertThatThrownBy(source::checkUnchanged).isInstanceOf(SourceChanged.class);
  }

  @Test
  void of_linkThatSomebodyNames_isFollowed() throws IOException {
    putLinkInItsPlace();
    FileSource source = FileSource.of(file, "text/plain");

    try (var in = source.from(0)) {
      assertThat(in.readAllBytes()).asString().isEqualTo("s3cr3");
    }
    source.checkUnchanged();
  }

  @Test
  void checkUnchanged_anyDifference_isAChange() throws IOException {
    FileSource source = FileSource.of(file, "text/plain");
    source.checkUnchanged();

    Files.writeString(file, "123456");
    Files.setLastModifiedTime(file, THEN);
    assertThatThrownBy(source::checkUnchanged).as("size").isInstanceOf(SourceChanged.class);

    Files.writeString(file, "12345");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_001));
    assertThatThrownBy(source::checkUnchanged).as("time").isInstanceOf(SourceChanged.class);

    Files.move(file, folder.resolve("kept"));
    Files.writeString(file, "54321");
    Files.setLastModifiedTime(file, THEN);
    assertThatThrownBy(source::checkUnchanged).as("another file").isInstanceOf(SourceChanged.class);

    Files.delete(file);
    assertThatThrownBy(source::checkUnchanged).as("gone").isInstanceOf(SourceChanged.class);
  }
}
