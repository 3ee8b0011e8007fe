package io.edgemint.loadtest;

import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import java.util.Base64;

/** Keeps secrets as they are: they are made for one measurement and protect nothing. */
final class Unsealed implements Secrets {
  @Override
  public SealedSecret seal(byte[] secret, Purpose purpose, int version) {
    return new SealedSecret(version, Base64.getEncoder().encodeToString(secret));
  }

  @Override
  public byte[] open(SealedSecret secret, Purpose purpose) {
    return Base64.getDecoder().decode(secret.text());
  }
}
