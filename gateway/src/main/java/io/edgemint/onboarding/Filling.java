package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Verification;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.onboarding.Inventory.Holder;
import java.util.Optional;

/**
 * From where to where objects go so that activation finds nothing missing.
 *
 * @param source what holds the organisation's objects now
 * @param target the newest revision of the backend, which is the one that activation takes
 */
public record Filling(OrgId org, Holder source, Backend target) {
  /**
   * Looks up both ends. The state of the target does not matter, only that its upload side is
   * verified: a download side may be mended while the objects are on their way.
   *
   * @throws Impossible if there is no such backend, its upload side is not verified, it lies in a
   *     region that the policy does not allow, or the source cannot be listed or contains the
   *     target
   */
  public static Filling of(
      BackendStore store, Optional<DefaultStorage> defaultStorage, OrgId id, String name) {
    Org org = new OrgEditor(store).org(id, Order.of("copy"));
    Backend target = OrgEditor.newest(org, name);
    if (!target.uploadSide().equals(Verification.VERIFIED)) {
      throw new Impossible(
          Reason.NOT_VERIFIED,
          "the upload side of backend '%s' revision %d is not verified (%s); run 'edgemint backend validate %s %s'"
              .formatted(name, target.revision(), Onboarding.word(target.uploadSide()), id, name));
    }
    if (!org.policy().allows(target)) {
      throw new Impossible(
          Reason.REGION_NOT_ALLOWED,
          "backend '%s' revision %d lies in a region that policy.allowed_regions of '%s' does not list"
              .formatted(name, target.revision(), id));
    }
    Holder source = Inventory.holder(org, defaultStorage);
    if (source == null) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "nothing that can be listed serves '%s' now; name the bucket behind default storage, or put the objects into the backend by other means"
              .formatted(id));
    }
    requireApart(source.storage(), target);
    return new Filling(id, source, target);
  }

  /** Whether both ends are one place, so that there is nothing to copy. */
  public boolean isDone() {
    return Inventory.samePlace(source.storage(), target.upload());
  }

  /** Else each copy would be found below the source, and copied again. */
  private static void requireApart(S3Storage source, Backend target) {
    S3Storage to = target.upload();
    if (Inventory.sameBucket(source, to)
        && to.prefix().startsWith(source.prefix())
        && !to.prefix().equals(source.prefix())) {
      throw new Impossible(
          Reason.CONTRADICTION,
          "the prefix '%s' of backend '%s' lies below '%s' in the same bucket, which holds the objects now; give the backend a prefix beside it"
              .formatted(to.prefix(), target.name(), source.prefix()));
    }
  }
}
