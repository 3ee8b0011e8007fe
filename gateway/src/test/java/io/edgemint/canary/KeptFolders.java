package io.edgemint.canary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Puts the tests' temporary folders below {@code target}, where the last test looks at them. */
public final class KeptFolders implements TempDirFactory {
  private static final Path ALL = Path.of("target", "canary").toAbsolutePath();
  private static final Path OWN = ALL.resolve(Long.toString(ProcessHandle.current().pid()));

  static {
    sweep();
  }

  /** What runs that have ended left, as one that was killed. */
  private static void sweep() {
    try {
      Files.createDirectories(OWN);
      List<Path> runs;
      try (Stream<Path> entries = Files.list(ALL)) {
        runs = entries.toList();
      }
      for (Path run : runs) {
        long pid = Long.parseLong(run.getFileName().toString());
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
          delete(run);
        }
      }
    } catch (IOException | NumberFormatException e) {
      throw new IllegalStateException("cannot tidy up " + ALL, e);
    }
  }

  static Path own() {
    return OWN;
  }

  static void delete(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test)
      throws IOException {
    return Files.createTempDirectory(OWN, "junit-");
  }
}
