package io.edgemint.setup;

import io.edgemint.Seeded;
import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Download;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.backend.S3Storage.Encryption;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.backend.SealedSecret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Backends that documents are written for. */
public final class Setups {
  static final OrgId ACME = new OrgId("acme");

  static final String ROLE = "arn:aws:iam::123456789012:role/edgemint";
  static final String VIA = "arn:aws:iam::999999999999:role/binary_backend_acme_prod";
  static final String KEY_ARN =
      "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  /** A public half that stays the same, as golden documents must. */
  static final String PEM =
      """
      -----BEGIN PUBLIC KEY-----
      MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
      6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
      -----END PUBLIC KEY-----
      """;

  /** What no grammar of ours keeps out of a prefix, and shells, JSON and HCL care about. */
  private static final String NASTY = " !#%&'()+,-.:;<=>@[]^_`|~aZ09";

  private Setups() {}

  /** A bucket in eu-west-1 whose uploads AWS KMS encrypts. */
  public static S3Storage bucket(String prefix) {
    return new S3Storage(
        "acme-firmware",
        "eu-west-1",
        prefix,
        Endpoint.AMAZON,
        new Role(ROLE, VIA),
        new Encryption.SseKms(KEY_ARN),
        Duration.ofMinutes(15),
        new TreeMap<>());
  }

  static S3Storage in(String region, String roleArn, String prefix) {
    return new S3Storage(
        "acme-firmware",
        region,
        prefix,
        Endpoint.AMAZON,
        new Role(roleArn, null),
        new Encryption.BucketDefault(),
        Duration.ofMinutes(15),
        new TreeMap<>());
  }

  static S3Storage with(S3Storage it, Encryption encryption) {
    return new S3Storage(
        it.bucket(),
        it.region(),
        it.prefix(),
        it.endpoint(),
        it.credentials(),
        encryption,
        it.ttl(),
        it.responseHeaders());
  }

  static S3Storage with(S3Storage it, Endpoint endpoint) {
    return new S3Storage(
        it.bucket(),
        it.region(),
        it.prefix(),
        endpoint,
        it.credentials(),
        it.encryption(),
        it.ttl(),
        it.responseHeaders());
  }

  static S3Storage with(S3Storage it, S3Storage.Credentials credentials) {
    return new S3Storage(
        it.bucket(),
        it.region(),
        it.prefix(),
        it.endpoint(),
        credentials,
        it.encryption(),
        it.ttl(),
        it.responseHeaders());
  }

  static S3Storage answering(S3Storage it, Map<String, String> headers) {
    return new S3Storage(
        it.bucket(),
        it.region(),
        it.prefix(),
        it.endpoint(),
        it.credentials(),
        it.encryption(),
        it.ttl(),
        new TreeMap<>(headers));
  }

  static CloudFront cdn(String host, String pathPrefix, SigningKey... keys) {
    return new CloudFront("https", host, pathPrefix, List.of(keys), Duration.ofHours(1));
  }

  static SigningKey key(String name, @Nullable String id) {
    return new SigningKey(
        name,
        id,
        KeyAlgorithm.ECDSA_P256,
        Hash.SHA256,
        KeyState.ACTIVE,
        new SealedSecret(1, "v1.sealed"),
        PEM);
  }

  /** A backend whose devices read from its bucket. */
  public static Backend plain(S3Storage storage) {
    return Backend.draft("prod", 1, storage, storage);
  }

  static Backend behind(Download cdn, S3Storage upload) {
    return Backend.draft("prod", 1, upload, cdn);
  }

  /** Its documents, for the gateway's role that it names. */
  public static Setup of(Backend backend) {
    return Setup.of(ACME, backend, VIA, "acme");
  }

  /** A prefix that is allowed, made of what careless quoting trips over. */
  public static String prefix(RandomGenerator random) {
    while (true) {
      StringBuilder prefix = new StringBuilder();
      for (int i = random.nextInt(3); i >= 0; i--) {
        prefix.append(Seeded.string(random, NASTY, 1, 12)).append('/');
      }
      if (ObjectKey.of(prefix + "x") instanceof ObjectKey) {
        return prefix.toString();
      }
    }
  }
}
