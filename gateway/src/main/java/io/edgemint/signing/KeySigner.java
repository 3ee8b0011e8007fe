package io.edgemint.signing;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.SignatureException;

/**
 * Signs with one private key. Each thread has its own {@link Signature}, keyed once: creating and
 * keying one costs more than an elliptic-curve signature itself.
 */
final class KeySigner {
  private final ThreadLocal<Signature> signatures;

  /** Finds at once whether the key fits; the thread that prepares a signer does not use it. */
  KeySigner(Keyed keyed) throws GeneralSecurityException {
    keyed.signature();
    signatures = ThreadLocal.withInitial(() -> keyedOrFault(keyed));
  }

  private static Signature keyedOrFault(Keyed keyed) {
    try {
      return keyed.signature();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the signing key no longer fits its algorithm", e);
    }
  }

  /**
   * Signs a message.
   *
   * @throws IllegalStateException if the provider fails; the thread begins anew then, for half a
   *     message may be left in the signature
   */
  byte[] sign(byte[] message) {
    Signature signature = signatures.get();
    try {
      signature.update(message);
      return signature.sign();
    } catch (SignatureException | RuntimeException e) {
      signatures.remove();
      throw new IllegalStateException("the provider could not sign", e);
    }
  }

  /** Makes signatures that are ready to sign. */
  @FunctionalInterface
  interface Keyed {
    Signature signature() throws GeneralSecurityException;
  }
}
