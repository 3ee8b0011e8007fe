package io.edgemint.delivery;

import io.edgemint.publisher.SourceChanged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file, or an empty folder, as it was when the delivery began.
 *
 * @param name its path below the delivered folder, with slashes; a folder's ends with one
 * @param file where it is
 * @param size its bytes; 0 for a folder
 * @param modified when it changed last
 * @param fileKey what the file system knows it by, or null if it has no such thing
 * @param executable whether its owner may run it
 */
record Entry(
    String name,
    Path file,
    long size,
    FileTime modified,
    @Nullable Object fileKey,
    boolean executable) {

  boolean isFolder() {
    return name.endsWith("/");
  }

  /**
   * Makes sure that it is still what it was.
   *
   * @throws SourceChanged if it is not
   */
  void checkUnchanged() throws IOException {
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new SourceChanged(file.toString());
    }
    boolean same =
        isFolder()
            ? now.isDirectory()
            : now.isRegularFile()
                && now.size() == size
                && now.lastModifiedTime().equals(modified)
                && Objects.equals(now.fileKey(), fileKey);
    if (!same) {
      throw new SourceChanged(file.toString());
    }
  }
}
