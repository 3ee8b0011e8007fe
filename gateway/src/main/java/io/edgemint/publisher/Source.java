package io.edgemint.publisher;

import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes of a known length that can be read again from any offset; used by several threads at once.
 */
public interface Source {
  /** What people call it, such as the path of a file. */
  String name();

  /**
   * What tells it from an earlier one of the same name, such as a time of change; it stays the same
   * from run to run as long as the bytes do.
   */
  String edition();

  /** How many bytes there are, which may be none. */
  long size();

  /** The media type to store. */
  String contentType();

  /**
   * The bytes from an offset, which is at most the size, to the end; the caller closes it.
   *
   * @throws IOException when they cannot be read, with a message for people
   */
  InputStream from(long offset) throws IOException;

  /**
   * Makes sure that it is still what it was when this object was made.
   *
   * @throws SourceChanged when it is not
   * @throws IOException when that cannot be told
   */
  void checkUnchanged() throws IOException;
}
