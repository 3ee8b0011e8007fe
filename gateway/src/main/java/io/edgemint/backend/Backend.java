package io.edgemint.backend;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
 * @param standby the bucket that may serve in the place of an S3 download, or null
 * @param service how it has been switched
 * @param objects what is asked and known of its objects
 */
public record Backend(
    String name,
    int revision,
    State state,
    S3Storage upload,
    Download download,
    Verification uploadSide,
    Verification downloadSide,
    @Nullable Standby standby,
    Service service,
    Objects objects) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,10}");

  /**
   * Accepts a well-formed name and a positive revision.
   *
   * @throws IllegalArgumentException if the name or the revision is not, or a standby is for no S3
   *     download
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
    if (standby != null && !(download instanceof S3Storage)) {
      throw new IllegalArgumentException(
          "a standby is for an S3 download alone; a distribution fails over by its origin group");
    }
  }

  /** A revision that has no standby and was never switched. */
  public Backend(
      String name,
      int revision,
      State state,
      S3Storage upload,
      Download download,
      Verification uploadSide,
      Verification downloadSide) {
    this(
        name,
        revision,
        state,
        upload,
        download,
        uploadSide,
        downloadSide,
        null,
        Service.NONE,
        Objects.NONE);
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

  /** What a revision is called where its organisation is known: {@code prod@2}. */
  public String label() {
    return name + '@' + revision;
  }

  /** Tells whether two records speak of one revision of one organisation. */
  public boolean isSameRevisionAs(Backend other) {
    return name.equals(other.name) && revision == other.revision;
  }

  /** Tells whether a probe verified both sides, which is what activation needs. */
  public boolean verified() {
    return uploadSide.equals(Verification.VERIFIED) && downloadSide.equals(Verification.VERIFIED);
  }

  /** Where devices read now: the download side, or its standby after a failover. */
  public Download serving() {
    return standby != null && service.failedOver && download instanceof S3Storage s3
        ? s3.in(standby.bucket, standby.region)
        : download;
  }

  /** The same revision in another state. */
  public Backend withState(State other) {
    return with(other, upload, download, uploadSide, downloadSide, service);
  }

  /** The same revision, switched in another way. */
  public Backend withService(Service other) {
    return with(state, upload, download, uploadSide, downloadSide, other);
  }

  /** The same revision writing in another way to the same place. */
  public Backend withUpload(S3Storage other) {
    return with(state, other, download, uploadSide, downloadSide, service);
  }

  /** The same revision reading in another way from the same place. */
  public Backend withDownload(Download other) {
    return with(state, upload, other, uploadSide, downloadSide, service);
  }

  /** The same revision with a standby, or without one. */
  public Backend withStandby(@Nullable Standby other) {
    Service switched = other == null ? service.withFailedOver(false) : service;
    return new Backend(
        name,
        revision,
        state,
        upload,
        download,
        uploadSide,
        downloadSide,
        other,
        switched,
        objects);
  }

  /** The same revision, of whose objects something else is asked or known. */
  public Backend withObjects(Objects other) {
    return new Backend(
        name, revision, state, upload, download, uploadSide, downloadSide, standby, service, other);
  }

  /**
   * The same revision with what a probe found. A draft becomes verified when both sides are, and a
   * verified one a draft again when one is not; a revision that serves goes on serving.
   */
  public Backend withFindings(Verification ofUpload, Verification ofDownload) {
    Backend found = with(state, upload, download, ofUpload, ofDownload, service);
    return switch (state) {
      case DRAFT, VERIFIED -> found.withState(found.verified() ? State.VERIFIED : State.DRAFT);
      case ACTIVE, REPLACED -> found;
    };
  }

  private Backend with(
      State ofLife,
      S3Storage write,
      Download read,
      Verification ofUpload,
      Verification ofDownload,
      Service switched) {
    return new Backend(
        name, revision, ofLife, write, read, ofUpload, ofDownload, standby, switched, objects);
  }

  /**
   * A second bucket that holds the same objects below the same prefix, reached in the same way.
   *
   * @param bucket the bucket's name
   * @param region the region in which it lies
   * @param automatic whether it takes over by itself when the first fails
   */
  public record Standby(String bucket, String region, boolean automatic) {}

  /**
   * How a revision has been switched.
   *
   * @param turn which of the organisation's activations was its last, counted from 1; 0 if it has
   *     never served
   * @param suspended whether devices get 503 while it is active
   * @param failedOver whether its standby serves
   */
  public record Service(long turn, boolean suspended, boolean failedOver) {
    /** Never switched on. */
    public static final Service NONE = new Service(0, false, false);

    /** The same, suspended or resumed. */
    public Service withSuspended(boolean other) {
      return new Service(turn, other, failedOver);
    }

    /** The same, led to the standby or back. */
    public Service withFailedOver(boolean other) {
      return new Service(turn, suspended, other);
    }
  }

  /**
   * What is asked and known of the objects that devices read.
   *
   * @param checked whether no link is made to one that is known to be missing or archived
   * @param pinned whether a probe has proved that a link brings the version that it names
   */
  public record Objects(boolean checked, boolean pinned) {
    /** Nothing asked, nothing proved. */
    public static final Objects NONE = new Objects(false, false);

    /** The same knowledge under another wish. */
    public Objects withChecked(boolean other) {
      return new Objects(other, pinned);
    }

    /** The same wish with other knowledge. */
    public Objects withPinned(boolean other) {
      return new Objects(checked, other);
    }
  }

  /** Where a revision stands in its life. */
  public enum State {
    DRAFT,
    VERIFIED,
    ACTIVE,
    REPLACED
  }
}
