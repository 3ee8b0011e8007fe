package io.edgemint.objects;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import org.jspecify.annotations.Nullable;

/**
 * Which objects have been read whole and compared with the digest that their publishers declared.
 * Remembered by this gateway alone, and forgotten with it: without an entry a digest is declared.
 * Safe on all threads.
 */
public final class VerifiedDigests {
  private static final long MOST = 100_000;

  private final Cache<Subject, Verdict> verdicts =
      Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

  /** What became of comparing. */
  public enum Verdict {
    VERIFIED,
    WRONG
  }

  private record Subject(OrgId org, String bucket, String path, String etag) {}

  /**
   * What is known of an object in a storage, or null if it was not compared here.
   *
   * @param key below the storage's prefix
   * @param etag without quotes
   */
  public @Nullable Verdict of(OrgId org, S3Storage storage, String key, String etag) {
    return verdicts.getIfPresent(subject(org, storage, key, etag));
  }

  void remember(OrgId org, S3Storage storage, String key, String etag, Verdict verdict) {
    verdicts.put(subject(org, storage, key, etag), verdict);
  }

  private static Subject subject(OrgId org, S3Storage storage, String key, String etag) {
    return new Subject(org, storage.bucket(), storage.prefix() + key, etag);
  }
}
