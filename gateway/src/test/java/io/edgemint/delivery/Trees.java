package io.edgemint.delivery;

import io.edgemint.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** Draws folders. */
final class Trees {
  private static final String LETTERS = "abcXYZ019 ._-+äß中😀'\"";

  private Trees() {}

  /** A file with this text, and the folders before it. */
  static Path file(Path root, String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    return Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  /** Some files in some folders, of which some are empty, with at least one file. */
  static Path draw(RandomGenerator random, Path root) throws IOException {
    Files.createDirectories(root);
    int files = random.nextInt(1, 12);
    for (int i = 0; i < files; i++) {
      Path file = root.resolve(path(random)).resolve("f" + i);
      Files.createDirectories(file.resolveSibling("."));
      Files.write(file, Seeded.bytes(random, 0, random.nextBoolean() ? 3 : 3000));
      Files.setLastModifiedTime(
          file, FileTime.from(Instant.ofEpochSecond(random.nextLong(0, 1_700_000_000L), 123)));
      if (random.nextBoolean()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
      }
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      Files.createDirectories(root.resolve(path(random)).resolve("empty" + i));
    }
    return root;
  }

  private static String path(RandomGenerator random) {
    StringBuilder path = new StringBuilder("d");
    for (int depth = random.nextInt(4); depth > 0; depth--) {
      int length = random.nextInt(8) == 0 ? 60 : 5;
      String letters = "";
      for (int i = 0; i < length; i++) {
        int[] all = LETTERS.codePoints().toArray();
        letters += Character.toString(all[random.nextInt(all.length)]);
      }
      path.append("/d").append(letters);
    }
    return path.toString();
  }
}
