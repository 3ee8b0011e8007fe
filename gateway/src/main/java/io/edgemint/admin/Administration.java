package io.edgemint.admin;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.History;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.onboarding.Apply;
import io.edgemint.onboarding.AuthorityRegistration;
import io.edgemint.onboarding.Destinations;
import io.edgemint.onboarding.Onboarding;
import io.edgemint.onboarding.OrgFile;
import io.edgemint.onboarding.PlatformFields;
import io.edgemint.onboarding.Revoker;
import io.edgemint.onboarding.SetupWriter;
import io.edgemint.onboarding.SigningKeyRotation;
import java.util.function.Supplier;

/**
 * What the calls of the administration work with.
 *
 * @param store where organisations are kept
 * @param orgs what this gateway serves from
 * @param reader reads organisations from requests
 * @param platform what of a request is for operators
 */
public record Administration(
    BackendStore store,
    Supplier<Snapshot> orgs,
    OrgFile.Reader reader,
    Apply apply,
    Onboarding onboarding,
    Destinations destinations,
    SigningKeyRotation rotation,
    SetupWriter setup,
    AuthorityRegistration authorities,
    Explain explain,
    History history,
    Revoker revoker,
    PlatformFields platform) {
  /** The record in the registry, newer than what this gateway may serve from. */
  Org standing(OrgId id) {
    Org org = store.org(id);
    if (org == null) {
      throw AdminProblem.orgMissing(id);
    }
    return org;
  }
}
