package io.edgemint.delivery;

import io.edgemint.publisher.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads an archive from somewhere to its end, one piece of it at a time. */
final class TarStream extends InputStream {
  private static final byte[] ZEROS = new byte[TarHeader.END];

  private final List<Entry> entries;
  private final FileDigests digests;

  /** Which entry comes next; past the last one the end of the archive does. */
  private int next;

  /** How much of what comes next was asked to be left out. */
  private long skip;

  private Piece piece = Piece.HEADER;
  private InputStream current = InputStream.nullInputStream();

  /** What is still to come of the current piece. */
  private long left;

  /** Of the file that is read from its very first byte, or null. */
  private @Nullable MessageDigest digest;

  private enum Piece {
    HEADER,
    CONTENT,
    PADDING,
    END,
    NOTHING
  }

  /**
   * Begins within an entry.
   *
   * @param first the entry; one past the last is the end of the archive
   * @param offset how much of it, with its header, is left out
   */
  TarStream(List<Entry> entries, int first, long offset, FileDigests digests) throws IOException {
    this.entries = entries;
    this.next = first;
    this.skip = offset;
    this.digests = digests;
    begin(first < entries.size() ? Piece.HEADER : Piece.END);
    advance();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (piece == Piece.NOTHING) {
      return -1;
    }
    int read = current.read(into, from, (int) Math.min(left, length));
    if (read < 0) {
      throw TarArchive.changed(entries.get(next));
    }
    if (digest != null) {
      digest.update(into, from, read);
    }
    left -= read;
    advance();
    return read;
  }

  /** Goes on to a piece that has bytes. */
  private void advance() throws IOException {
    while (left == 0 && piece != Piece.NOTHING) {
      current.close();
      if (digest != null) {
        digests.found(entries.get(next), HexFormat.of().formatHex(digest.digest()));
        digest = null;
      }
      switch (piece) {
        case HEADER -> begin(Piece.CONTENT);
        case CONTENT -> begin(Piece.PADDING);
        case PADDING -> {
          next++;
          begin(next < entries.size() ? Piece.HEADER : Piece.END);
        }
        case END, NOTHING -> begin(Piece.NOTHING);
      }
    }
  }

  private void begin(Piece which) throws IOException {
    piece = which;
    switch (which) {
      case HEADER -> hold(TarHeader.of(entries.get(next)));
      case CONTENT -> open(entries.get(next));
      case PADDING -> holdZeros(TarHeader.padding(entries.get(next).size()));
      case END -> holdZeros(TarHeader.END);
      case NOTHING -> {
        current = InputStream.nullInputStream();
        left = 0;
      }
    }
  }

  private void hold(byte[] bytes) throws IOException {
    hold(bytes, bytes.length);
  }

  private void holdZeros(int length) throws IOException {
    hold(ZEROS, length);
  }

  private void hold(byte[] bytes, int length) throws IOException {
    int skipped = (int) skipped(length);
    current = new ByteArrayInputStream(bytes, skipped, length - skipped);
    left = current.available();
  }

  /** A link that took the file's place since is not followed. */
  private void open(Entry entry) throws IOException {
    long skipped = skipped(entry.size());
    left = entry.size() - skipped;
    if (entry.isFolder() || left == 0) {
      current = InputStream.nullInputStream();
    } else {
      entry.checkUnchanged();
      SeekableByteChannel channel =
          Files.newByteChannel(
              entry.file(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
      current = Channels.newInputStream(channel);
      channel.position(skipped);
    }
    if (!entry.isFolder() && skipped == 0) {
      digest = Digest.sha256();
    }
  }

  private long skipped(long length) {
    long skipped = Math.min(skip, length);
    skip -= skipped;
    return skipped;
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
