package io.edgemint.onboarding;

/** Pieces of organisations' files. */
public final class Yaml {
  public static final String ROLE = "role: 'arn:aws:iam::123456789012:role/edge'";

  /** A key pair whose secret half is in the variable {@code SECRET}. */
  public static final String KEY_PAIR =
      "static: {access_key_id: AKIDEXAMPLE, secret_access_key: {env: SECRET}}";

  public static final String MADE_KEY = "{name: first, private_key: {generate: true}}";

  private Yaml() {}

  /** An organisation that may read everything. */
  public static String org(String id) {
    return "org: " + id + "\npolicy: {entitlement: ['']}\n";
  }

  /** A bucket; {@code more} is empty or begins with a comma. */
  public static String bucket(String credentials, String more) {
    return "{bucket: acme-firmware, region: eu-west-1, credentials: {%s}%s}"
        .formatted(credentials, more);
  }

  /** A distribution with keys; {@code more} is empty or begins with a comma. */
  public static String distribution(String keys, String more) {
    return "{cloudfront: {host: d111.cloudfront.net, signing_keys: [%s]%s}}".formatted(keys, more);
  }

  /** The one backend, {@code prod}, written to and read from a bucket. */
  public static String backend(String bucket) {
    return "backends:\n  - {name: prod, upload: {s3: " + bucket + "}}\n";
  }

  /** The one backend, {@code prod}, with a download side of its own. */
  public static String backend(String bucket, String download) {
    return "backends:\n  - {name: prod, upload: {s3: %s}, download: %s}\n"
        .formatted(bucket, download);
  }

  /** The one destination, {@code archive}. */
  public static String destination(String bucket) {
    return "destinations:\n  - {name: archive, s3: " + bucket + "}\n";
  }

  static String issuer(String iss) {
    return "  - {issuer: '%s', audiences: [edgemint], algorithms: [ES256], keys: {jwks_url: 'https://login.example/jwks'}}\n"
        .formatted(iss);
  }
}
