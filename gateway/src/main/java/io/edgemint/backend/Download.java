package io.edgemint.backend;

import java.time.Duration;

/** The side of a backend that devices read from. */
public sealed interface Download permits S3Storage, CloudFront {
  /** The longest life of a link. */
  Duration ttl();
}
