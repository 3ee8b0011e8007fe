package io.edgemint.objects;

import io.edgemint.backend.Backend;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides where an organisation's publishers write, on the newest record of it. */
final class Places {
  private final OrgDirectory orgs;
  private final Optional<DefaultStorage> defaultStorage;

  Places(OrgDirectory orgs, Optional<DefaultStorage> defaultStorage) {
    this.orgs = orgs;
    this.defaultStorage = defaultStorage;
  }

  /**
   * Where objects go.
   *
   * @param name leads there again: a backend and its revision, or default storage and its bucket
   * @param backend to which the storage's secrets are bound
   */
  record Place(String name, String backend, S3Storage storage) {}

  private static final String DELIVERIES = "deliver:";

  /** The scope of a token that may write there: deliveries have one of their own. */
  static String scope(String place) {
    return place.startsWith(DELIVERIES) ? Publishers.DELIVER : Publishers.SCOPE;
  }

  /**
   * Where an organisation writes now.
   *
   * @param destination the name of a destination, or null for its own storage
   * @throws Refused if it cannot at the moment, or there is no such destination
   */
  Place now(Org org, @Nullable String destination) {
    return destination == null ? now(org) : of(org, org.destination(destination));
  }

  private Place of(Org org, @Nullable Destination destination) {
    requireFresh(org);
    if (destination == null) {
      throw new Refused(
          Refusal.REQUEST_INVALID, "destination: the organisation has none of that name");
    }
    if (!destination.verified()) {
      throw unavailable(
          "destination '%s' is not verified; an administrator validates it first"
              .formatted(destination.name()));
    }
    if (!org.policy().allows(destination.storage().region())) {
      throw new Refused(Refusal.RESIDENCY_HOLD, "the destination lies outside the allowed regions");
    }
    for (Backend backend : org.backends()) {
      if (backend.state() != Backend.State.REPLACED && serves(backend, destination.storage())) {
        throw unavailable(
            "destination '%s' shares its bucket and prefix with backend '%s', from which devices read; give it a prefix beside that"
                .formatted(destination.name(), backend.name()));
      }
    }
    return of(destination);
  }

  /** Whoever may only deliver would else put there what devices take for firmware. */
  private static boolean serves(Backend backend, S3Storage storage) {
    return overlap(backend.upload(), storage)
        || (backend.download() instanceof S3Storage read && overlap(read, storage));
  }

  private static boolean overlap(S3Storage one, S3Storage other) {
    return one.bucket().equals(other.bucket())
        && Objects.equals(one.endpoint().uri(), other.endpoint().uri())
        && (one.prefix().startsWith(other.prefix()) || other.prefix().startsWith(one.prefix()));
  }

  static Place of(Destination destination) {
    return new Place(DELIVERIES + destination.label(), destination.name(), destination.storage());
  }

  /**
   * Where an organisation writes now.
   *
   * @throws Refused if it cannot at the moment
   */
  Place now(Org org) {
    requireFresh(org);
    Backend active = org.active();
    if (active == null) {
      return ofDefaultStorage(org);
    }
    if (active.service().suspended()) {
      throw suspended();
    }
    return of(active);
  }

  /**
   * Where an upload began.
   *
   * @throws Refused if that is gone, or the organisation cannot write at the moment
   */
  Place again(Org org, String name) {
    requireFresh(org);
    if (name.startsWith(DefaultStorage.NAME + ':')) {
      Place place = ofDefaultStorage(org);
      if (!place.name.equals(name)) {
        throw gone();
      }
      return place;
    }
    if (name.startsWith(DELIVERIES)) {
      return org.destinations().stream()
          .filter(it -> name.equals(DELIVERIES + it.label()))
          .findFirst()
          .map(it -> of(org, it))
          .orElseThrow(Places::gone);
    }
    Backend backend =
        org.backends().stream()
            .filter(it -> it.label().equals(name))
            .findFirst()
            .orElseThrow(Places::gone);
    Backend active = org.active();
    // Revisions before the active one end their uploads, but not where it serves from.
    if (active != null && active.service().suspended() && serves(active, backend.upload())) {
      throw suspended();
    }
    return of(backend);
  }

  static Place of(Backend backend) {
    return new Place(backend.label(), backend.name(), backend.upload());
  }

  private Place ofDefaultStorage(Org org) {
    if (defaultStorage.isEmpty()) {
      throw unavailable("no backend is active, and the platform has no default storage");
    }
    S3Storage storage = defaultStorage.get().uploadOf(org.id());
    if (storage == null) {
      throw unavailable(
          "no backend is active, and nobody can write to the platform's default storage: the"
              + " operator names no bucket for it");
    }
    if (!org.policy().allows(storage.region())) {
      throw new Refused(
          Refusal.RESIDENCY_HOLD,
          "no backend is active, and default storage lies outside the allowed regions");
    }
    String name = DefaultStorage.NAME + ':' + storage.bucket() + '/' + storage.prefix();
    return new Place(name, DefaultStorage.NAME, storage);
  }

  private void requireFresh(Org org) {
    if (orgs.isTooOldFor(org)) {
      throw unavailable(
          "the gateway has not reached the registry for longer than the organisation allows");
    }
  }

  private static Refused suspended() {
    return new Refused(Refusal.BACKEND_SUSPENDED, "the organisation has suspended it");
  }

  private static Refused unavailable(String why) {
    return new Refused(Refusal.BACKEND_UNAVAILABLE, why);
  }

  private static Refused gone() {
    return UploadTicket.unknown(
        "the backend revision in which it began is gone; begin a new one in what serves now");
  }
}
