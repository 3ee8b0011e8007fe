package io.edgemint.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;

  @Test
  void openOrCreate_noFile_makesOneForTheOwnerAlone() throws IOException {
    Path file = folder.resolve("data/keys/kek");

    KeyFile made = KeyFile.openOrCreate(file, RANDOM);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).hasSize(45).endsWith("=\n");
    assertThat(KeyFile.openOrCreate(file, RANDOM)).isEqualTo(made);
    assertThat(made.toString()).doesNotContain(Files.readString(file).strip());
    try (Stream<Path> left = Files.list(file.getParent())) {
      assertThat(left).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rwxrwxrwx"})
  void openOrCreate_fileThatOthersMayUse_isRefusedWithTheFix(String rights) throws IOException {
    Path file = folder.resolve("kek");
    KeyFile.openOrCreate(file, RANDOM);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));

    assertThatThrownBy(() -> KeyFile.openOrCreate(file, RANDOM))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file
                + " holds the key-encryption key, but others may use it ("
                + rights
                + "); run: chmod 600 "
                + file);
  }

  @Test
  void openOrCreate_readOnlyFile_isTaken() throws IOException {
    Path file = folder.resolve("kek");
    KeyFile made = KeyFile.openOrCreate(file, RANDOM);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));

    assertThat(KeyFile.openOrCreate(file, RANDOM)).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "hunter2",
        "c2hvcnQ=",
        "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void openOrCreate_fileWithoutAKey_isRefusedAndKept(String content) throws IOException {
    Path file = folder.resolve("kek");
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

    assertThatThrownBy(() -> KeyFile.openOrCreate(file, RANDOM))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds no key-encryption key")
        .hasMessageNotContaining("hunter2")
        .hasNoCause();
    assertThat(file).hasContent(content);
  }

  @Test
  void openOrCreate_manyAtOnce_allTakeOneKey() throws Exception {
    int threads = 8;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < 25; round++) {
        Path file = folder.resolve("kek" + round);
        var start = new CyclicBarrier(threads);
        List<Future<KeyFile>> starts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          starts.add(
              pool.submit(
                  () -> {
                    start.await();
                    return KeyFile.openOrCreate(file, RANDOM);
                  }));
        }
        KeyFile first = starts.getFirst().get();
        for (Future<KeyFile> each : starts) {
          assertThat(each.get()).isEqualTo(first);
        }
      }
    }
  }
}
