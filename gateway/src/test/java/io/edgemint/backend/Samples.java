package io.edgemint.backend;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Small records for tests of the core. */
public final class Samples {
  private Samples() {}

  /** A bucket of a customer, reached with a key pair over a custom endpoint. */
  public static S3Storage s3(String bucket) {
    return new S3Storage(
        bucket,
        "eu-west-1",
        "",
        S3Storage.Endpoint.AMAZON,
        new S3Storage.Credentials.StaticKey("AKIDEXAMPLE", new SealedSecret(1, "v1.sealed")),
        new S3Storage.Encryption.BucketDefault(),
        Duration.ofMinutes(15),
        new TreeMap<>());
  }

  /** An organisation that may read everything and has these backends. */
  public static Org org(String id, Backend... backends) {
    return org(id, new Policy(new Entitlement(List.of("")), Set.of(), false), backends);
  }

  /** An organisation with a policy and backends. */
  public static Org org(String id, Policy policy, Backend... backends) {
    return new Org(new OrgId(id), 1, policy, Revocations.NONE, List.of(), List.of(backends));
  }

  /** The next version of an organisation, which has revoked one subject and keeps its policy. */
  public static Org revoking(Org org, String subject) {
    var revocations = new Revocations(false, Set.of(subject), List.of());
    return new Org(
        org.id(), org.version() + 1, org.policy(), revocations, org.issuers(), org.backends());
  }

  /** A revision that a probe has verified on both sides. */
  public static Backend verified(String name, int revision) {
    S3Storage storage = s3(name + "-bucket");
    return new Backend(
        name,
        revision,
        Backend.State.VERIFIED,
        storage,
        storage,
        Verification.VERIFIED,
        Verification.VERIFIED);
  }

  /** A key that is known to be legal. */
  public static ObjectKey key(String value) {
    return (ObjectKey) ObjectKey.of(value);
  }
}
