package io.edgemint.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.publisher.Digest;
import io.edgemint.publisher.SourceChanged;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarArchiveTest {
  private static final JobName NAMES = new JobName("job-1", "logs");

  @TempDir private Path temp;
  private final FileDigests digests = new FileDigests();

  private TarArchive archive(Path root) throws IOException {
    return Split.of(Folder.read(root), NAMES, Split.MOST, digests).getFirst();
  }

  private static byte[] bytes(TarArchive archive, long offset) throws IOException {
    try (InputStream in = archive.from(offset)) {
      return in.readAllBytes();
    }
  }

  /** What is in a folder: the digest of each file, and its empty folders. */
  private static Map<String, String> content(Path root) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        String name = root.relativize(path).toString();
        if (Files.isRegularFile(path)) {
          content.put(name, sha256(Files.readAllBytes(path)));
        } else if (empty(path)) {
          content.put(name + "/", "");
        }
      }
    }
    return content;
  }

  private static boolean empty(Path folder) throws IOException {
    try (Stream<Path> within = Files.list(folder)) {
      return within.findAny().isEmpty();
    }
  }

  private static String sha256(byte[] bytes) {
    MessageDigest digest = Digest.sha256();
    return HexFormat.of().formatHex(digest.digest(bytes));
  }

  @Test
  void from_randomTrees_isReadBackByAnotherLibrary() {
    Seeded.run(
        60,
        random -> {
          Path root = Trees.draw(random, temp.resolve("l" + random.nextLong()));
          TarArchive archive = archive(root);
          byte[] bytes = bytes(archive, 0);
          assertThat(bytes).hasSize((int) archive.size());
          Map<String, String> read = new TreeMap<>();
          try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(bytes), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                entry != null;
                entry = tar.getNextEntry()) {
              read.put(entry.getName(), entry.isDirectory() ? "" : sha256(tar.readAllBytes()));
              if (entry.isFile()) {
                Path file = root.resolve(entry.getName());
                assertThat(entry.getLastModifiedTime().toInstant())
                    .isEqualTo(
                        Files.getLastModifiedTime(file)
                            .toInstant()
                            .truncatedTo(ChronoUnit.SECONDS));
                assertThat(entry.getMode() & 0777).isEqualTo(runs(file) ? 0755 : 0644);
              }
              assertThat(entry.getLongUserId() + entry.getLongGroupId()).isZero();
            }
          }
          assertThat(read).isEqualTo(content(root));
        });
  }

  private static boolean runs(Path file) throws IOException {
    return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE);
  }

  @Test
  void from_randomTrees_isReadBackBySystemTar() {
    Seeded.run(
        8,
        random -> {
          Path root = Trees.draw(random, temp.resolve("s" + random.nextLong()));
          Path into = Files.createDirectories(temp.resolve("x" + random.nextLong()));
          Path file =
              Files.write(
                  into.resolveSibling(into.getFileName() + ".tar"), bytes(archive(root), 0));
          Process tar =
              new ProcessBuilder("tar", "-xf", file.toString(), "-C", into.toString())
                  .redirectErrorStream(true)
                  .start();
          String said = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          assertThat(tar.waitFor()).as(said).isZero();
          assertThat(said).isEmpty();
          assertThat(content(into)).isEqualTo(content(root));
        });
  }

  @Test
  void from_anyOffset_isTheRestOfTheWhole() {
    Seeded.run(
        40,
        random -> {
          TarArchive archive = archive(Trees.draw(random, temp.resolve("o" + random.nextLong())));
          byte[] whole = bytes(archive, 0);
          for (int i = 0; i < 20; i++) {
            int offset = random.nextInt(whole.length + 1);
            assertThat(bytes(archive, offset))
                .isEqualTo(Arrays.copyOfRange(whole, offset, whole.length));
          }
          for (int offset = 0; offset <= whole.length; offset += TarHeader.BLOCK) {
            assertThat(bytes(archive, offset))
                .isEqualTo(Arrays.copyOfRange(whole, offset, whole.length));
          }
          assertThat(bytes(archive, whole.length)).isEmpty();
        });
  }

  @Test
  void header_moreThanEightGibibytes_hasItsSizeInARecord() throws IOException {
    Entry large =
        new Entry("large", temp, 10L << 30, FileTime.from(Instant.ofEpochSecond(1)), null, false);

    byte[] header = TarHeader.of(large);

    assertThat(header).hasSize(3 * TarHeader.BLOCK);
    try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(header))) {
      assertThat(tar.getNextEntry().getSize()).isEqualTo(10L << 30);
    }
    long atTheLimit = (8L << 30) - 1;
    byte[] plain =
        TarHeader.of(
            new Entry("a", temp, atTheLimit, FileTime.from(Instant.ofEpochSecond(1)), null, false));
    assertThat(plain).hasSize(TarHeader.BLOCK);
    try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(plain))) {
      assertThat(tar.getNextEntry().getSize()).isEqualTo(atTheLimit);
    }
  }

  @Test
  void digests_afterTheWholeWasRead_areThoseOfTheFiles() throws IOException {
    Path root = temp.resolve("d");
    Trees.file(root, "a", "alpha");
    Trees.file(root, "b", "");
    TarArchive archive = archive(root);
    bytes(archive, 0);
    List<Entry> entries = archive.entries();
    // Only what was noted in passing still tells what stood there.
    Files.writeString(root.resolve("a"), "other");

    assertThat(digests.of(entries.get(0)))
        .isEqualTo(sha256("alpha".getBytes(StandardCharsets.UTF_8)));
    assertThat(digests.of(entries.get(1))).isEqualTo(sha256(new byte[0]));
  }

  @Test
  void checkUnchanged_eachKindOfChange_isNoticed() throws IOException {
    Path root = temp.resolve("c");
    Path file = Trees.file(root, "a", "alpha");
    FileTime time = Files.getLastModifiedTime(file);
    TarArchive archive = archive(root);
    archive.checkUnchanged();

    Files.setLastModifiedTime(file, FileTime.from(time.toInstant().plusSeconds(1)));
    assertThatThrownBy(archive::checkUnchanged)
        .isInstanceOf(SourceChanged.class)
        .hasMessageContaining(file.toString());

    Path fresh = Files.writeString(root.resolve("fresh"), "alphA");
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(file, time);
    assertThatThrownBy(archive::checkUnchanged).isInstanceOf(SourceChanged.class);

    Files.delete(file);
    assertThatThrownBy(archive::checkUnchanged).isInstanceOf(SourceChanged.class);
    assertThatThrownBy(() -> bytes(archive, 0)).isInstanceOf(SourceChanged.class);
  }

  @Test
  void from_fileReplacedByALink_isNotFollowed() throws IOException {
    Path root = temp.resolve("e");
    Path file = Trees.file(root, "a", "alpha");
    Path secret = Trees.file(temp, "secret", "alpha");
    TarArchive archive = archive(root);
    Files.delete(file);
    Files.createSymbolicLink(file, secret);

    assertThatThrownBy(() -> bytes(archive, 0)).isInstanceOf(IOException.class);
  }

  @Test
  void edition_changesWithTheFiles() throws IOException {
    Path root = temp.resolve("f");
    Path file = Trees.file(root, "a", "alpha");
    String before = archive(root).edition();

    assertThat(archive(root).edition()).isEqualTo(before);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    assertThat(archive(root).edition()).isNotEqualTo(before);
  }
}
