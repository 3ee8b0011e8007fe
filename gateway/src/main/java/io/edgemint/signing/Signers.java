package io.edgemint.signing;

import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Download;
import io.edgemint.backend.LinkSigner;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.backend.SignerFactory;
import io.edgemint.credentials.Sessions;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** Builds the signer of each backend: sealed keys opened and tried, prefixes encoded. */
public final class Signers implements SignerFactory {
  private final CryptoProvider crypto;
  private final SigningKeys keys;
  private final Secrets secrets;
  private final Sessions sessions;

  /** Signs with the given cryptography. */
  public Signers(CryptoProvider crypto, Secrets secrets, Sessions sessions) {
    this.crypto = crypto;
    this.keys = new SigningKeys(crypto);
    this.secrets = secrets;
    this.sessions = sessions;
  }

  @Override
  public LinkSigner signer(OrgId org, String backend, Download download) {
    return switch (download) {
      case S3Storage s3 -> new S3LinkSigner(S3Target.of(org, s3), sessions.of(org, backend, s3));
      case CloudFront cdn -> cloudFront(org, backend, cdn);
    };
  }

  private LinkSigner cloudFront(OrgId org, String backend, CloudFront cdn) {
    SigningKey key = cdn.activeKey();
    String id = key == null ? null : key.id();
    if (key == null || id == null) {
      throw new IllegalArgumentException(
          "keys: none is active with a key id; register the public half with CloudFront, send its"
              + " id (K...) back and promote the key");
    }
    SigningKeyPair pair;
    try {
      pair = open(org, backend, key);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("key '" + key.name() + "': " + e.getMessage(), e);
    }
    try {
      return new CloudFrontSigner(crypto, org, cdn, id, pair, key.hash());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("key '" + key.name() + "': it cannot sign", e);
    }
  }

  private SigningKeyPair open(OrgId org, String backend, SigningKey key) {
    byte[] pkcs8 = secrets.open(key.privateKey(), Purpose.signingKey(org, backend, key.name()));
    try {
      SigningKeyPair pair = keys.open(pkcs8, key.publicKey());
      if (pair.algorithm() != key.algorithm()) {
        throw new IllegalArgumentException(
            "it is " + pair.algorithm() + ", and its record says " + key.algorithm());
      }
      return pair;
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }
}
