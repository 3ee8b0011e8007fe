package io.edgemint.backend;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Objects in an S3 bucket.
 *
 * @param bucket the bucket's name
 * @param region the region in which it lies, which is also the region that signatures name
 * @param prefix what stands before every key; empty, or ending with a slash
 * @param endpoint how the bucket is addressed
 * @param credentials who signs
 * @param encryption what an upload asks of the bucket
 * @param ttl the longest life of a link
 * @param responseHeaders {@code response-*} parameters of GetObject that every link carries, by
 *     their full name, in the order of their encoded names
 */
public record S3Storage(
    String bucket,
    String region,
    String prefix,
    Endpoint endpoint,
    Credentials credentials,
    Encryption encryption,
    Duration ttl,
    SortedMap<String, String> responseHeaders)
    implements Download {

  /** Copies the map. */
  public S3Storage {
    responseHeaders = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(responseHeaders));
  }

  /** The same storage below another prefix. */
  public S3Storage withPrefix(String other) {
    return new S3Storage(
        bucket, region, other, endpoint, credentials, encryption, ttl, responseHeaders);
  }

  /** The same storage, for which somebody else signs. */
  public S3Storage withCredentials(Credentials other) {
    return new S3Storage(bucket, region, prefix, endpoint, other, encryption, ttl, responseHeaders);
  }

  /** The same storage in another bucket. */
  public S3Storage in(String otherBucket, String otherRegion) {
    return new S3Storage(
        otherBucket, otherRegion, prefix, endpoint, credentials, encryption, ttl, responseHeaders);
  }

  /**
   * How the bucket is addressed.
   *
   * @param uri a custom endpoint (scheme, host and port alone), or null for Amazon's own
   * @param pathStyle whether the bucket stands in the path instead of the host
   * @param dualStack whether Amazon's own is one that answers over IPv6 too
   * @param fips whether Amazon's own is one whose cryptography is validated by FIPS 140
   * @param accelerate whether Amazon's own is that of Transfer Acceleration
   */
  public record Endpoint(
      @Nullable URI uri, boolean pathStyle, boolean dualStack, boolean fips, boolean accelerate) {
    /** Amazon's own endpoint of the region, bucket in the host. */
    public static final Endpoint AMAZON = new Endpoint(null, false);

    /** An endpoint that is none of Amazon's special ones. */
    public Endpoint(@Nullable URI uri, boolean pathStyle) {
      this(uri, pathStyle, false, false, false);
    }
  }

  /** Who signs requests for the bucket. */
  public sealed interface Credentials {
    /**
     * A role of the customer that the platform assumes.
     *
     * @param roleArn the customer's role
     * @param via the platform's role in between, or null to assume the customer's directly
     */
    record Role(String roleArn, @Nullable String via) implements Credentials {}

    /** A key pair that does not end; for custom endpoints only. */
    record StaticKey(String accessKeyId, SealedSecret secretAccessKey) implements Credentials {}

    /** The gateway's own identity; for default storage only. */
    record Ambient() implements Credentials {}
  }

  /** What an upload asks of the bucket. */
  public sealed interface Encryption {
    /** The headers of a PutObject request that ask for it, by lower-case name. */
    Map<String, String> headers();

    /** Whatever the bucket does by itself. */
    record BucketDefault() implements Encryption {
      @Override
      public Map<String, String> headers() {
        return Map.of();
      }
    }

    /** Keys that S3 manages (SSE-S3). */
    record SseS3() implements Encryption {
      @Override
      public Map<String, String> headers() {
        return Map.of("x-amz-server-side-encryption", "AES256");
      }
    }

    /** A key in AWS KMS (SSE-KMS). */
    record SseKms(String keyId) implements Encryption {
      @Override
      public Map<String, String> headers() {
        return Map.of(
            "x-amz-server-side-encryption",
            "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id",
            keyId);
      }
    }
  }
}
