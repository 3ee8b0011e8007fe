package io.edgemint.sandbox;

import io.edgemint.canary.Canaries;
import java.util.List;
import java.util.Locale;

/**
 * A sample organisation and its bucket.
 *
 * @param id its id
 * @param account whose buckets it uses
 * @param bucket its own bucket
 * @param prefix what stands before every key in the bucket: empty, or ending with a slash
 */
public record Tenant(String id, Account account, String bucket, String prefix) {
  /** Served through CloudFront with an RSA key. */
  public static final Tenant ACME = of("acme", "releases/");

  /** Served through CloudFront with an ECDSA key; it also has a token issuer of its own. */
  public static final Tenant GLOBEX = of("globex", "releases/");

  /** Served from S3. */
  public static final Tenant INITECH = of("initech", "");

  /** Has a backend that is not active, so that default storage serves it. */
  public static final Tenant UMBRELLA = of("umbrella", "");

  /** All of them. */
  public static final List<Tenant> ALL = List.of(ACME, GLOBEX, INITECH, UMBRELLA);

  /** No organisation: the platform, whose bucket is the default storage. */
  static final Tenant PLATFORM = of("platform", "orgs/");

  /** The name of each one's backend. */
  public static final String BACKEND = "prod";

  private static Tenant of(String id, String prefix) {
    var account =
        new Account("AKIA" + id.toUpperCase(Locale.ROOT) + "EXAMPLE", Canaries.text(id), id + "-*");
    return new Tenant(id, account, id + "-firmware", prefix);
  }

  /** What CloudFront calls the public half of its signing key. */
  String publicKeyId() {
    return "K" + id.toUpperCase(Locale.ROOT) + "SANDBOX";
  }
}
