package io.edgemint.sandbox;

/**
 * Who owns buckets in the S3 server. Its key opens them, and no other account's key does.
 *
 * @param accessKeyId the public half of the key pair
 * @param secretAccessKey the secret half
 * @param buckets the names of its buckets, as a glob such as {@code acme-*}; one account's glob
 *     matches no bucket of another
 */
public record Account(String accessKeyId, String secretAccessKey, String buckets) {
  @Override
  public String toString() {
    return accessKeyId + " [redacted] " + buckets;
  }
}
