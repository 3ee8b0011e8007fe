package io.edgemint.delivery;

import io.edgemint.publisher.PublishingFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Divides a folder into archives of a limited size, whole files each. */
final class Split {
  /** The least limit, in bytes: room for a small file with its header. */
  static final long LEAST = 10 * 1024;

  /** "Amazon S3 multipart upload limits", S3 user guide: 5 TiB an object. */
  static final long MOST = 5L << 40;

  private static final int NAMED = 20;

  private Split() {}

  /**
   * The archives, in order; one if all fits into it.
   *
   * @param limit how many bytes an archive has at most, from {@link #LEAST} to {@link #MOST}
   * @throws PublishingFailed if a file alone is too large
   */
  static List<TarArchive> of(Folder folder, JobName names, long limit, FileDigests digests) {
    List<List<Entry>> parts = new ArrayList<>();
    List<Entry> tooLarge = new ArrayList<>();
    List<Entry> part = new ArrayList<>();
    long size = TarHeader.END;
    for (Entry entry : folder.entries()) {
      long own = TarArchive.sizeOf(entry);
      if (own + TarHeader.END > limit) {
        tooLarge.add(entry);
        continue;
      }
      if (size + own > limit) {
        parts.add(part);
        part = new ArrayList<>();
        size = TarHeader.END;
      }
      part.add(entry);
      size += own;
    }
    parts.add(part);
    refuse(tooLarge, limit);
    List<TarArchive> archives = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      archives.add(new TarArchive(names.archive(i + 1, parts.size()), parts.get(i), digests));
    }
    return archives;
  }

  private static void refuse(List<Entry> tooLarge, long limit) {
    if (tooLarge.isEmpty()) {
      return;
    }
    long need = tooLarge.stream().mapToLong(TarArchive::sizeOf).max().orElse(0) + TarHeader.END;
    throw new PublishingFailed(
        "a file is never divided, and an archive has at most %d bytes; raise --max-size to %d or more, or take out:\n  %s"
            .formatted(
                limit,
                need,
                tooLarge.stream()
                    .limit(NAMED)
                    .map(entry -> entry.name() + " (" + entry.size() + " bytes)")
                    .collect(Collectors.joining("\n  "))));
  }
}
