package io.edgemint.registry;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Small organisations for tests of stores. */
final class StoredOrgs {
  static final Change CHANGE = new Change("alice", "test");

  private StoredOrgs() {}

  static Org org(String id) {
    return new Org(
        new OrgId(id),
        0,
        new Policy(new Entitlement(List.of("")), Set.of(), false),
        Revocations.NONE,
        List.of(),
        List.of());
  }

  static Org withIssuer(Org org, String iss) {
    Issuer issuer =
        new Issuer(
            iss,
            Set.of("edgemint"),
            Set.of(Issuer.Algorithm.ES256),
            new Issuer.KeySource.Jwks("{\"keys\":[]}"),
            Issuer.ClaimNames.DEFAULT,
            Issuer.DEFAULT_MAX_LIFE,
            org.id());
    return new Org(
        org.id(), org.version(), org.policy(), org.revocations(), List.of(issuer), org.backends());
  }

  static Org withRole(Org org, String arn) {
    S3Storage storage =
        new S3Storage(
            "firmware",
            "eu-central-1",
            "",
            S3Storage.Endpoint.AMAZON,
            new S3Storage.Credentials.Role(arn, null),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>(Map.of()));
    return org.withBackend(Backend.draft("prod", 1, storage, storage));
  }

  /** The organisation as a store has it, which must be there. */
  static Org stored(BackendStore store, OrgId id) {
    return Objects.requireNonNull(store.load().org(id));
  }

  /** The organisation with one more subject withdrawn. */
  static Org revoking(Org org, String subject) {
    Set<String> subjects = new HashSet<>(org.revocations().subjects());
    subjects.add(subject);
    return new Org(
        org.id(),
        org.version(),
        org.policy(),
        new Revocations(false, subjects, List.of()),
        org.issuers(),
        org.backends());
  }
}
