package io.edgemint.backend;

import org.jspecify.annotations.Nullable;

/** Seals and opens the secrets of organisations; CPU only, not meant for event loops. */
public interface Secrets {
  /** Seals a secret for one purpose alone, as its given version. */
  SealedSecret seal(byte[] secret, Purpose purpose, int version);

  /**
   * Opens a secret; the caller wipes the array after use.
   *
   * @throws IllegalArgumentException if it was sealed for something else, was changed, or its
   *     key-encryption key is not here
   */
  byte[] open(SealedSecret secret, Purpose purpose);

  /**
   * What a secret is for. A ciphertext moved to another purpose does not open.
   *
   * @param org whose it is
   * @param backend the name of the backend, or the issuer, that uses it
   * @param kind what it is, for example {@code s3-secret-key}
   */
  record Purpose(OrgId org, String backend, String kind) {
    /** The platform; it owns the secrets of default storage, whoever's links they sign. */
    private static final OrgId PLATFORM = new OrgId("platform");

    /** The secret half of an S3 key pair. */
    public static Purpose s3Secret(OrgId org, String backend) {
      return new Purpose(owner(org, backend), backend, "s3-secret-key");
    }

    /** A private key that signs CloudFront links. */
    public static Purpose signingKey(OrgId org, String backend, String keyName) {
      return new Purpose(owner(org, backend), backend, "signing-key/" + keyName);
    }

    /** A secret shared with a token issuer; without an organisation, one of the platform. */
    public static Purpose issuerSecret(@Nullable OrgId org, String iss) {
      return new Purpose(org == null ? PLATFORM : org, iss, "issuer-secret");
    }

    /**
     * What a ciphertext is bound to: the purpose and the version of the secret. Lengths stand
     * before the parts, so that no two purposes read the same.
     */
    public String context(int version) {
      StringBuilder context = new StringBuilder();
      for (String part : new String[] {org.value(), backend, kind}) {
        context.append(part.length()).append(':').append(part).append('|');
      }
      return context.append(version).toString();
    }

    private static OrgId owner(OrgId org, String backend) {
      // No organisation's backend bears this name, so the two never meet.
      return backend.equals(DefaultStorage.NAME) ? PLATFORM : org;
    }
  }
}
