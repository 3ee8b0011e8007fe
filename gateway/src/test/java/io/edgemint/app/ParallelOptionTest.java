package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ParallelOptionTest {
  private static String run(String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(arguments, out, out)).as(said.toString()).isEqualTo(2);
    return said.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65", "-1"})
  void anyCommand_otherNumbers_areRefusedAlike(String number) {
    String upload = run("upload", "a", "--parallel=" + number);
    assertThat(upload).contains("--parallel is from 1 to 64");
    assertThat(run("deliver", ".", "--job=1", "--destination=a", "--parallel=" + number))
        .contains("--parallel is from 1 to 64");
    assertThat(run("copy", "acme", "prod", "--parallel=" + number))
        .contains("--parallel is from 1 to 64");
  }

  @ParameterizedTest
  @CsvSource({"'', 4", "--parallel=1, 1", "--parallel=64, 64"})
  void number_withinTheRange_isTaken(String argument, int number) {
    var option = new ParallelOption();
    var command =
        new CommandLine(
            CommandLine.Model.CommandSpec.create()
                .addMixin("p", CommandLine.Model.CommandSpec.forAnnotatedObject(option)));

    command.parseArgs(argument.isEmpty() ? new String[0] : new String[] {argument});

    assertThat(option.number()).isEqualTo(number);
  }
}
