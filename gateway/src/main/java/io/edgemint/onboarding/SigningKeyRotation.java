package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Backend.State;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Verification;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.probe.Check;
import io.edgemint.probe.Check.Side;
import io.edgemint.probe.Probe;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import java.nio.CharBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes the keys of a distribution without a failed link: a new one is added, registered with
 * CloudFront, proved by a link that it signed, and promoted; the old one is let go when the last of
 * its links has ended. Waits for disk and network, so never on an event loop.
 *
 * <p>A key belongs to the distribution: every revision of the backend that names the same host has
 * the same keys, so that a rollback does not bring an old one back.
 */
public final class SigningKeyRotation {
  /** For gateways that follow the registry late, and clocks that differ. */
  private static final Duration MARGIN = Duration.ofMinutes(2);

  private final OrgEditor editor;
  private final Probe probe;
  private final Secrets secrets;
  private final SigningKeys material;
  private final InstantSource clock;

  /** Works on a store with a probe; new keys are sealed. */
  public SigningKeyRotation(
      BackendStore store, Probe probe, Secrets secrets, SigningKeys material, InstantSource clock) {
    this.editor = new OrgEditor(store);
    this.probe = probe;
    this.secrets = secrets;
    this.material = material;
    this.clock = clock;
  }

  /**
   * A key to add.
   *
   * @param name what the organisation calls it
   * @param algorithm its kind, if it is to be made here
   * @param hash the digest that it signs
   * @param pem the private key if it was made elsewhere, else null; the caller wipes its array
   */
  public record NewKey(String name, KeyAlgorithm algorithm, Hash hash, @Nullable CharBuffer pem) {
    /** Leaves out the key. */
    @Override
    public String toString() {
      return "NewKey[" + name + "]";
    }
  }

  /**
   * Adds a key that waits; its public half is to be registered with CloudFront.
   *
   * @throws Impossible if there is no such distribution, or it has a key of that name
   * @throws IllegalArgumentException if the name or the key is none; the message says why
   */
  public SigningKey add(OrgId id, String backend, NewKey wanted, Order order) {
    String name = CloudFrontReader.keyName(wanted.name());
    CharBuffer pem = wanted.pem();
    SigningKeyPair pair = pem == null ? material.generate(wanted.algorithm()) : material.read(pem);
    SigningKey key =
        CloudFrontReader.sealed(
            secrets, pair, name, null, wanted.hash(), KeyState.NEXT, id, backend);
    editor.edit(
        id,
        order,
        "add signing key " + backend + "/" + name,
        org -> {
          if (distribution(target(org, backend)).key(name) != null) {
            throw new Impossible(
                Reason.CONTRADICTION,
                "backend '%s' has a signing key '%s' already; choose another name"
                    .formatted(backend, name));
          }
          return onEach(
              org,
              backend,
              cdn -> {
                List<SigningKey> keys = new ArrayList<>(cdn.keys());
                keys.add(key);
                return cdn.withKeys(keys);
              });
        });
    return key;
  }

  /**
   * Notes the id that CloudFront gave to the public half of a key.
   *
   * @throws Impossible if there is no such key, it signs under another id already, or another key
   *     has that id
   * @throws IllegalArgumentException if it is no such id
   */
  public SigningKey register(OrgId id, String backend, String name, String keyId, Order order) {
    CloudFrontReader.keyId(keyId);
    Org written =
        editor.edit(
            id,
            order,
            "register signing key " + backend + "/" + name,
            org -> {
              SigningKey key = key(org, backend, name);
              if (keyId.equals(key.id())) {
                return org;
              }
              if (key.state() != KeyState.NEXT && key.id() != null) {
                throw new Impossible(
                    Reason.WRONG_STATE,
                    "signing key '%s' has signed under another id; add a new key".formatted(name));
              }
              if (distribution(target(org, backend)).keys().stream()
                  .anyMatch(it -> keyId.equals(it.id()))) {
                throw new Impossible(
                    Reason.CONTRADICTION,
                    "another signing key of backend '%s' has this id; look up the id of the public key of '%s'"
                        .formatted(backend, name));
              }
              return onEach(org, backend, cdn -> changed(cdn, name, it -> it.withId(keyId)));
            });
    return key(written, backend, name);
  }

  /**
   * What became of a promotion.
   *
   * @param promoted whether the key signs now
   * @param checks everything that was tried with it
   */
  public record Promotion(boolean promoted, List<Check> checks) {}

  /**
   * Tries a waiting key along the path of a device and, if all of it works, lets it sign. What
   * signed before retires.
   *
   * @throws Impossible if there is no such key, it does not wait or has no id
   */
  public Promotion promote(
      OrgId id, String backend, String name, Order order, Consumer<Check> progress) {
    Org before = editor.org(id, order);
    Backend tried = target(before, backend);
    requirePromotable(key(before, backend, name));
    List<Check> checks =
        probe.run(id, tried.withDownload(promoted(distribution(tried), name)), progress);
    if (Onboarding.verdict(checks, Side.DOWNLOAD).verdict() != Verification.Verdict.VERIFIED) {
      return new Promotion(false, checks);
    }
    editor.edit(
        id,
        order.ofAnyVersion(),
        "promote signing key " + backend + "/" + name,
        org -> {
          requirePromotable(key(org, backend, name));
          if (!distribution(target(org, backend)).equals(distribution(tried))) {
            throw new Impossible(
                Reason.VERSION_CHANGED,
                "backend '%s' was changed while the key was tried; promote it again"
                    .formatted(backend));
          }
          return untried(onEach(org, backend, cdn -> promoted(cdn, name)), tried);
        });
    return new Promotion(true, checks);
  }

  /** What waits on the same distribution would be activated with a key that nobody tried there. */
  private static Org untried(Org org, Backend tried) {
    Org next = org;
    for (Backend revision : org.backends()) {
      boolean waits = revision.state() == State.DRAFT || revision.state() == State.VERIFIED;
      if (waits
          && revision.name().equals(tried.name())
          && !revision.isSameRevisionAs(tried)
          && revision.download() instanceof CloudFront cdn
          && cdn.host().equals(distribution(tried).host())) {
        next =
            next.withBackend(revision.withFindings(revision.uploadSide(), Verification.UNVERIFIED));
      }
    }
    return next;
  }

  private static void requirePromotable(SigningKey key) {
    if (key.state() != KeyState.NEXT) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "signing key '%s' does not wait: it is %s"
              .formatted(key.name(), key.state() == KeyState.ACTIVE ? "active" : "retiring"));
    }
    if (key.id() == null) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "signing key '%s' has no id; register its public half with CloudFront and send back the id (K...)"
              .formatted(key.name()));
    }
  }

  private CloudFront promoted(CloudFront cdn, String name) {
    if (cdn.key(name) == null) {
      return cdn;
    }
    long end = clock.instant().plus(cdn.ttl()).plus(MARGIN).getEpochSecond();
    return cdn.withKeys(
        cdn.keys().stream()
            .map(
                key ->
                    key.name().equals(name)
                        ? key.withState(KeyState.ACTIVE)
                        : key.state() == KeyState.ACTIVE
                            ? key.withState(KeyState.RETIRING).withLinksUntil(end)
                            : key)
            .toList());
  }

  /**
   * Lets go of a key for good, its private half included: one that waits, or one whose last link
   * has ended.
   *
   * @throws Impossible if there is no such key, it signs, or its links still live; the message says
   *     until when
   */
  public void retire(OrgId id, String backend, String name, Order order) {
    editor.edit(
        id,
        order,
        "retire signing key " + backend + "/" + name,
        org -> {
          requireRetired(key(org, backend, name));
          return onEach(
              org,
              backend,
              cdn ->
                  cdn.withKeys(
                      cdn.keys().stream().filter(key -> !key.name().equals(name)).toList()));
        });
  }

  private void requireRetired(SigningKey key) {
    if (key.state() == KeyState.ACTIVE) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "signing key '%s' signs; promote another one first".formatted(key.name()));
    }
    Instant end = Instant.ofEpochSecond(key.linksUntil());
    if (clock.instant().isBefore(end)) {
      throw new Impossible(
          Reason.WRONG_STATE,
          "links that signing key '%s' made live until %s; retire it after that"
              .formatted(key.name(), end));
    }
  }

  /** The revision whose keys are meant: the one that serves, else the newest. */
  static Backend target(Org org, String name) {
    Backend active = org.active();
    return active != null && active.name().equals(name) ? active : OrgEditor.newest(org, name);
  }

  private static CloudFront distribution(Backend backend) {
    if (backend.download() instanceof CloudFront cdn) {
      return cdn;
    }
    throw new Impossible(
        Reason.WRONG_STATE,
        "backend '%s' reads from S3, which needs no signing key".formatted(backend.name()));
  }

  private static SigningKey key(Org org, String backend, String name) {
    CloudFront cdn = distribution(target(org, backend));
    SigningKey key = cdn.key(name);
    if (key == null) {
      throw new Impossible(
          Reason.KEY_MISSING,
          "backend '%s' has no signing key '%s'; it has %s"
              .formatted(backend, name, cdn.keys().stream().map(SigningKey::name).toList()));
    }
    return key;
  }

  private static CloudFront changed(CloudFront cdn, String name, UnaryOperator<SigningKey> change) {
    return cdn.withKeys(
        cdn.keys().stream().map(key -> key.name().equals(name) ? change.apply(key) : key).toList());
  }

  /** The organisation with a change on each revision that reads from the same distribution. */
  private static Org onEach(Org org, String backend, UnaryOperator<CloudFront> change) {
    String host = distribution(target(org, backend)).host();
    Org next = org;
    for (Backend revision : org.backends()) {
      if (revision.name().equals(backend)
          && revision.download() instanceof CloudFront cdn
          && cdn.host().equals(host)) {
        next = next.withBackend(revision.withDownload(change.apply(cdn)));
      }
    }
    return next;
  }
}
