package io.edgemint.objects;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.objects.StoredObject.DigestState;
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
  enum Verdict {
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
  @Nullable Verdict of(OrgId org, S3Storage storage, String key, String etag) {
    return verdicts.getIfPresent(subject(org, storage, key, etag));
  }

  /** The state of a digest that was declared. */
  public DigestState state(OrgId org, S3Storage storage, StoredObject object) {
    String etag = object.etag();
    Verdict verdict =
        etag == null ? null : of(org, storage, object.key().value(), Store.bare(etag));
    return switch (verdict) {
      case VERIFIED -> DigestState.VERIFIED;
      case WRONG -> DigestState.WRONG;
      case null -> DigestState.DECLARED;
    };
  }

  void remember(OrgId org, S3Storage storage, String key, String etag, Verdict verdict) {
    verdicts.put(subject(org, storage, key, etag), verdict);
  }

  private static Subject subject(OrgId org, S3Storage storage, String key, String etag) {
    return new Subject(org, storage.bucket(), storage.prefix() + key, etag);
  }
}
