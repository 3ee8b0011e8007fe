package io.edgemint.probe;

import io.edgemint.probe.Check.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Gathers what a probe finds, and tells each finding as soon as it is there. */
final class Report {
  private final Consumer<Check> progress;
  private final List<Check> checks = new ArrayList<>();

  Report(Consumer<Check> progress) {
    this.progress = progress;
  }

  List<Check> checks() {
    return List.copyOf(checks);
  }

  void passed(Side side, String step, String seen) {
    note(Check.passed(side, step, seen));
  }

  void failed(Side side, String step, String seen, Diagnosis diagnosis) {
    note(Check.failed(side, step, diagnosis.code(), seen, diagnosis.fix()));
  }

  void warned(Side side, String step, String seen, Diagnosis diagnosis) {
    note(Check.warned(side, step, diagnosis.code(), seen, diagnosis.fix()));
  }

  private void note(Check check) {
    checks.add(check);
    progress.accept(check);
  }
}
