package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
  private static final SnapshotFile.Content CONTENT =
      content(7, StoredOrgs.revoking(StoredOrgs.org("acme"), "stolen"));

  @TempDir private Path folder;
  private Path path;
  private SnapshotFile file;

  @BeforeEach
  void open() throws IOException {
    path = folder.resolve("data/registry.snapshot");
    file = new SnapshotFile(path, Vault.openOrCreate(folder.resolve("kek")));
  }

  private static SnapshotFile.Content content(long version, Org... orgs) {
    return new SnapshotFile.Content(
        Snapshot.of(version, "c" + version, List.of(orgs)),
        1_000 * version,
        Map.of("https://a.test", "{\"keys\":[]}"));
  }

  @Test
  void write_anyOrganisations_readsThemBack() {
    Seeded.run(
        50,
        random -> {
          RandomOrgs source = new RandomOrgs(random);
          List<Org> orgs = Stream.generate(source::org).limit(random.nextInt(20)).toList();
          Map<String, String> keys =
              Map.of(Seeded.string(random, 1, 9), Seeded.string(random, 0, 90));
          Snapshot snapshot = Snapshot.of(random.nextLong(), Seeded.string(random, 0, 9), orgs);

          file.write(new SnapshotFile.Content(snapshot, random.nextLong(), keys));

          SnapshotFile.Content read = file.read();
          assertThat(read.snapshot().orgs()).containsExactlyInAnyOrderElementsOf(orgs);
          assertThat(read.snapshot().version()).isEqualTo(snapshot.version());
          assertThat(read.snapshot().chain()).isEqualTo(snapshot.chain());
          assertThat(read.keys()).isEqualTo(keys);
        });
  }

  @Test
  void write_file_isItsOwnersAloneAndSaysNothing() throws IOException {
    file.write(CONTENT);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1))
        .startsWith("edgemint snapshot 1\n")
        .doesNotContain("acme", "stolen", "a.test", "entitlement");
    assertThat(beside()).containsExactly("registry.snapshot");
  }

  @Test
  void read_everyByteChanged_isRefusedInOneSentence() throws IOException {
    file.write(CONTENT);
    byte[] good = Files.readAllBytes(path);
    Seeded.run(
        1,
        random -> {
          for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) random.nextInt(1, 256);
            assertUnusable(bad);
          }
        });
  }

  @Test
  void read_cutAnywhereOrLonger_isRefused() throws IOException {
    file.write(CONTENT);
    byte[] good = Files.readAllBytes(path);
    for (int length = 0; length < good.length; length++) {
      assertUnusable(Arrays.copyOf(good, length));
    }
    assertUnusable(Arrays.copyOf(good, good.length + 1));
  }

  @Test
  void read_anyBytes_isRefused() {
    Seeded.run(200, random -> assertUnusable(Seeded.bytes(random, 0, 300)));
    byte[] begin = "edgemint snapshot 1\n".getBytes(StandardCharsets.US_ASCII);
    Seeded.run(
        200,
        random -> {
          byte[] rest = Seeded.bytes(random, 0, 300);
          byte[] bytes = Arrays.copyOf(begin, begin.length + rest.length);
          System.arraycopy(rest, 0, bytes, begin.length, rest.length);
          assertUnusable(bytes);
        });
  }

  private void assertUnusable(byte[] bytes) throws IOException {
    Files.createDirectories(folder.resolve("data"));
    Files.write(path, bytes);
    assertThatThrownBy(file::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(path.toString())
        .message()
        .doesNotContain("\n", "Exception");
  }

  @Test
  void read_otherKey_saysSo() throws IOException {
    file.write(CONTENT);
    SnapshotFile stranger = new SnapshotFile(path, Vault.openOrCreate(folder.resolve("other-kek")));

    assertThatThrownBy(stranger::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("key-encryption key");
  }

  @Test
  void read_formatOfTheFuture_saysToRunTheNewerOne() throws IOException {
    file.write(CONTENT);
    byte[] bytes = Files.readAllBytes(path);
    bytes["edgemint snapshot ".length()] = '2';
    Files.write(path, bytes);

    assertThatThrownBy(file::read)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("format '2'", "newer");
  }

  @Test
  void read_noFileOrAFolder_saysSo() throws IOException {
    assertThatThrownBy(file::read).hasMessageContaining("there is no snapshot file");
    Files.createDirectories(path);
    assertThatThrownBy(file::read).isInstanceOf(IOException.class);
  }

  @Test
  void write_notPossible_leavesTheOldFileAndNothingElse() throws IOException {
    file.write(CONTENT);
    SnapshotFile blocked =
        new SnapshotFile(path.resolve("below-a-file"), Vault.openOrCreate(folder.resolve("kek")));

    assertThatThrownBy(() -> blocked.write(CONTENT)).isInstanceOf(IOException.class);

    assertThat(file.read().snapshot().version()).isEqualTo(7);
    assertThat(beside()).containsExactly("registry.snapshot");
  }

  @Test
  void write_severalAtOnce_everyReadSeesAWholeFile() throws Exception {
    file.write(content(1));
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 1; writer <= 3; writer++) {
        long version = writer;
        SnapshotFile own = new SnapshotFile(path, Vault.openOrCreate(folder.resolve("kek")));
        writers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 30; i++) {
                    own.write(content(version, StoredOrgs.org("org-" + version)));
                  }
                  return null;
                }));
      }
      while (!writers.stream().allMatch(Future::isDone)) {
        SnapshotFile.Content read = file.read();
        assertThat(read.confirmedAt()).isEqualTo(1_000 * read.snapshot().version());
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    assertThat(beside()).containsExactly("registry.snapshot");
  }

  @Test
  void sweep_leftByAKilledProcess_goesWhenItIsOld() throws IOException {
    file.write(CONTENT);
    Path old = Files.createFile(path.resolveSibling("registry.snapshot.0123456789abcdef.tmp"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    Files.createFile(path.resolveSibling("registry.snapshot.fedcba9876543210.tmp"));

    file.sweep();

    assertThat(beside())
        .containsExactly("registry.snapshot", "registry.snapshot.fedcba9876543210.tmp");
  }

  @Test
  void read_organisations_areThoseOfTheRegistry() throws IOException {
    file.write(CONTENT);

    assertThat(file.read().snapshot().org(new OrgId("acme")))
        .isEqualTo(StoredOrgs.revoking(StoredOrgs.org("acme"), "stolen"));
  }

  private List<String> beside() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("data"))) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }
}
