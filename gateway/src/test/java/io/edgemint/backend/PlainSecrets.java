package io.edgemint.backend;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Secrets that are not sealed, but do not open for another purpose either. */
public final class PlainSecrets implements Secrets {
  @Override
  public SealedSecret seal(byte[] secret, Purpose purpose, int version) {
    return new SealedSecret(version, purpose + "=" + Base64.getEncoder().encodeToString(secret));
  }

  @Override
  public byte[] open(SealedSecret secret, Purpose purpose) {
    String owner = purpose + "=";
    if (!secret.text().startsWith(owner)) {
      throw new IllegalArgumentException("the secret was sealed for another purpose");
    }
    byte[] text = secret.text().substring(owner.length()).getBytes(StandardCharsets.US_ASCII);
    return Base64.getDecoder().decode(text);
  }
}
