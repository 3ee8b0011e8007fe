package io.edgemint.backend;

/**
 * A backend that is ready to sign: the record as it was, and the signer made from it.
 *
 * @param org the record of the organisation that it was made from
 * @param name the backend's name, {@code default} for default storage
 * @param via {@code cloudfront}, {@code s3} or {@code default}
 * @param ttl the longest life of a link, in seconds
 * @param signer what signs
 */
public record ReadyBackend(Org org, String name, String via, long ttl, LinkSigner signer) {}
