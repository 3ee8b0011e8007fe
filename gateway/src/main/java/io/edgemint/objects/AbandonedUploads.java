package io.edgemint.objects;

import io.edgemint.backend.Backend;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Leases;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Listing;
import io.edgemint.bucket.Xml;
import io.edgemint.credentials.Sessions;
import io.edgemint.objects.Places.Place;
import io.edgemint.outbound.Outbound;
import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Ends uploads in parts that nobody goes on with, below the prefixes of organisations, on one
 * gateway at a time. Belongs to one thread, which waits for the network.
 */
public final class AbandonedUploads {
  private static final System.Logger LOG = System.getLogger(AbandonedUploads.class.getName());
  private static final String WORK = "abandoned uploads";
  private static final Duration LEASE = Duration.ofMinutes(10);

  /** An id may still be good in the second in which its upload is swept. */
  private static final Duration SPARE = Duration.ofHours(1);

  private static final int MAX_PAGES = 10;

  /** A storage that hangs keeps nobody else's uploads; shorter than the lease by one request. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Supplier<? extends Iterable<Org>> orgs;
  private final Leases leases;
  private final Sessions sessions;
  private final Outbound outbound;
  private final Optional<DefaultStorage> defaultStorage;
  private final Duration age;
  private final InstantSource clock;
  private final String holder;
  private final Set<String> told = new HashSet<>();

  /**
   * Ends nothing before it is asked to.
   *
   * @param orgs what this gateway serves from
   * @param age how old an upload may be
   * @param holder names this process
   */
  public AbandonedUploads(
      Supplier<? extends Iterable<Org>> orgs,
      Leases leases,
      Sessions sessions,
      Outbound outbound,
      Optional<DefaultStorage> defaultStorage,
      Duration age,
      InstantSource clock,
      String holder) {
    this.orgs = orgs;
    this.leases = leases;
    this.sessions = sessions;
    this.outbound = outbound;
    this.defaultStorage = defaultStorage;
    this.age = age;
    this.clock = clock;
    this.holder = holder;
  }

  /** Ends what is too old in each organisation's storage, if no other gateway does. */
  public void run() {
    for (Org org : orgs.get()) {
      for (Place place : places(org)) {
        if (leases.take(WORK, holder, LEASE) == null) {
          return;
        }
        sweep(org, place);
      }
    }
  }

  /** Uploads finish where they began, so also where an organisation wrote before. */
  private List<Place> places(Org org) {
    List<Place> places = new ArrayList<>();
    for (Backend backend : org.backends()) {
      if (backend.state() == Backend.State.ACTIVE || backend.state() == Backend.State.REPLACED) {
        places.add(Places.of(backend));
      }
    }
    org.destinations().stream().filter(Destination::verified).map(Places::of).forEach(places::add);
    S3Storage own = defaultStorage.map(it -> it.uploadOf(org.id())).orElse(null);
    if (own != null && org.policy().allows(own.region())) {
      places.add(new Place(DefaultStorage.NAME, DefaultStorage.NAME, own));
    }
    return places;
  }

  private void sweep(Org org, Place place) {
    try {
      var way = sessions.toSweep(org.id(), place.backend(), place.storage());
      sweep(org, place, new Store(place.storage(), way, outbound, clock));
    } catch (Refused e) {
      tell(org, place, e.detail());
    } catch (IllegalArgumentException | Listing.Failed e) {
      tell(org, place, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // The next organisation's turn comes all the same.
      LOG.log(Level.WARNING, "abandoned uploads of {0} in {1}: {2}", org.id(), place.name(), e);
    }
  }

  private void sweep(Org org, Place place, Store store) throws Listing.Failed {
    Instant begun = clock.instant();
    Instant before = begun.minus(age).minus(SPARE);
    String afterKey = null;
    String afterId = null;
    for (int page = 0; page < MAX_PAGES; page++) {
      String fromKey = afterKey;
      String fromId = afterId;
      Answer answer = store.send(bucket -> bucket.uploads(fromKey, fromId));
      Xml list = Xml.of(answer.body());
      if (!answer.succeeded() || !list.isNamed("ListMultipartUploadsResult")) {
        tell(org, place, Store.refusal(answer, "list uploads", RIGHT).detail());
        return;
      }
      boolean encoded = list.isEncoded();
      for (Xml upload : list.all("Upload")) {
        if (clock.instant().isAfter(begun.plus(LONGEST))) {
          return;
        }
        end(org, store, upload, upload.key("Key", encoded), before);
      }
      afterKey = list.key("NextKeyMarker", encoded);
      Optional<String> id = list.text("NextUploadIdMarker").filter(it -> !it.isEmpty());
      if (!list.text("IsTruncated").orElse("").equals("true") || afterKey.isEmpty()) {
        return;
      }
      afterId = id.orElse(null);
    }
  }

  private static final String RIGHT = "s3:ListBucketMultipartUploads";

  private void end(Org org, Store store, Xml upload, String name, Instant before) {
    String prefix = store.storage().prefix();
    Optional<String> id = upload.id();
    if (!name.startsWith(prefix)
        || id.isEmpty()
        || !isBefore(before, upload.text("Initiated"))
        || !mayBeOurs(org, store, upload)
        || !(ObjectKey.of(name.substring(prefix.length())) instanceof ObjectKey key)) {
      return;
    }
    Answer answer = store.send(bucket -> bucket.abortUpload(key, id.get()));
    LOG.log(Level.INFO, "abandoned upload of {0} of {1} ended: {2}", key, org.id(), answer.seen());
  }

  /** S3 names the session that began an upload, where it was a role's. */
  private static boolean mayBeOurs(Org org, Store store, Xml upload) {
    String initiator =
        upload.all("Initiator").stream().findFirst().flatMap(it -> it.text("ID")).orElse("");
    return !(store.storage().credentials() instanceof S3Storage.Credentials.Role)
        || !initiator.contains(":assumed-role/")
        || initiator.endsWith('/' + Sessions.publisherSession(org.id()));
  }

  private static boolean isBefore(Instant instant, Optional<String> text) {
    try {
      return text.isPresent() && Instant.parse(text.get()).isBefore(instant);
    } catch (DateTimeException e) {
      return false;
    }
  }

  /** Once for each place: who denies it has a lifecycle rule, or does not mind. */
  private void tell(Org org, Place place, String why) {
    if (told.add(org.id() + "/" + place.name())) {
      LOG.log(
          Level.INFO,
          "abandoned uploads of {0} in {1} are left to the bucket''s lifecycle rule: {2}",
          org.id(),
          place.name(),
          why);
    }
  }
}
