package io.edgemint.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.app.Main;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.vault.Vault;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A re-wrap that is killed as a process, and run again. */
class RewrapIT {
  private static final int ORGS = 1_500;

  @TempDir Path folder;

  @Test
  void rewrap_killedOnItsWay_isFinishedByTheNextRun() throws Exception {
    Vault before = Vault.openOrCreate(folder.resolve("old"));
    Vault after = Vault.openOrCreate(folder.resolve("new"), List.of(folder.resolve("old")));
    Path settings =
        Files.writeString(
            folder.resolve("edgemint.yaml"),
            """
            signing: {provider: jdk}
            registry: {file: registry.db}
            secrets: {key_file: new, previous_key_files: [old]}
            """);
    try (SqlRegistry store =
        SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), InstantSource.system())) {
      List<Org> orgs = new ArrayList<>();
      for (int i = 0; i < ORGS; i++) {
        orgs.add(
            SealedSecrets.map(
                RandomOrgs.withKey(new OrgId("org-" + i)),
                (purpose, secret) ->
                    new SealedSecret(
                        1, before.seal(purpose.toString().getBytes(UTF_8), purpose.context(1)))));
      }
      store.write(orgs, StoredOrgs.CHANGE);

      Process first = start(settings, "500");
      try (BufferedReader output = first.inputReader()) {
        String line = output.readLine();
        while (line != null && !line.contains("organisations to come")) {
          line = output.readLine();
        }
        assertThat(line).isNotNull();
      } finally {
        first.destroyForcibly();
        first.waitFor();
      }
      int left = KeyCensus.of(store.load().orgs(), after).held().get(1).secrets();
      assertThat(left).as("it was cut on its way").isBetween(1, ORGS - 1);

      Process second = start(settings, "100000");
      assertThat(new String(second.getInputStream().readAllBytes(), UTF_8))
          .contains("Re-wrapped: " + left + " secrets", "No secret of the registry needs");
      assertThat(second.waitFor()).isZero();
      for (Org org : store.load().orgs()) {
        for (SealedSecrets.Held held : SealedSecrets.of(org)) {
          assertThat(after.open(held.secret().text(), held.purpose().context(1)))
              .asString()
              .isEqualTo(held.purpose().toString());
        }
      }
      assertThat(KeyCensus.of(store.load().orgs(), after).held().get(0).secrets()).isEqualTo(ORGS);
    }
  }

  private static Process start(Path settings, String rate) throws Exception {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "secrets",
            "rewrap",
            "--settings",
            settings.toString(),
            "--rate",
            rate)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
