package io.edgemint.config;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One document while it is being read: what is common to all its sections. */
final class Reading {
  private static final int LONGEST_NAME = 64;
  private static final Pattern PLAIN = Pattern.compile("\\w{1," + LONGEST_NAME + "}");

  final Path folder;
  final Map<String, String> environment;
  final Overrides overrides;
  final boolean inline;
  private final List<Problem> problems;
  private final Map<String, Section> sections = new LinkedHashMap<>();

  /**
   * Begins to read.
   *
   * @param inline whether secrets and texts stand in the document itself, and no file is read
   */
  Reading(
      Path folder,
      Map<String, String> environment,
      Overrides overrides,
      boolean inline,
      List<Problem> problems) {
    this.inline = inline;
    this.folder = folder;
    this.environment = environment;
    this.overrides = overrides;
    this.problems = problems;
  }

  /** The section at a path: the same one however often it is asked for. */
  Section section(String path, Node.Mapping node) {
    return sections.computeIfAbsent(path, p -> new Section(this, p, node));
  }

  void report(Problem problem) {
    problems.add(problem);
  }

  /** Everything that is wrong, in the order of the file. */
  List<Problem> conclude() {
    sections.values().forEach(Section::reportUnknownNames);
    overrides.unknown().forEach(problems::add);
    return problems.stream().distinct().sorted(Comparator.comparingInt(Problem::line)).toList();
  }

  /** The path of a name, which is shortened and made printable if it is a strange one. */
  static String child(String path, String name) {
    String printable =
        PLAIN.matcher(name).matches()
            ? name
            : name.substring(0, Math.min(name.length(), LONGEST_NAME))
                .replaceAll("\\P{Print}", "?");
    return path.isEmpty() ? printable : path + "." + printable;
  }

  static String item(String path, int index) {
    return path + "[" + index + "]";
  }
}
