package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.Guide.Example;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sandbox prints is pasted into a shell, line by line. */
class GuideIT {
  private @TempDir @Nullable Path folder;

  @Test
  void examples_pastedIntoAShell_printWhatTheySay() throws Exception {
    Path here = Path.of("").toAbsolutePath();
    try (Sandbox sandbox = Sandbox.start(folder().resolve("sandbox"), InstantSource.system())) {
      for (Example example : sandbox.guide(here).examples()) {
        String printed = shell(example.command(), here);
        assertThat(printed)
            .as(example.title() + "\n" + example.command())
            .containsSubsequence(example.prints());
      }
    }
  }

  @Test
  void describe_forTools_hasTheAddressesAndTokens() throws Exception {
    Path file = folder().resolve("sandbox.json");
    try (Sandbox sandbox = Sandbox.start(folder().resolve("sandbox"), InstantSource.system())) {
      sandbox.describe(file);
    }
    JsonObject text = new JsonObject(Files.readString(file));
    assertThat(text.fieldNames())
        .contains("edge", "admin", "s3", "cdn", "issuer", "org", "backend", "object", "tokens");
    assertThat(text.getJsonObject("tokens").fieldNames()).contains("device", "publisher", "admin");
  }

  private static String shell(String command, Path here) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .directory(here.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(command).isTrue();
    return printed;
  }

  private Path folder() {
    return Objects.requireNonNull(folder);
  }
}
