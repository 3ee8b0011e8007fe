package io.edgemint.canary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Looks through everything that this run has written. */
public final class Canary {
  /** What tests write for the program to read; these hold secrets because they must. */
  private static final List<PathMatcher> GIVEN =
      Stream.of("**/*.pem", "**/*.key", "**/secrets/**", "**/tokens/**", "**/admin.token", "**/s3")
          .map(name -> FileSystems.getDefault().getPathMatcher("glob:" + name))
          .toList();

  private Canary() {}

  /**
   * What was looked at, and what was found.
   *
   * @param places files and streams, each with its size in bytes
   */
  public record Report(int secrets, Map<String, Long> places, Set<String> leaks) {}

  /** Looks at every file below the tests' folders, and at whatever was heard. */
  public static Report look() throws IOException {
    List<Path> files = files(KeptFolders.own());
    Map<String, byte[]> secrets = Canaries.secrets();
    for (Path file : files) {
      if (isKeyFile(file)) {
        byte[] key = Base64.getDecoder().decode(Files.readString(file).strip());
        secrets.put("key-encryption key " + file, key);
      } else if (file.endsWith("admin.token")) {
        byte[] token = Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
        secrets.put("admin token " + file, token);
      }
    }
    Leaks leaks = new Leaks(secrets);
    Map<String, Long> places = new LinkedHashMap<>();
    Set<String> found = new TreeSet<>();
    for (Path file : files) {
      if (GIVEN.stream().noneMatch(given -> given.matches(file)) && !isKeyFile(file)) {
        byte[] content = content(file);
        places.put(file.toString(), (long) content.length);
        found.addAll(leaks.in(file.toString(), content));
      }
    }
    Canaries.heard()
        .forEach(
            (where, content) -> {
              places.put(where, (long) content.length);
              found.addAll(leaks.in(where, content));
            });
    return new Report(secrets.size(), places, found);
  }

  /** Gateways may still run, and name their files anew while this looks. */
  private static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  /** Nothing where the file is gone by now. */
  private static byte[] content(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  /** One line, 32 bytes in base64, for its owner alone: whatever a test has called it. */
  private static boolean isKeyFile(Path file) {
    try {
      return Files.size(file) == 45 && Files.readString(file).matches("[A-Za-z0-9+/]{43}=\n");
    } catch (IOException e) {
      return false;
    }
  }
}
