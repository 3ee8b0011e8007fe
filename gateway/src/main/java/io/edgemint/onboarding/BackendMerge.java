package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Backend.Standby;
import io.edgemint.backend.Backend.State;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Download;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.onboarding.Impossible.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts one backend of a file among the revisions that stand. What decides bytes never changes
 * within a revision: a new one waits as a draft, in place of drafts that waited before, while what
 * serves goes on serving. Only lives of links change where they are.
 */
final class BackendMerge {
  private final List<Backend> standing;
  private final Backend wanted;
  private final OrgFile file;
  private final StandingSecrets secrets;
  private final InstantSource clock;
  private final List<String> changes;
  private final OrgId org;

  /**
   * Prepares to merge.
   *
   * @param standing all revisions of the organisation's backends
   * @param changes takes what differs, in words without secrets
   */
  BackendMerge(
      List<Backend> standing,
      Backend wanted,
      OrgFile file,
      StandingSecrets secrets,
      InstantSource clock,
      List<String> changes) {
    this.standing = standing;
    this.wanted = wanted;
    this.file = file;
    this.secrets = secrets;
    this.clock = clock;
    this.changes = changes;
    this.org = file.org().id();
  }

  /** All revisions as they should be; each that stays keeps its place. */
  List<Backend> merged() {
    List<Backend> next = new ArrayList<>(withWanted());
    for (Backend revision : List.copyOf(next)) {
      if (revision.name().equals(wanted.name()) && revision.download() instanceof CloudFront cdn) {
        next.replaceAll(it -> it.name().equals(wanted.name()) ? withKeysOf(it, cdn) : it);
      }
    }
    return next;
  }

  /** A key belongs to the distribution, so it waits on each revision that reads from there. */
  private static Backend withKeysOf(Backend backend, CloudFront other) {
    if (!(backend.download() instanceof CloudFront cdn) || !cdn.host().equals(other.host())) {
      return backend;
    }
    List<SigningKey> keys = new ArrayList<>(cdn.keys());
    for (SigningKey key : other.keys()) {
      if (cdn.key(key.name()) == null) {
        keys.add(key.withState(KeyState.NEXT));
      }
    }
    return keys.size() == cdn.keys().size() ? backend : backend.withDownload(cdn.withKeys(keys));
  }

  private List<Backend> withWanted() {
    Backend newest = newest(false);
    if (newest == null) {
      SigningKeyMerge.refuseIdsOfNewKeys(wanted, List.of(), file);
      return added(null, wanted.upload(), wanted.download(), 1);
    }
    Backend active = newest(true);
    if (active != null) {
      S3Storage upload = storage(active.upload(), wanted.upload());
      Download download = download(active.download());
      if (sameBytes(active, upload, download)) {
        return withTtls(withoutDrafts(), active, active, upload, download);
      }
    }
    S3Storage upload = storage(newest.upload(), wanted.upload());
    Download download = download(newest.download());
    if (sameBytes(newest, upload, download)) {
      return withTtls(standing, newest, active, upload, download);
    }
    return added(active, upload, download, newest.revision() + 1);
  }

  private @Nullable Backend newest(boolean active) {
    return standing.stream()
        .filter(it -> it.name().equals(wanted.name()))
        .filter(it -> !active || it.state() == State.ACTIVE)
        .reduce((a, b) -> a.revision() > b.revision() ? a : b)
        .orElse(null);
  }

  private List<Backend> added(
      @Nullable Backend active, S3Storage upload, Download download, int revision) {
    changes.add("backend " + wanted.name() + " (new draft, revision " + revision + ")");
    tellNewKeys(download);
    List<Backend> next =
        active == null
            ? withoutDrafts()
            : withTtls(withoutDrafts(), active, active, upload, download);
    Download read = download instanceof CloudFront cdn ? withLinksUntil(cdn, next) : download;
    next.add(
        Backend.draft(wanted.name(), revision, upload, read)
            .withStandby(wanted.standby())
            .withObjects(wanted.objects()));
    return next;
  }

  /** Links that a key made for another revision live on when this one serves. */
  private CloudFront withLinksUntil(CloudFront draft, List<Backend> revisions) {
    List<SigningKey> keys = new ArrayList<>(draft.keys());
    for (Backend revision : revisions) {
      if (revision.name().equals(wanted.name()) && revision.download() instanceof CloudFront cdn) {
        keys.replaceAll(
            key -> {
              SigningKey same = cdn.key(key.name());
              return same == null ? key : key.withLinksUntil(same.linksUntil());
            });
      }
    }
    return draft.withKeys(keys);
  }

  /** Without the revisions that wait: nothing relies on them, and they would pile up. */
  private List<Backend> withoutDrafts() {
    List<Backend> next = new ArrayList<>();
    for (Backend backend : standing) {
      boolean waits = backend.state() == State.DRAFT || backend.state() == State.VERIFIED;
      if (waits && backend.name().equals(wanted.name())) {
        changes.add(
            "backend %s (revision %d withdrawn)".formatted(wanted.name(), backend.revision()));
      } else {
        next.add(backend);
      }
    }
    return next;
  }

  /** Lives act at once, on the newest revision and on the one that serves. */
  private List<Backend> withTtls(
      List<Backend> revisions,
      Backend newest,
      @Nullable Backend active,
      S3Storage upload,
      Download download) {
    List<Backend> next = new ArrayList<>(revisions);
    next.replaceAll(
        it -> {
          if (it.equals(newest)) {
            return withTtls(withKeys(it, download), upload, download);
          }
          return it.equals(active) ? withTtls(it, upload, download) : it;
        });
    return next;
  }

  private Backend withKeys(Backend standing, Download merged) {
    if (!(standing.download() instanceof CloudFront before)
        || !(merged instanceof CloudFront after)
        || before.keys().equals(after.keys())) {
      return standing;
    }
    if (!sameBytes(standing, standing.upload(), Lives.of(after, before.ttl()))) {
      return standing; // A new revision has them.
    }
    changes.add(
        "backend %s (signing keys of revision %d)".formatted(wanted.name(), standing.revision()));
    tellNewKeys(after);
    return standing.withDownload(before.withKeys(after.keys()));
  }

  private Backend withTtls(Backend backend, S3Storage upload, Download download) {
    Backend changed =
        backend
            .withUpload(Lives.of(backend.upload(), upload.ttl()))
            .withDownload(withTtl(backend.download(), download.ttl()))
            .withStandby(standby(backend))
            .withObjects(backend.objects().withChecked(wanted.objects().checked()));
    if (!changed.equals(backend)) {
      String what =
          !Objects.equals(changed.standby(), backend.standby())
              ? "standby"
              : changed.objects().equals(backend.objects()) ? "ttl" : "check_objects";
      changes.add(
          "backend %s (%s of revision %d)".formatted(wanted.name(), what, backend.revision()));
    }
    return changed;
  }

  private @Nullable Standby standby(Backend standing) {
    if (standing.service().failedOver() && !Objects.equals(standing.standby(), wanted.standby())) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "the standby of backend '%s' serves now; fail back before it is changed"
              .formatted(wanted.name()));
    }
    return standing.download() instanceof S3Storage ? wanted.standby() : null;
  }

  /** A life that falls leaves longer links about, which count when their key is retired. */
  private Download withTtl(Download standing, Duration ttl) {
    if (standing instanceof CloudFront cdn && ttl.compareTo(cdn.ttl()) < 0) {
      long end = clock.instant().plus(cdn.ttl()).getEpochSecond();
      List<SigningKey> keys =
          cdn.keys().stream()
              .map(key -> key.state() == KeyState.ACTIVE ? key.withLinksUntil(end) : key)
              .toList();
      return Lives.of(cdn.withKeys(keys), ttl);
    }
    return Lives.of(standing, ttl);
  }

  private static boolean sameBytes(Backend standing, S3Storage upload, Download download) {
    Duration any = Duration.ofMinutes(1);
    return Lives.of(standing.upload(), any).equals(Lives.of(upload, any))
        && ofActiveKey(Lives.of(standing.download(), any))
            .equals(ofActiveKey(Lives.of(download, any)));
  }

  /** Only the key that signs decides bytes; others come and go within a revision. */
  private static Download ofActiveKey(Download side) {
    return side instanceof CloudFront cdn
        ? cdn.withKeys(cdn.keys().stream().filter(key -> key.state() == KeyState.ACTIVE).toList())
        : side;
  }

  private Download download(Download known) {
    return switch (wanted.download()) {
      case S3Storage s3 -> known instanceof S3Storage other ? storage(other, s3) : s3;
      case CloudFront cdn -> {
        List<SigningKey> keys = known instanceof CloudFront other ? other.keys() : List.of();
        yield new SigningKeyMerge(keys, wanted, file).merged(cdn);
      }
    };
  }

  private S3Storage storage(S3Storage known, S3Storage fresh) {
    return secrets.kept(known, fresh, org, wanted.name());
  }

  private void tellNewKeys(Download download) {
    if (!(download instanceof CloudFront cdn)) {
      return;
    }
    for (SigningKey key : cdn.keys()) {
      if (standing.stream().anyMatch(it -> holds(it, key))) {
        continue;
      }
      changes.add(
          file.generated().contains(wanted.name() + "/" + key.name())
              ? "signing key %s of %s was made; register its public half with CloudFront:\n%s"
                  .formatted(key.name(), wanted.name(), key.publicKey().strip())
              : "signing key " + key.name() + " of " + wanted.name());
    }
  }

  private boolean holds(Backend backend, SigningKey key) {
    return backend.name().equals(wanted.name())
        && backend.download() instanceof CloudFront cdn
        && cdn.keys().stream().anyMatch(it -> it.name().equals(key.name()));
  }
}
