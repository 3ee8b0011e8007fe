package io.edgemint.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** Settings that were refused whole; the message lists every problem, one a line. */
public final class InvalidSettings extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;
  private static final int LISTED = 100;

  private final transient List<Problem> problems;

  InvalidSettings(String name, List<Problem> problems) {
    super(message(name, problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /** The problems, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }

  private static String message(String name, List<Problem> problems) {
    String head =
        problems.size() == 1 ? " has a problem:" : " has " + problems.size() + " problems:";
    String rest =
        problems.size() <= LISTED ? "" : "\n  and " + (problems.size() - LISTED) + " more";
    return problems.stream()
        .limit(LISTED)
        .map(problem -> "\n  " + problem)
        .collect(Collectors.joining("", name + head, rest));
  }
}
