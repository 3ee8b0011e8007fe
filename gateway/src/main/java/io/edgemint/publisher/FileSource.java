package io.edgemint.publisher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A file, held to the size, time of change and file key that it had at first. A symbolic link is
 * followed only where somebody has named it.
 */
public final class FileSource implements Source {
  private final Path file;
  private final String contentType;
  private final LinkOption[] links;
  private final BasicFileAttributes first;

  private FileSource(Path file, String contentType, LinkOption[] links, BasicFileAttributes first) {
    this.file = file;
    this.contentType = contentType;
    this.links = links;
    this.first = first;
  }

  /**
   * Notes what a file is now.
   *
   * @throws IOException when it is not there or no regular file
   */
  public static FileSource of(Path file, String contentType) throws IOException {
    return of(file, contentType, new LinkOption[0]);
  }

  /**
   * The same of a file that was found in a folder: a link that has taken its place since, or takes
   * it later, is not followed.
   *
   * @throws IOException when it is not there or no regular file
   */
  public static FileSource found(Path file, String contentType) throws IOException {
    return of(file, contentType, new LinkOption[] {LinkOption.NOFOLLOW_LINKS});
  }

  private static FileSource of(Path file, String contentType, LinkOption[] links)
      throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class, links);
    if (!now.isRegularFile()) {
      throw new IOException(file + " is no regular file");
    }
    return new FileSource(file, contentType, links, now);
  }

  @Override
  public String name() {
    return nameOf(file);
  }

  /** The name of a file as a source, which need not be there. */
  public static String nameOf(Path file) {
    return file.toAbsolutePath().normalize().toString();
  }

  @Override
  public String edition() {
    return first.size() + " " + first.lastModifiedTime();
  }

  @Override
  public long size() {
    return first.size();
  }

  @Override
  public String contentType() {
    return contentType;
  }

  @Override
  public InputStream from(long offset) throws IOException {
    Set<OpenOption> options = new HashSet<>(List.of(links));
    options.add(StandardOpenOption.READ);
    FileChannel channel = FileChannel.open(file, options);
    try {
      return Channels.newInputStream(channel.position(offset));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void checkUnchanged() throws IOException {
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(file, BasicFileAttributes.class, links);
    } catch (NoSuchFileException e) {
      throw new SourceChanged(name());
    }
    if (now.size() != first.size()
        || !now.lastModifiedTime().equals(first.lastModifiedTime())
        || !Objects.equals(now.fileKey(), first.fileKey())) {
      throw new SourceChanged(name());
    }
  }
}
