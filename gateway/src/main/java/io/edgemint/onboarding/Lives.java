package io.edgemint.onboarding;

import io.edgemint.backend.CloudFront;
import io.edgemint.backend.Download;
import io.edgemint.backend.S3Storage;
import java.time.Duration;

/** The lives that links may have, and sides of backends with other ones. */
final class Lives {
  static final Duration DEFAULT = Duration.ofMinutes(15);
  static final Duration LEAST = Duration.ofSeconds(60);

  /** "Authenticating requests: using query parameters": X-Amz-Expires is at most seven days. */
  static final Duration LONGEST = Duration.ofDays(7);

  /** A chained session lives one hour; what is left of it when it is renewed is this much. */
  static final Duration LONGEST_THROUGH_ROLE = Duration.ofMinutes(44);

  private Lives() {}

  /** The same side with another life, which is cut to what its role can keep. */
  static Download of(Download side, Duration ttl) {
    return switch (side) {
      case S3Storage s3 -> of(s3, ttl);
      case CloudFront cdn ->
          new CloudFront(cdn.scheme(), cdn.host(), cdn.pathPrefix(), cdn.keys(), ttl);
    };
  }

  /** The same storage with another life, which is cut to what its role can keep. */
  static S3Storage of(S3Storage s3, Duration ttl) {
    boolean tooLong =
        s3.credentials() instanceof S3Storage.Credentials.Role
            && ttl.compareTo(LONGEST_THROUGH_ROLE) > 0;
    return new S3Storage(
        s3.bucket(),
        s3.region(),
        s3.prefix(),
        s3.endpoint(),
        s3.credentials(),
        s3.encryption(),
        tooLong ? LONGEST_THROUGH_ROLE : ttl,
        s3.responseHeaders());
  }
}
