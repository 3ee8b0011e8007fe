package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.onboarding.Impossible.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the signing keys of a file beside those that stand. A key that stands keeps its material and
 * its state, and one that the file no longer names stays: links that it signed may still be out.
 */
final class SigningKeyMerge {
  private final List<SigningKey> standing;
  private final Backend wanted;
  private final OrgFile file;

  SigningKeyMerge(List<SigningKey> standing, Backend wanted, OrgFile file) {
    this.standing = standing;
    this.wanted = wanted;
    this.file = file;
  }

  /** The distribution of the file, with all keys; those that stand come first. */
  CloudFront merged(CloudFront cdn) {
    refuseIdsOfNewKeys(wanted, standing, file);
    List<SigningKey> keys = new ArrayList<>();
    for (SigningKey known : standing) {
      SigningKey fresh = named(cdn.keys(), known.name());
      keys.add(fresh == null ? known : completed(known, fresh));
    }
    for (SigningKey fresh : cdn.keys()) {
      if (named(standing, fresh.name()) == null) {
        boolean signs = keys.stream().anyMatch(it -> it.state() == KeyState.ACTIVE);
        keys.add(fresh.withState(signs ? KeyState.NEXT : KeyState.ACTIVE));
      }
    }
    return cdn.withKeys(keys);
  }

  /** An id is given out for a public half, and that of a key made just now was nowhere yet. */
  static void refuseIdsOfNewKeys(Backend wanted, List<SigningKey> standing, OrgFile file) {
    if (!(wanted.download() instanceof CloudFront cdn)) {
      return;
    }
    for (SigningKey fresh : cdn.keys()) {
      if (isMade(wanted, fresh, file)
          && fresh.id() != null
          && named(standing, fresh.name()) == null) {
        throw new Impossible(
            Reason.CONTRADICTION,
            "signing key '%s' of backend '%s' has an id, but is only to be made: apply without the id, register the public half that is printed, and add the id then"
                .formatted(fresh.name(), wanted.name()));
      }
    }
  }

  private SigningKey completed(SigningKey known, SigningKey fresh) {
    boolean otherMaterial =
        !isMade(wanted, fresh, file) && !known.publicKey().equals(fresh.publicKey());
    if (otherMaterial || known.algorithm() != fresh.algorithm()) {
      throw new Impossible(
          Reason.CONTRADICTION,
          "signing key '%s' of backend '%s' is another key than the one that stands; add it under a new name"
              .formatted(known.name(), wanted.name()));
    }
    SigningKey same = fresh.id() == null ? known : known.withId(fresh.id());
    return same.withHash(fresh.hash());
  }

  private static boolean isMade(Backend wanted, SigningKey key, OrgFile file) {
    return file.generated().contains(wanted.name() + "/" + key.name());
  }

  private static @Nullable SigningKey named(List<SigningKey> keys, String name) {
    return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElse(null);
  }
}
