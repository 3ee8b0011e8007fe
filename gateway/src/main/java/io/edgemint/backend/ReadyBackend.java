package io.edgemint.backend;

import org.jspecify.annotations.Nullable;

/**
 * A backend that is ready to sign: the record as it was, and the signer made from it.
 *
 * @param org the record of the organisation that it was made from
 * @param name the backend's name, {@code default} for default storage
 * @param via {@code cloudfront}, {@code s3} or {@code default}
 * @param ttl the longest life of a link, in seconds
 * @param signer what signs
 * @param objects the bucket that tells of the objects that links lead to, or null if none is known
 * @param checksObjects whether links are made only to objects that can be read
 * @param pinsVersions whether a probe has proved that links bring the version that they name,
 *     beside what the signer promises
 */
public record ReadyBackend(
    Org org,
    String name,
    String via,
    long ttl,
    LinkSigner signer,
    @Nullable S3Storage objects,
    boolean checksObjects,
    boolean pinsVersions) {
  /**
   * Whether a link may name a version.
   *
   * @param signing what signs it; null where nothing does just now, as only a bucket may have it
   */
  public boolean pins(LinkSigner.@Nullable Signing signing) {
    return pinsVersions || signing == null || signing.pinsVersions();
  }
}
