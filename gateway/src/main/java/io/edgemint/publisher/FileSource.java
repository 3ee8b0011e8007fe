package io.edgemint.publisher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/** A file, held to the size, time of change and file key that it had at first. */
public final class FileSource implements Source {
  private final Path file;
  private final String contentType;
  private final BasicFileAttributes first;

  private FileSource(Path file, String contentType, BasicFileAttributes first) {
    this.file = file;
    this.contentType = contentType;
    this.first = first;
  }

  /**
   * Notes what a file is now.
   *
   * @throws IOException when it is not there or no regular file
   */
  public static FileSource of(Path file, String contentType) throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    if (!now.isRegularFile()) {
      throw new IOException(file + " is no regular file");
    }
    return new FileSource(file, contentType, now);
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
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
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
      now = Files.readAttributes(file, BasicFileAttributes.class);
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
