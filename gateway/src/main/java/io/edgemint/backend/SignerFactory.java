package io.edgemint.backend;

/** Builds signers; called off the event loop, for keys are opened and tried. */
public interface SignerFactory {
  /**
   * The signer for a download side of an organisation's backend.
   *
   * @param org whose secrets and links they are
   * @param backend the name of the backend, to which its secrets are bound
   * @param download where the links lead
   * @throws IllegalArgumentException if a key cannot be opened or does not fit; the message names
   *     it and the fix
   */
  LinkSigner signer(OrgId org, String backend, Download download);
}
