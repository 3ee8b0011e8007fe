package io.edgemint.app;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --parallel}: how many things are sent at a time. */
final class ParallelOption {
  private static final int MOST = 64;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  private int number;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "how many are sent at a time, parts of a file or objects of a copy, 1 to 64 (default:"
              + " ${DEFAULT-VALUE})")
  void parallel(int asked) {
    if (asked < 1 || asked > MOST) {
      throw new ParameterException(spec.commandLine(), "--parallel is from 1 to " + MOST);
    }
    number = asked;
  }

  int number() {
    return number;
  }
}
