package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorsPageTest {
  @Test
  void errors_everyRowOfTheTable_isThatOfTheEnum() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("..", "docs", "errors.md")).stream()
            .dropWhile(line -> !line.equals("| code | status | the device |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    List<String> problems =
        Arrays.stream(Problem.values())
            .map(p -> "| `%s` | %d | %s |".formatted(p.code(), p.status(), p.device()))
            .toList();
    assertThat(rows).containsExactlyElementsOf(problems);
  }

  @Test
  void refusals_all_haveARowOfTheSameCode() {
    for (Refusal refusal : Refusal.values()) {
      assertThat(Problem.of(refusal).code()).isEqualTo(refusal.code());
    }
  }
}
