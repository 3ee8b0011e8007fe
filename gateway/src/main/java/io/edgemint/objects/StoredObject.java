package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a storage tells of one object ("HeadObject", Amazon S3 API reference).
 *
 * @param key below the storage's prefix
 * @param size in bytes
 * @param etag with its quotes, as storages send it; null if it sent none
 * @param versionId null if the bucket keeps no versions
 * @param sha256 the digest of the whole object in lower-case hexadecimal, or null
 * @param digest what the digest rests on; meaningless without one
 * @param storageClass null for the standard one, which S3 does not name
 * @param lastModified null if the storage does not tell
 * @param archived whether it must be restored before it can be read
 */
public record StoredObject(
    ObjectKey key,
    long size,
    @Nullable String etag,
    @Nullable String versionId,
    @Nullable String sha256,
    DigestState digest,
    @Nullable String storageClass,
    @Nullable Instant lastModified,
    boolean archived) {

  /** What a digest rests on. */
  public enum DigestState {
    /** On the word of whoever uploaded the object. */
    DECLARED,
    /** On the bytes, which the storage or the gateway has read. */
    VERIFIED,
    /** The bytes have another: it is told to nobody. */
    WRONG
  }

  /** The digest that may be told, or null. */
  public @Nullable String trueSha256() {
    return digest == DigestState.WRONG ? null : sha256;
  }

  /** About how many bytes it takes in memory. */
  int weight() {
    return 200 + length(etag) + length(versionId) + length(sha256) + length(storageClass);
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
