package io.edgemint.delivery;

import java.util.regex.Pattern;

/**
 * What the objects of a delivery are called, below the prefix of their destination.
 *
 * @param job the job's id, which is the folder of all its objects
 * @param name what the archives are called
 */
public record JobName(String job, String name) {
  private static final Pattern JOB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /** Where probes write; what lies there is nobody's. */
  private static final String PROBES = "edgemint-probe";

  /** Would not be told from a part of an archive. */
  private static final Pattern PART = Pattern.compile(".*_part[0-9]+");

  private static final String MANIFEST = ".manifest.json";
  private static final String CLAIM = ".claim-";

  /**
   * Accepts names that need no encoding anywhere.
   *
   * @throws IllegalArgumentException if one is not, with the field and the fix
   */
  public JobName {
    if (!JOB.matcher(job).matches() || job.equals(PROBES)) {
      throw new IllegalArgumentException(
          "--job: an id is 1 to 64 letters, digits, '.', '_' and '-', begins with a letter or digit"
              + " and is not "
              + PROBES);
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "--name: 1 to 100 letters, digits, '.', '_' and '-', of which the first is a letter or"
              + " digit; it is the folder's own name if it is left out");
    }
    if (PART.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "--name: does not end with _part and a number, for parts are called so");
    }
  }

  /** Where everything of the job lies. */
  public String folder() {
    return job + '/';
  }

  /** The one archive, or one of several, counted from 1. */
  String archive(int number, int of) {
    return of == 1
        ? folder() + name + '_' + job + ".tar"
        : folder() + name + "_part" + number + '_' + job + ".tar";
  }

  /** What is written last. */
  String manifest() {
    return folder() + name + '_' + job + MANIFEST;
  }

  /** What says that somebody is at work. */
  String claim(String id) {
    return folder() + name + '_' + job + CLAIM + id;
  }

  boolean isClaim(String key) {
    return key.matches(Pattern.quote(claim("")) + "[0-9a-f]{16}");
  }

  /** Whether a key is that of an archive of this name, or of its manifest. */
  boolean isOwn(String key) {
    String part =
        key.replaceFirst("_part[1-9][0-9]{0,8}(?=_" + Pattern.quote(job) + "\\.tar$)", "");
    return key.equals(manifest()) || part.equals(archive(1, 1));
  }
}
