package io.edgemint.config;

/**
 * One thing that is wrong with the settings. It names the shape of the value and never the value,
 * for that may be a secret in the wrong place.
 *
 * @param path where: names joined by dots, list items as {@code [0]}, an environment variable's
 *     name, or empty for the whole file
 * @param line the line of the file, from 1; 0 when it has none
 * @param message what is wrong and how to mend it
 */
public record Problem(String path, int line, String message) {
  @Override
  public String toString() {
    if (path.isEmpty()) {
      return line == 0 ? message : "line " + line + ": " + message;
    }
    return line == 0 ? path + ": " + message : path + " (line " + line + "): " + message;
  }
}
