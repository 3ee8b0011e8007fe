package io.edgemint.backend;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Signs links into one download side of one organisation. Safe on all threads; the only I/O is in
 * {@link #renewed}.
 */
public interface LinkSigner {
  /** What signs now, or null if nothing can until {@link #renewed} has delivered. Never waits. */
  @Nullable Signing current();

  /**
   * Something that signs for at least so many seconds longer, single-flight; fails with a {@link
   * Refused} if there is no such thing to be had. What cannot be renewed is returned as it is.
   */
  Future<Signing> renewed(long seconds);

  /** A key or session that signs until its own end. */
  interface Signing {
    /**
     * Names everything that decides a link besides key, version and times: organisation, host,
     * prefix, key or session, options. Two signings with equal fingerprints make equal links.
     */
    String fingerprint();

    /** The first epoch second from which links may be dated. */
    long notBefore();

    /**
     * The epoch second at which every link ends, signed as it may be; {@code Long.MAX_VALUE}: none.
     */
    long notAfter();

    /** Whether a signature is so dear that it must not be made on an event loop (RSA). */
    boolean costly();

    /** About how many bytes a link has besides its key. */
    int linkBytes();

    /** Whether {@code version} may be given. */
    boolean pinsVersions();

    /**
     * Signs a link.
     *
     * @param key what is read
     * @param version the S3 version that is pinned, or null for the newest
     * @param date the epoch second from which the link counts
     * @param expiry the epoch second at which it ends
     * @return the whole URL; the bytes signed are the bytes to send
     */
    String link(ObjectKey key, @Nullable String version, long date, long expiry);
  }
}
