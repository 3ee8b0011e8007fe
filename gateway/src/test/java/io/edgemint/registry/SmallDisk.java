package io.edgemint.registry;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system in memory of so many bytes, which can be full or read-only like any other. Takes
 * root on Linux; where that is not to be had, the test is skipped.
 */
final class SmallDisk implements AutoCloseable {
  private final Path at;

  private SmallDisk(Path at) {
    this.at = at;
  }

  static SmallDisk mount(Path at, String size) throws IOException {
    Files.createDirectories(at);
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", at.toString());
    assumeTrue(mounted, "mounting a small disk takes root");
    return new SmallDisk(at);
  }

  void readOnly(boolean readOnly) throws IOException {
    String mode = readOnly ? "remount,ro" : "remount,rw";
    if (!run("mount", "-o", mode, at.toString())) {
      throw new IOException("cannot remount " + at);
    }
  }

  /** Leaves no room; {@link #free} gives it back. */
  void fill() throws IOException {
    try (var filler = Files.newOutputStream(filler())) {
      byte[] block = new byte[4096];
      while (true) {
        filler.write(block);
      }
    } catch (IOException full) {
      if (!Files.exists(filler())) {
        throw full;
      }
    }
  }

  void free() throws IOException {
    Files.delete(filler());
  }

  private Path filler() {
    return at.resolve("filler");
  }

  private static boolean run(String... command) {
    try {
      return new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    if (!run("umount", "-l", at.toString())) {
      throw new IOException("cannot unmount " + at);
    }
  }
}
