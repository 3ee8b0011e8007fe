package io.edgemint.backend;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CloudFront distribution in front of a bucket.
 *
 * @param scheme {@code https}; {@code http} only for hosts that the operator listed
 * @param host the name that viewers use, with a port where it is not the scheme's own
 * @param pathPrefix what stands before every key in the URL's path, without a leading slash; empty,
 *     or ending with a slash
 * @param keys the signing keys, of which one is active
 * @param ttl the longest life of a link
 */
public record CloudFront(
    String scheme, String host, String pathPrefix, List<SigningKey> keys, Duration ttl)
    implements Download {

  /** Copies the list. */
  public CloudFront {
    keys = List.copyOf(keys);
  }

  /** The same distribution below another path prefix. */
  public CloudFront withPathPrefix(String other) {
    return new CloudFront(scheme, host, other, keys, ttl);
  }

  /** The same distribution with other keys. */
  public CloudFront withKeys(List<SigningKey> others) {
    return new CloudFront(scheme, host, pathPrefix, others, ttl);
  }

  /** The key of this name, or null if there is none. */
  public @Nullable SigningKey key(String name) {
    return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElse(null);
  }

  /** The key that signs now, or null if none can. */
  public @Nullable SigningKey activeKey() {
    return keys.stream()
        .filter(key -> key.state() == KeyState.ACTIVE && key.id() != null)
        .findFirst()
        .orElse(null);
  }

  /**
   * A private key that signs links.
   *
   * @param name what the organisation calls it; it never changes
   * @param id the id of the public half in CloudFront ({@code K...}), which becomes {@code
   *     Key-Pair-Id}; null until the organisation registered it
   * @param algorithm the kind of the key
   * @param hash the digest that is signed
   * @param state where it stands in its rotation
   * @param privateKey the private half in PKCS#8 DER, sealed
   * @param publicKey the public half as PEM (SubjectPublicKeyInfo), to register with CloudFront
   * @param linksUntil the epoch second at which the last of its links has ended, as far as it signs
   *     no more; 0 while nothing is known
   */
  public record SigningKey(
      String name,
      @Nullable String id,
      KeyAlgorithm algorithm,
      Hash hash,
      KeyState state,
      SealedSecret privateKey,
      String publicKey,
      long linksUntil) {

    /** A key of which no link is known. */
    public SigningKey(
        String name,
        @Nullable String id,
        KeyAlgorithm algorithm,
        Hash hash,
        KeyState state,
        SealedSecret privateKey,
        String publicKey) {
      this(name, id, algorithm, hash, state, privateKey, publicKey, 0);
    }

    /** The same key whose private half is sealed in another way. */
    public SigningKey withPrivateKey(SealedSecret other) {
      return new SigningKey(name, id, algorithm, hash, state, other, publicKey, linksUntil);
    }

    /** The same key in another state of its rotation. */
    public SigningKey withState(KeyState other) {
      return new SigningKey(name, id, algorithm, hash, other, privateKey, publicKey, linksUntil);
    }

    /** The same key under the id that CloudFront gave to its public half. */
    public SigningKey withId(String other) {
      return new SigningKey(name, other, algorithm, hash, state, privateKey, publicKey, linksUntil);
    }

    /** The same key signing another digest. */
    public SigningKey withHash(Hash other) {
      return new SigningKey(name, id, algorithm, other, state, privateKey, publicKey, linksUntil);
    }

    /** The same key with links that end no earlier than at an epoch second. */
    public SigningKey withLinksUntil(long second) {
      return new SigningKey(
          name, id, algorithm, hash, state, privateKey, publicKey, Math.max(linksUntil, second));
    }
  }

  /** The kinds of keys that CloudFront accepts in a key group. */
  public enum KeyAlgorithm {
    RSA_2048,
    ECDSA_P256
  }

  /** The digests that CloudFront accepts; SHA-256 is announced in the link. */
  public enum Hash {
    SHA1,
    SHA256
  }

  /** Where a key stands in its rotation. */
  public enum KeyState {
    NEXT,
    ACTIVE,
    RETIRING
  }
}
