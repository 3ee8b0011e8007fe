package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Download;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.KeySource.SharedSecret;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.onboarding.Onboarding.Impossible;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a file describes over what stands. A secret that is the same stays the same ciphertext,
 * so that applying a file twice changes nothing.
 */
final class Merge {
  private final @Nullable Org old;
  private final OrgFile file;
  private final Secrets secrets;
  private final OrgId id;
  private final List<String> changes = new ArrayList<>();

  Merge(@Nullable Org old, OrgFile file, Secrets secrets) {
    this.old = old;
    this.file = file;
    this.secrets = secrets;
    this.id = file.org().id();
  }

  /** What differs, once the record has been made. */
  List<String> changes() {
    return changes;
  }

  /**
   * The record as it should be written, at the version that was read.
   *
   * @throws Impossible if a standing key would change
   */
  Org org() {
    Org wanted = file.org();
    if (old == null) {
      wanted.backends().forEach(this::tellNew);
      return wanted;
    }
    note("policy", old.policy().equals(wanted.policy()));
    note("revocations", old.revocations().equals(wanted.revocations()));
    List<Issuer> issuers = wanted.issuers().stream().map(this::issuer).toList();
    note("issuers", old.issuers().equals(issuers));
    // What serves, and what served before, is never dropped by a file; the rest is what it names.
    List<Backend> backends = new ArrayList<>(old.backends());
    for (Backend backend : wanted.backends()) {
      put(backends, backend);
    }
    return new Org(id, old.version(), wanted.policy(), wanted.revocations(), issuers, backends);
  }

  private void note(String what, boolean same) {
    if (!same) {
      changes.add(what);
    }
  }

  private void tellNew(Backend backend) {
    changes.add("backend " + backend.name() + " (draft)");
    if (backend.download() instanceof CloudFront cdn) {
      cdn.keys().forEach(key -> tellKey(backend.name(), key));
    }
  }

  private void tellKey(String backend, SigningKey key) {
    if (file.generated().contains(backend + "/" + key.name())) {
      changes.add(
          "signing key %s of %s was made; register its public half with CloudFront:\n%s"
              .formatted(key.name(), backend, key.publicKey().strip()));
    } else {
      changes.add("signing key " + key.name() + " of " + backend);
    }
  }

  private Issuer issuer(Issuer wanted) {
    if (!(wanted.keys() instanceof SharedSecret fresh) || old == null) {
      return wanted;
    }
    for (Issuer known : old.issuers()) {
      if (known.iss().equals(wanted.iss()) && known.keys() instanceof SharedSecret standing) {
        Purpose purpose = Purpose.issuerSecret(id, wanted.iss());
        SealedSecret kept = kept(standing.secret(), fresh.secret(), purpose);
        return new Issuer(
            wanted.iss(),
            wanted.audiences(),
            wanted.algorithms(),
            new SharedSecret(fresh.kid(), kept),
            wanted.claims(),
            wanted.maxLife(),
            wanted.org());
      }
    }
    return wanted;
  }

  private void put(List<Backend> backends, Backend wanted) {
    Backend newest = old == null ? null : old.newest(wanted.name());
    if (newest == null) {
      tellNew(wanted);
      backends.add(wanted);
      return;
    }
    S3Storage upload = storage(newest.upload(), wanted.upload(), wanted.name());
    Download download = download(newest.download(), wanted.download(), wanted.name());
    if (newest.upload().equals(upload) && newest.download().equals(download)) {
      return;
    }
    if (sameBytes(newest, upload, download)) {
      changes.add("backend " + wanted.name() + " (ttl)");
      replace(backends, newest, newest.upload(), newest.download(), upload, download);
      Backend active = old == null ? null : old.active();
      if (active != null
          && active.name().equals(wanted.name())
          && active.revision() != newest.revision()
          && sameBytes(active, upload, download)) {
        replace(backends, active, active.upload(), active.download(), upload, download);
      }
    } else if (newest.state() == Backend.State.DRAFT) {
      // A draft that nothing relies on is simply written again, unverified.
      changes.add("backend " + wanted.name() + " (draft)");
      backends.remove(newest);
      backends.add(Backend.draft(wanted.name(), newest.revision(), upload, download));
    } else {
      int revision = newest.revision() + 1;
      changes.add("backend " + wanted.name() + " (new draft, revision " + revision + ")");
      backends.add(Backend.draft(wanted.name(), revision, upload, download));
    }
  }

  private static void replace(
      List<Backend> backends,
      Backend standing,
      S3Storage oldUpload,
      Download oldDownload,
      S3Storage upload,
      Download download) {
    Backend changed =
        new Backend(
            standing.name(),
            standing.revision(),
            standing.state(),
            withTtl(oldUpload, upload.ttl()),
            oldDownload instanceof S3Storage s3
                ? withTtl(s3, download.ttl())
                : withTtl((CloudFront) oldDownload, download.ttl()),
            standing.uploadSide(),
            standing.downloadSide());
    backends.replaceAll(backend -> backend.equals(standing) ? changed : backend);
  }

  private static boolean sameBytes(Backend standing, S3Storage upload, Download download) {
    Duration any = Duration.ofMinutes(1);
    UnaryOperator<Download> flat =
        side ->
            switch (side) {
              case S3Storage s3 -> withTtl(s3, any);
              case CloudFront cdn -> withTtl(cdn, any);
            };
    return flat.apply(standing.upload()).equals(flat.apply(upload))
        && flat.apply(standing.download()).equals(flat.apply(download));
  }

  private Download download(Download standing, Download wanted, String backend) {
    return switch (wanted) {
      case S3Storage s3 -> standing instanceof S3Storage known ? storage(known, s3, backend) : s3;
      case CloudFront cdn ->
          standing instanceof CloudFront known ? distribution(known, cdn, backend) : cdn;
    };
  }

  private S3Storage storage(S3Storage standing, S3Storage wanted, String backend) {
    if (!(standing.credentials() instanceof Credentials.StaticKey known)
        || !(wanted.credentials() instanceof Credentials.StaticKey fresh)) {
      return wanted;
    }
    SealedSecret kept =
        kept(known.secretAccessKey(), fresh.secretAccessKey(), Purpose.s3Secret(id, backend));
    return new S3Storage(
        wanted.bucket(),
        wanted.region(),
        wanted.prefix(),
        wanted.endpoint(),
        new Credentials.StaticKey(fresh.accessKeyId(), kept),
        wanted.encryption(),
        wanted.ttl(),
        wanted.responseHeaders());
  }

  /** Keys that stand keep their state; what the file adds waits as next. */
  private CloudFront distribution(CloudFront standing, CloudFront wanted, String backend) {
    List<SigningKey> keys = new ArrayList<>();
    for (SigningKey fresh : wanted.keys()) {
      SigningKey known =
          standing.keys().stream()
              .filter(key -> key.name().equals(fresh.name()))
              .findFirst()
              .orElse(null);
      if (known == null) {
        tellKey(backend, fresh);
        keys.add(withState(fresh, standing.keys().isEmpty() ? KeyState.ACTIVE : KeyState.NEXT));
        continue;
      }
      boolean generated = file.generated().contains(backend + "/" + fresh.name());
      if (!generated && !known.publicKey().equals(fresh.publicKey())) {
        throw new Impossible(
            "signing key '%s' of backend '%s' is another key than the one that stands; add it under"
                    .formatted(fresh.name(), backend)
                + " a new name");
      }
      keys.add(
          new SigningKey(
              known.name(),
              fresh.id() == null ? known.id() : fresh.id(),
              known.algorithm(),
              fresh.hash(),
              known.state(),
              known.privateKey(),
              known.publicKey()));
    }
    // A key that the file no longer names stands on: links that it signed may still be out.
    standing.keys().stream()
        .filter(key -> keys.stream().noneMatch(kept -> kept.name().equals(key.name())))
        .forEach(keys::add);
    return new CloudFront(wanted.scheme(), wanted.host(), wanted.pathPrefix(), keys, wanted.ttl());
  }

  private static SigningKey withState(SigningKey key, KeyState state) {
    return new SigningKey(
        key.name(),
        key.id(),
        key.algorithm(),
        key.hash(),
        state,
        key.privateKey(),
        key.publicKey());
  }

  /**
   * The standing ciphertext if it hides the same secret, else the fresh one as the next version.
   */
  private SealedSecret kept(SealedSecret standing, SealedSecret fresh, Purpose purpose) {
    byte[] before = secrets.open(standing, purpose);
    byte[] after = secrets.open(fresh, purpose);
    try {
      return MessageDigest.isEqual(before, after)
          ? standing
          : secrets.seal(after, purpose, standing.version() + 1);
    } finally {
      Arrays.fill(before, (byte) 0);
      Arrays.fill(after, (byte) 0);
    }
  }

  private static S3Storage withTtl(S3Storage s3, Duration ttl) {
    return new S3Storage(
        s3.bucket(),
        s3.region(),
        s3.prefix(),
        s3.endpoint(),
        s3.credentials(),
        s3.encryption(),
        ttl,
        s3.responseHeaders());
  }

  private static CloudFront withTtl(CloudFront cdn, Duration ttl) {
    return new CloudFront(cdn.scheme(), cdn.host(), cdn.pathPrefix(), cdn.keys(), ttl);
  }
}
