package io.edgemint.app;

import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.vault.Vault;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The secrets that the settings name (of default storage and of the platform's issuers). They stay
 * in this process, so they are kept as they are, and what stands in the records is a token.
 */
final class PlatformSecrets implements Secrets {
  private static final String PREFIX = "settings.";

  private final Map<String, Held> held = new ConcurrentHashMap<>();

  @Override
  public SealedSecret seal(byte[] secret, Purpose purpose, int version) {
    String token = PREFIX + held.size();
    held.put(token, new Held(purpose, secret.clone()));
    return new SealedSecret(version, token);
  }

  @Override
  public byte[] open(SealedSecret secret, Purpose purpose) {
    Held found = held.get(secret.text());
    if (found == null || !found.purpose.equals(purpose)) {
      throw new IllegalArgumentException("this secret of the settings is for something else");
    }
    return found.secret.clone();
  }

  /** These secrets together with those of organisations, which a vault seals. */
  Secrets with(Vault vault) {
    return new Secrets() {
      @Override
      public SealedSecret seal(byte[] secret, Purpose purpose, int version) {
        return new SealedSecret(version, vault.seal(secret, purpose.context(version)));
      }

      @Override
      public byte[] open(SealedSecret secret, Purpose purpose) {
        return secret.text().startsWith(PREFIX)
            ? PlatformSecrets.this.open(secret, purpose)
            : vault.open(secret.text(), purpose.context(secret.version()));
      }
    };
  }

  private static final class Held {
    private final Purpose purpose;
    private final byte[] secret;

    private Held(Purpose purpose, byte[] secret) {
      this.purpose = purpose;
      this.secret = secret;
    }
  }
}
