package io.edgemint.backend;

/**
 * A secret in its encrypted form. Safe to keep and to compare; useless without the key-encryption
 * key and without knowing what it was sealed for.
 *
 * @param version counts how often this secret has been replaced, from 1; it is bound into the text
 * @param text the ciphertext, as the {@code vault} package wrote it
 */
public record SealedSecret(int version, String text) {
  @Override
  public String toString() {
    return "[sealed]";
  }
}
