package io.edgemint.delivery;

import io.edgemint.publisher.Digest;
import io.edgemint.publisher.Source;
import io.edgemint.publisher.SourceChanged;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A tar archive that is nowhere: each byte of it is put together from the files when it is read, at
 * any offset and as often as asked.
 */
final class TarArchive implements Source {
  private final String key;
  private final List<Entry> entries;
  private final long[] starts;
  private final long size;
  private final FileDigests digests;

  /**
   * Lays the entries out one behind the other.
   *
   * @param key where it is delivered
   * @param digests is told the digest of each file that has been read from end to end
   */
  TarArchive(String key, List<Entry> entries, FileDigests digests) {
    this.key = key;
    this.entries = List.copyOf(entries);
    this.digests = digests;
    this.starts = new long[entries.size()];
    long end = 0;
    for (int i = 0; i < entries.size(); i++) {
      starts[i] = end;
      end += sizeOf(entries.get(i));
    }
    this.size = end + TarHeader.END;
  }

  /** What an entry takes in an archive. */
  static long sizeOf(Entry entry) {
    return TarHeader.of(entry).length + entry.size() + TarHeader.padding(entry.size());
  }

  String key() {
    return key;
  }

  List<Entry> entries() {
    return entries;
  }

  /** The same whatever folder it is of: what was begun under a key is found again by it. */
  @Override
  public String name() {
    return key;
  }

  /** Changes with every name, size and time in it. */
  @Override
  public String edition() {
    MessageDigest digest = Digest.sha256();
    for (Entry entry : entries) {
      String line =
          "%s\0%d\0%s\0%s\0"
              .formatted(entry.name(), entry.size(), entry.modified(), entry.executable());
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public String contentType() {
    return "application/x-tar";
  }

  @Override
  public InputStream from(long offset) throws IOException {
    if (offset < 0 || offset > size) {
      throw new IllegalArgumentException("an offset lies between 0 and " + size);
    }
    int found = Arrays.binarySearch(starts, offset);
    int first = found >= 0 ? found : -found - 2;
    return new TarStream(entries, first, offset - starts[first], digests);
  }

  @Override
  public void checkUnchanged() throws IOException {
    for (Entry entry : entries) {
      entry.checkUnchanged();
    }
  }

  /** A file that ended sooner than it was long. */
  static SourceChanged changed(Entry entry) {
    return new SourceChanged(entry.file().toString());
  }
}
