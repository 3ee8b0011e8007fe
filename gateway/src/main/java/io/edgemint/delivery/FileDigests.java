package io.edgemint.delivery;

import io.edgemint.publisher.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of each delivered file, found out in passing while archives are read. */
final class FileDigests {
  private final Map<String, String> byName = new ConcurrentHashMap<>();

  void found(Entry entry, String sha256) {
    byName.put(entry.name(), sha256);
  }

  /** That of a file; one that nobody has read from end to end is read now. */
  String of(Entry entry) throws IOException {
    @Nullable String known = byName.get(entry.name());
    if (known != null) {
      return known;
    }
    MessageDigest digest = Digest.sha256();
    try (InputStream in = Files.newInputStream(entry.file(), LinkOption.NOFOLLOW_LINKS)) {
      byte[] buffer = new byte[64 * 1024];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    entry.checkUnchanged();
    return HexFormat.of().formatHex(digest.digest());
  }
}
