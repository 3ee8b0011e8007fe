package io.edgemint.onboarding;

import org.jspecify.annotations.Nullable;

/**
 * A change of an organisation that somebody asks for.
 *
 * @param actor who asks, as the audit trail calls them
 * @param version the registry version of the organisation that they have seen, or null to change
 *     whatever stands
 * @param dryRun whether nothing is written
 */
public record Order(String actor, @Nullable Long version, boolean dryRun) {
  /** Changes whatever stands. */
  public static Order of(String actor) {
    return new Order(actor, null, false);
  }
}
