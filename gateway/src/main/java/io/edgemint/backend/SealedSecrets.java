package io.edgemint.backend;

import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Issuer.KeySource.SharedSecret;
import io.edgemint.backend.S3Storage.Credentials.StaticKey;
import io.edgemint.backend.Secrets.Purpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The one place that knows where an organisation has sealed secrets, and what each is for. */
public final class SealedSecrets {
  private final OrgId org;
  private final BiFunction<Purpose, SealedSecret, SealedSecret> change;
  private final Map<Held, SealedSecret> changed = new HashMap<>();

  private SealedSecrets(OrgId org, BiFunction<Purpose, SealedSecret, SealedSecret> change) {
    this.org = org;
    this.change = change;
  }

  /** A sealed secret and what it is for. */
  public record Held(Purpose purpose, SealedSecret secret) {}

  /**
   * All sealed secrets of an organisation, in all revisions of its backends and in destinations;
   * each once.
   */
  public static List<Held> of(Org org) {
    List<Held> all = new ArrayList<>();
    map(
        org,
        (purpose, secret) -> {
          all.add(new Held(purpose, secret));
          return secret;
        });
    return all;
  }

  /**
   * The same organisation with each sealed secret replaced. What stands in several places (as a key
   * does in the revisions of a backend) is asked for once, and stays the same in all of them.
   */
  public static Org map(Org org, BiFunction<Purpose, SealedSecret, SealedSecret> change) {
    SealedSecrets in = new SealedSecrets(org.id(), change);
    return org.withIssuers(org.issuers().stream().map(in::issuer).toList())
        .withBackends(org.backends().stream().map(in::backend).toList())
        .withDestinations(org.destinations().stream().map(in::destination).toList());
  }

  private SealedSecret changed(Purpose purpose, SealedSecret secret) {
    return changed.computeIfAbsent(
        new Held(purpose, secret), held -> change.apply(held.purpose, held.secret));
  }

  private Issuer issuer(Issuer issuer) {
    if (!(issuer.keys() instanceof SharedSecret shared)) {
      return issuer;
    }
    Purpose purpose = Purpose.issuerSecret(issuer.org(), issuer.iss());
    return new Issuer(
        issuer.iss(),
        issuer.audiences(),
        issuer.algorithms(),
        new SharedSecret(shared.kid(), changed(purpose, shared.secret())),
        issuer.claims(),
        issuer.maxLife(),
        issuer.org());
  }

  private Backend backend(Backend backend) {
    Download download =
        switch (backend.download()) {
          case S3Storage s3 -> storage(backend.name(), s3);
          case CloudFront cdn -> cdn.withKeys(keys(backend.name(), cdn));
        };
    return backend.withUpload(storage(backend.name(), backend.upload())).withDownload(download);
  }

  private Destination destination(Destination destination) {
    return destination.withStorage(storage(destination.name(), destination.storage()));
  }

  private S3Storage storage(String backend, S3Storage storage) {
    if (!(storage.credentials() instanceof StaticKey key)) {
      return storage;
    }
    SealedSecret secret = changed(Purpose.s3Secret(org, backend), key.secretAccessKey());
    return storage.withCredentials(new StaticKey(key.accessKeyId(), secret));
  }

  private List<SigningKey> keys(String backend, CloudFront cdn) {
    return cdn.keys().stream()
        .map(
            key ->
                key.withPrivateKey(
                    changed(Purpose.signingKey(org, backend, key.name()), key.privateKey())))
        .toList();
  }
}
