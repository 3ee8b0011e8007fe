package io.edgemint.backend;

import org.jspecify.annotations.Nullable;

/**
 * The platform's own storage, which serves every organisation that has no active backend, each
 * below its own prefix.
 *
 * @param download where devices read; its prefix stands before the organisation's
 * @param region where the objects lie, for organisations that restrict it
 * @param upload where publishers write; null if they cannot
 * @param checkObjects whether links are made only to objects that can be read
 */
public record DefaultStorage(
    Download download, String region, @Nullable S3Storage upload, boolean checkObjects) {
  /** The name under which it appears in answers and logs. */
  public static final String NAME = "default";

  /** The part of it that belongs to one organisation. */
  public Download of(OrgId org) {
    return switch (download) {
      case S3Storage s3 -> s3.withPrefix(s3.prefix() + org.value() + '/');
      case CloudFront cdn -> cdn.withPathPrefix(cdn.pathPrefix() + org.value() + '/');
    };
  }

  /** Where one organisation's publishers write, or null if they cannot. */
  public @Nullable S3Storage uploadOf(OrgId org) {
    return upload == null ? null : upload.withPrefix(upload.prefix() + org.value() + '/');
  }
}
