package io.edgemint.config;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Environment variables that stand before the file: {@code EDGEMINT_EDGE__PORT} for {@code
 * edge.port}. They are looked up by the settings that are read, and those names are remembered, so
 * that any other name is found to be a mistake.
 */
final class Overrides {
  private static final String PREFIX = "EDGEMINT_";
  private static final Set<String> OF_THE_LAUNCHER = Set.of("EDGEMINT_JAVA", "EDGEMINT_JAVA_OPTS");

  private final Map<String, String> environment;
  private final Set<String> asked = new TreeSet<>();
  private final Set<String> others = new HashSet<>(OF_THE_LAUNCHER);

  /** Overrides from the environment; give an empty map for a file that has none. */
  Overrides(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The value for a setting, or null. */
  @Nullable String value(String path) {
    String name = nameOf(path);
    asked.add(name);
    return environment.get(name);
  }

  /** Tells whether the setting at this path, or one below it, has a value. */
  boolean anyAt(String path) {
    String exact = nameOf(path);
    String prefix = exact + "__";
    return environment.keySet().stream()
        .anyMatch(name -> name.equals(exact) || name.startsWith(prefix));
  }

  /** Tells whether there is a value for a setting that is a mapping or a list. */
  boolean isMisused(String path) {
    exempt(nameOf(path));
    return environment.containsKey(nameOf(path));
  }

  /** Takes a name out of the search for mistakes: it is used for something else. */
  void exempt(String name) {
    others.add(name);
  }

  /** A problem for each name that no setting has asked for. */
  Stream<Problem> unknown() {
    return environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX))
        .filter(name -> !asked.contains(name) && !others.contains(name))
        .sorted()
        .map(name -> new Problem(name, 0, "sets nothing that exists; " + fix(name)));
  }

  private String fix(String name) {
    return Suggestion.nearest(name, asked)
        .map(near -> "did you mean '" + near + "'?")
        .orElse("unset it, or write EDGEMINT_EDGE__PORT for the setting edge.port");
  }

  /** The variable for a setting; list items have none, and the name made of theirs never exists. */
  static String nameOf(String path) {
    return PREFIX + path.toUpperCase(Locale.ROOT).replace('-', '_').replace(".", "__");
  }
}
