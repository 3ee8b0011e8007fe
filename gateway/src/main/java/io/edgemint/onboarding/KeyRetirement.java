package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Leases;
import io.edgemint.backend.Leases.Lease;
import io.edgemint.backend.Org;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets retiring keys go when the last of their links has ended, on one gateway at a time. Belongs
 * to one thread, which waits for the registry.
 */
public final class KeyRetirement {
  private static final System.Logger LOG = System.getLogger(KeyRetirement.class.getName());
  private static final String WORK = "key retirement";
  private static final Duration LEASE = Duration.ofMinutes(2);

  private final Supplier<? extends Iterable<Org>> orgs;
  private final Leases leases;
  private final SigningKeyRotation rotation;
  private final InstantSource clock;
  private final String holder;

  /**
   * Retires nothing before it is asked to.
   *
   * @param orgs what this gateway serves from
   * @param holder names this process
   */
  public KeyRetirement(
      Supplier<? extends Iterable<Org>> orgs,
      Leases leases,
      SigningKeyRotation rotation,
      InstantSource clock,
      String holder) {
    this.orgs = orgs;
    this.leases = leases;
    this.rotation = rotation;
    this.clock = clock;
    this.holder = holder;
  }

  /** Retires whatever is over, if no other gateway does. */
  public void run() {
    for (Org org : orgs.get()) {
      for (String backend : org.backends().stream().map(Backend::name).distinct().toList()) {
        SigningKey over = over(SigningKeyRotation.target(org, backend));
        if (over != null) {
          Lease lease = leases.take(WORK, holder, LEASE);
          if (lease == null) {
            return;
          }
          retire(org, backend, over.name(), lease);
        }
      }
    }
  }

  private @Nullable SigningKey over(Backend backend) {
    if (!(backend.download() instanceof CloudFront cdn)) {
      return null;
    }
    long now = clock.instant().getEpochSecond();
    return cdn.keys().stream()
        .filter(key -> key.state() == KeyState.RETIRING && key.linksUntil() <= now)
        .findFirst()
        .orElse(null);
  }

  private void retire(Org org, String backend, String key, Lease lease) {
    try {
      rotation.retire(org.id(), backend, key, new Order(WORK, null, false, lease));
      LOG.log(
          Level.INFO,
          "signing key {0} of {1}/{2} is gone; its public half can leave the key group",
          key,
          org.id(),
          backend);
    } catch (Impossible | Conflict e) {
      LOG.log(Level.INFO, "signing key {0} of {1} stays: {2}", key, org.id(), e.getMessage());
    }
  }
}
