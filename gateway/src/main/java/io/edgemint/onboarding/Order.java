package io.edgemint.onboarding;

import io.edgemint.backend.Leases.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A change of an organisation that somebody asks for.
 *
 * @param actor who asks, as the audit trail calls them
 * @param version the registry version of the organisation that they have seen, or null to change
 *     whatever stands
 * @param dryRun whether nothing is written
 * @param lease what the writer must still hold, or null for nothing
 */
public record Order(String actor, @Nullable Long version, boolean dryRun, @Nullable Lease lease) {
  /** A change that hangs on no lease. */
  public Order(String actor, @Nullable Long version, boolean dryRun) {
    this(actor, version, dryRun, null);
  }

  /** Changes whatever stands. */
  public static Order of(String actor) {
    return new Order(actor, null, false);
  }

  /** The same, whatever version stands. */
  Order ofAnyVersion() {
    return new Order(actor, null, dryRun, lease);
  }
}
