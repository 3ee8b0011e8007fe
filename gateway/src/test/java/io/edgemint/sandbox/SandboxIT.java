package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.Guide.Example;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SandboxIT extends InSandbox {
  static List<Example> examples() {
    return running().guide(Path.of("")).examples();
  }

  static List<Example> downloads() {
    return examples().stream().filter(example -> example.prints().contains("OK")).toList();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void examples_eachPasted_printsWhatItPromises(Example example) throws Exception {
    assertThat(shell(example.command()))
        .as(example.command())
        .containsSubsequence(example.prints());
  }

  @ParameterizedTest
  @MethodSource("downloads")
  void examples_otherBytesThanPromised_areNoticed(Example example) throws Exception {
    String other = example.command().replaceFirst("[0-9a-f]{64}", "0".repeat(64));

    assertThat(shell(other)).doesNotContain("OK").contains("other bytes");
  }

  @Test
  void text_notOnATerminal_isPlain() {
    Guide guide = running().guide(Path.of(""));

    assertThat(guide.text(false)).doesNotContain("\033").contains(examples().getFirst().command());
    assertThat(guide.text(true)).contains("\033[1m");
  }

  @Test
  void json_whatToolsLookFor_isThere() {
    JsonObject json = running().json();

    assertThat(json.fieldNames())
        .contains("edge", "admin", "s3", "cdn", "issuer", "org", "backend", "object", "tokens");
    assertThat(json.getJsonObject("tokens").fieldNames()).contains("device", "publisher", "admin");
    assertThat(Viewer.get(json.getString("admin") + "/readyz").status()).isEqualTo(200);
  }

  /** What a shell prints for a line, errors included. */
  private static String shell(String line) throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return printed;
  }
}
