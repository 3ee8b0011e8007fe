package io.edgemint.caller;

import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds the shared secrets of the platform's issuers. They come from settings at each start and are
 * in no registry, so they stay in memory, and what stands in the issuer's record is a mere mark.
 */
public final class PlatformSecrets implements SecretSealer {
  private final Map<String, byte[]> byIssuer = new ConcurrentHashMap<>();

  @Override
  public SealedSecret seal(String iss, byte[] secret) {
    byIssuer.put(iss, secret.clone());
    return new SealedSecret(1, "from-settings");
  }

  /** Opens these secrets, and with {@code organisations} those of issuers bound to one. */
  public SharedSecrets beside(Secrets organisations) {
    return (issuer, source) ->
        issuer.org() == null
            ? open(issuer.iss())
            : organisations.open(
                source.secret(), Secrets.Purpose.issuerSecret(issuer.org(), issuer.iss()));
  }

  private byte[] open(String iss) {
    byte[] secret = byIssuer.get(iss);
    if (secret == null) {
      throw new IllegalArgumentException("the settings gave no secret for this issuer");
    }
    return secret.clone();
  }
}
