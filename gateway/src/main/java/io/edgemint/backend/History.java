package io.edgemint.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who changed what, newest first. Waits for a disk or network. */
public interface History {
  /**
   * One change of one organisation.
   *
   * @param version the registry version that it made
   * @param at epoch milliseconds
   * @param actor who made it
   * @param action what they called it
   * @param before the SHA-256 digest of the record before, in hexadecimal; empty if there was none
   * @param after the digest of the record after it; empty if it was deleted
   * @param chain the digest over this change and everything before it
   */
  record Entry(
      long version,
      long at,
      String actor,
      String action,
      OrgId org,
      String before,
      String after,
      String chain) {}

  /**
   * Changes below a version.
   *
   * @param org whose; null for everybody's
   * @param limit at most so many
   */
  List<Entry> entries(@Nullable OrgId org, long belowVersion, int limit);
}
