package io.edgemint.backend;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules an organisation sets for all of its links.
 *
 * @param entitlement what a token that says nothing of keys may read
 * @param allowedRegions AWS regions that may hold its objects (residency); empty means any
 * @param tokenLimited whether no link outlives the token that asked for it
 * @param refuseFailing whether devices get 503 while the last probe of the active backend's
 *     download side failed; if not, links are made as before
 * @param maxStaleness how long a gateway that has lost the registry goes on making links; null for
 *     as long as it takes
 * @param replaceObjects whether publishers may replace objects; if not, a key is written once
 */
public record Policy(
    Entitlement entitlement,
    Set<String> allowedRegions,
    boolean tokenLimited,
    boolean refuseFailing,
    @Nullable Duration maxStaleness,
    boolean replaceObjects) {
  /** Copies the regions. */
  public Policy {
    allowedRegions = Set.copyOf(allowedRegions);
  }

  /** Rules under which a failing backend goes on serving. */
  public Policy(Entitlement entitlement, Set<String> allowedRegions, boolean tokenLimited) {
    this(entitlement, allowedRegions, tokenLimited, false, null, false);
  }

  /** Rules without a limit to how old a gateway's knowledge may be. */
  public Policy(
      Entitlement entitlement,
      Set<String> allowedRegions,
      boolean tokenLimited,
      boolean refuseFailing) {
    this(entitlement, allowedRegions, tokenLimited, refuseFailing, null, false);
  }

  /** Rules under which no object is replaced. */
  public Policy(
      Entitlement entitlement,
      Set<String> allowedRegions,
      boolean tokenLimited,
      boolean refuseFailing,
      @Nullable Duration maxStaleness) {
    this(entitlement, allowedRegions, tokenLimited, refuseFailing, maxStaleness, false);
  }

  /** Tells whether objects may lie in this region. */
  public boolean allows(String region) {
    return allowedRegions.isEmpty() || allowedRegions.contains(region);
  }

  /** Tells whether all objects of a backend lie where they may. */
  public boolean allows(Backend backend) {
    return allows(backend.upload().region())
        && (!(backend.download() instanceof S3Storage s3) || allows(s3.region()))
        && (backend.standby() == null || allows(backend.standby().region()));
  }
}
