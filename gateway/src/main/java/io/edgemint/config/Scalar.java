package io.edgemint.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * One text of a file or of the environment, and where it stands.
 *
 * @param path the setting's path or the variable's name
 * @param line the line of the file, or 0
 */
record Scalar(String path, int line, String text) {
  /** Parses it; what the parser refuses is reported with the shape of the text. */
  <T> Field<T> parse(Function<String, T> parser, Reading reading) {
    try {
      return Field.of(parser.apply(text));
    } catch (IllegalArgumentException e) {
      String message = e.getMessage() + " (given: " + Node.shapeOf(text) + ")";
      reading.report(new Problem(path, line, message));
      return Field.unusable();
    }
  }

  /** As {@link #parse}, for a value that might have been absent. */
  <T> Field<Optional<T>> parseOptional(Function<String, T> parser, Reading reading) {
    return parse(text -> Optional.of(parser.apply(text)), reading);
  }

  @Override
  public String toString() {
    return path + ": " + Node.shapeOf(text);
  }
}
