package io.edgemint.backend;

import java.util.regex.Pattern;

/**
 * A bucket of an organisation that takes archives of jobs and never serves a device.
 *
 * @param name what the organisation calls it, as it calls a backend; no backend of it bears the
 *     same name, for secrets and roles of the platform are bound to that
 * @param revision counts from 1; another bucket, prefix, role or encryption is the next one
 * @param storage where archives are written; its prefix is the organisation's own, so never empty
 * @param verification what the last probe found of this revision
 */
public record Destination(String name, int revision, S3Storage storage, Verification verification) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,10}");

  /**
   * Accepts a well-formed name and a storage that is limited to a prefix.
   *
   * @throws IllegalArgumentException if it is not
   */
  public Destination {
    if (!NAME.matcher(name).matches() || name.equals(DefaultStorage.NAME)) {
      throw new IllegalArgumentException(
          "a destination's name is 1 to 10 characters of a-z, 0-9 and '-', and not 'default'");
    }
    if (revision < 1) {
      throw new IllegalArgumentException("revisions count from 1");
    }
    if (!storage.prefix().endsWith("/")) {
      throw new IllegalArgumentException(
          "a destination needs a prefix of its own that ends with '/', such as tenant-a/");
    }
  }

  /** A first or further revision that nothing has verified yet. */
  public static Destination draft(String name, int revision, S3Storage storage) {
    return new Destination(name, revision, storage, Verification.UNVERIFIED);
  }

  /** What a revision is called where its organisation is known: {@code archive@2}. */
  public String label() {
    return name + '@' + revision;
  }

  /** Whether a probe found that it can be written to, without which it takes nothing. */
  public boolean verified() {
    return verification.equals(Verification.VERIFIED);
  }

  /** The same revision with what a probe found. */
  public Destination withVerification(Verification found) {
    return new Destination(name, revision, storage, found);
  }

  /** The same revision reached in another way. */
  public Destination withStorage(S3Storage other) {
    return new Destination(name, revision, other, verification);
  }
}
