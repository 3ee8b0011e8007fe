package io.edgemint.backend;

import java.util.regex.Pattern;

/**
 * One revision of an organisation's own storage. What decides bytes never changes within a
 * revision; a new one is made instead.
 *
 * @param name what the organisation calls it: one to ten lower-case letters, digits and hyphens
 * @param revision counts from 1 within the name
 * @param state where the revision stands in its life
 * @param upload where publishers write
 * @param download where devices read
 * @param uploadSide what the last probe found of {@code upload}
 * @param downloadSide what the last probe found of {@code download}
 */
public record Backend(
    String name,
    int revision,
    State state,
    S3Storage upload,
    Download download,
    Verification uploadSide,
    Verification downloadSide) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,10}");

  /**
   * Accepts a well-formed name and a positive revision.
   *
   * @throws IllegalArgumentException if the name or the revision is not
   */
  public Backend {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a backend's name is 1 to 10 characters of a-z, 0-9 and '-'");
    }
    if (name.equals(DefaultStorage.NAME)) {
      throw new IllegalArgumentException(
          "a backend is not called 'default': that is the platform's own storage");
    }
    if (revision < 1) {
      throw new IllegalArgumentException("revisions count from 1");
    }
  }

  /** A first or further revision that nothing has verified yet. */
  public static Backend draft(String name, int revision, S3Storage upload, Download download) {
    return new Backend(
        name,
        revision,
        State.DRAFT,
        upload,
        download,
        Verification.UNVERIFIED,
        Verification.UNVERIFIED);
  }

  /** Tells whether a probe verified both sides, which is what activation needs. */
  public boolean verified() {
    return uploadSide.equals(Verification.VERIFIED) && downloadSide.equals(Verification.VERIFIED);
  }

  /** The same revision in another state. */
  public Backend withState(State other) {
    return new Backend(name, revision, other, upload, download, uploadSide, downloadSide);
  }

  /**
   * The same revision with what a probe found. A draft becomes verified when both sides are, and a
   * verified one a draft again when one is not; a revision that serves goes on serving.
   */
  public Backend withFindings(Verification ofUpload, Verification ofDownload) {
    Backend found = new Backend(name, revision, state, upload, download, ofUpload, ofDownload);
    return switch (state) {
      case DRAFT, VERIFIED -> found.withState(found.verified() ? State.VERIFIED : State.DRAFT);
      case ACTIVE, REPLACED -> found;
    };
  }

  /** Where a revision stands in its life. */
  public enum State {
    DRAFT,
    VERIFIED,
    ACTIVE,
    REPLACED
  }
}
