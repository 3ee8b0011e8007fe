package io.edgemint.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What figures were measured on. */
final class Machine {
  private Machine() {}

  /** One line: processor, cores, operating system, Java. */
  static String describe() throws IOException {
    // Java counts the cores that it may use, and measuring processes keep to one of them.
    List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
    return "%d x %s, %s %s, Java %s"
        .formatted(
            lines.stream().filter(line -> line.startsWith("processor")).count(),
            processor(lines),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            Runtime.version());
  }

  private static String processor(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }
}
