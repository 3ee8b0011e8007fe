package io.edgemint.signing;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Base64;

/** A private key that signs for CloudFront and its public half, tried together. */
public final class SigningKeyPair {
  private final KeyAlgorithm algorithm;
  private final PrivateKey privateKey;
  private final PublicKey publicKey;

  SigningKeyPair(KeyAlgorithm algorithm, PrivateKey privateKey, PublicKey publicKey) {
    this.algorithm = algorithm;
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** The kind of the key. */
  public KeyAlgorithm algorithm() {
    return algorithm;
  }

  /** The private half as PKCS#8 DER, to be sealed; the caller wipes the array. */
  public byte[] pkcs8() {
    return privateKey.getEncoded();
  }

  /** The public half as PEM (SubjectPublicKeyInfo), as CloudFront takes it. */
  public String publicPem() {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return "-----BEGIN PUBLIC KEY-----\n"
        + lines.encodeToString(publicKey.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  PrivateKey privateKey() {
    return privateKey;
  }

  PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public String toString() {
    return "SigningKeyPair[" + algorithm + "]";
  }
}
