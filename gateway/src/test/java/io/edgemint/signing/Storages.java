package io.edgemint.signing;

import io.edgemint.backend.CloudFront;
import io.edgemint.backend.KeyProblem;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Storages and keys that tests sign for. */
final class Storages {
  private Storages() {}

  static S3Storage s3(String bucket, String region, String prefix) {
    return s3(bucket, region, prefix, Endpoint.AMAZON, Map.of());
  }

  static S3Storage s3(
      String bucket,
      String region,
      String prefix,
      Endpoint endpoint,
      Map<String, String> responseHeaders) {
    return new S3Storage(
        bucket,
        region,
        prefix,
        endpoint,
        new S3Storage.Credentials.Ambient(),
        new S3Storage.Encryption.BucketDefault(),
        Duration.ofMinutes(15),
        new TreeMap<>(responseHeaders));
  }

  static Endpoint endpoint(String uri, boolean pathStyle) {
    return new Endpoint(URI.create(uri), pathStyle);
  }

  static CloudFront cloudFront(String host, String prefix) {
    return new CloudFront("https", host, prefix, List.of(), Duration.ofMinutes(15));
  }

  static ObjectKey key(String value) {
    return switch (ObjectKey.of(value)) {
      case ObjectKey key -> key;
      case KeyProblem problem -> throw new IllegalArgumentException(problem.detail());
    };
  }
}
