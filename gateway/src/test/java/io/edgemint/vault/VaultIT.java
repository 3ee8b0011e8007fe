package io.edgemint.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultIT {
  @TempDir Path folder;

  @Test
  void openOrCreate_processesStartingAtOnce_endWithOneKey() throws Exception {
    Path file = folder.resolve("kek");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(start(file));
    }
    List<String> sealed = new ArrayList<>();
    for (Process process : processes) {
      sealed.add(new String(process.getInputStream().readAllBytes(), UTF_8));
      assertThat(process.waitFor()).isZero();
    }

    Vault vault = Vault.openOrCreate(file);
    assertThat(sealed)
        .allSatisfy(text -> assertThat(vault.open(text, "start")).isEqualTo(new byte[] {1, 2, 3}));
  }

  private static Process start(Path file) throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    String classes = System.getProperty("java.class.path");
    return new ProcessBuilder(java, "-cp", classes, FirstStart.class.getName(), file.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What a gateway does at its first start: opens the vault and seals a secret. */
  static final class FirstStart {
    private FirstStart() {}

    public static void main(String[] args) throws Exception {
      Vault vault = Vault.openOrCreate(Path.of(args[0]));
      System.out.print(vault.seal(new byte[] {1, 2, 3}, "start"));
    }
  }
}
