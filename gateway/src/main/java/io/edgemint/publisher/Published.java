package io.edgemint.publisher;

/**
 * An object that the gateway confirmed.
 *
 * @param sha256 64 lower-case hexadecimal digits
 * @param alreadyThere whether nothing had to be sent since the same bytes stood under that key
 */
public record Published(String key, long size, String sha256, boolean alreadyThere) {}
