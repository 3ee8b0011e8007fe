package io.edgemint.onboarding;

import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Secrets sealed by a real vault: the same one is another text each time. */
record VaultSecrets(Vault vault) implements Secrets {
  static VaultSecrets in(Path keyFile) {
    try {
      return new VaultSecrets(Vault.openOrCreate(keyFile));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public SealedSecret seal(byte[] secret, Purpose purpose, int version) {
    return new SealedSecret(version, vault.seal(secret, purpose + "|" + version));
  }

  @Override
  public byte[] open(SealedSecret secret, Purpose purpose) {
    return vault.open(secret.text(), purpose + "|" + secret.version());
  }
}
