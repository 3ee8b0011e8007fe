package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Listing;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.Sessions;
import io.edgemint.outbound.Outbound;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the storage now serving holds for an organisation with what a backend holds. Waits
 * for the network, so never on an event loop.
 */
public final class Inventory {
  private static final int SHOWN = 20;
  private static final long SECONDS = 900;

  private final Sessions sessions;
  private final Outbound outbound;
  private final Optional<DefaultStorage> defaultStorage;
  private final InstantSource clock;

  /** Compares with the sessions that also serve. */
  public Inventory(
      Sessions sessions,
      Outbound outbound,
      Optional<DefaultStorage> defaultStorage,
      InstantSource clock) {
    this.sessions = sessions;
    this.outbound = outbound;
    this.defaultStorage = defaultStorage;
    this.clock = clock;
  }

  /**
   * Objects that are not there.
   *
   * @param count how many
   * @param first the first of them, in the order of their bytes
   */
  record Missing(long count, List<String> first) {}

  /**
   * What the storage now serving has and the backend has not; nothing if what serves cannot be
   * listed, as a distribution without its bucket cannot.
   *
   * @throws Listing.Failed if one of the two could not be listed to its end
   */
  Missing missing(Org org, Backend target) throws Listing.Failed {
    Backend active = org.active();
    Listing before = before(org);
    if (before == null || (active != null && samePlace(active.upload(), target.upload()))) {
      return new Missing(0, List.of());
    }
    return missing(before, listing(org, target.name(), target.upload()));
  }

  private @Nullable Listing before(Org org) throws Listing.Failed {
    Holder holder = holder(org, defaultStorage);
    return holder == null ? null : listing(org, holder.backend, holder.storage);
  }

  /**
   * The storage whose objects devices can read now.
   *
   * @param backend the name to which its secrets are bound
   */
  public record Holder(String backend, S3Storage storage) {}

  /** Who holds an organisation's objects now; null if that cannot be listed. */
  static @Nullable Holder holder(Org org, Optional<DefaultStorage> defaultStorage) {
    Backend active = org.active();
    if (active != null) {
      return new Holder(active.name(), active.upload());
    }
    if (defaultStorage.isEmpty()) {
      return null;
    }
    S3Storage own =
        defaultStorage.get().of(org.id()) instanceof S3Storage storage
            ? storage
            : defaultStorage.get().uploadOf(org.id());
    return own == null ? null : new Holder(DefaultStorage.NAME, own);
  }

  static boolean samePlace(S3Storage one, S3Storage other) {
    return sameBucket(one, other) && one.prefix().equals(other.prefix());
  }

  static boolean sameBucket(S3Storage one, S3Storage other) {
    return one.bucket().equals(other.bucket())
        && one.endpoint().equals(other.endpoint())
        && one.region().equals(other.region());
  }

  private Listing listing(Org org, String backend, S3Storage storage) throws Listing.Failed {
    try {
      Session session = Courier.await(sessions.toList(org.id(), backend, storage).renewed(SECONDS));
      return new Listing(
          new BucketRequests(storage, session, clock), outbound, storage.prefix(), clock);
    } catch (Refused | IllegalArgumentException e) {
      throw new Listing.Failed(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Why devices could read nothing from a storage, or null if they can: there is an object, and the
   * session that signs links may read it.
   */
  @Nullable String unreadable(Org org, String backend, S3Storage storage) {
    try {
      String name = listing(org, backend, storage).next();
      if (name == null) {
        return "it holds nothing below the prefix";
      }
      if (!(ObjectKey.of(name) instanceof ObjectKey key)) {
        return "its first object is none that links lead to";
      }
      Session session = Courier.await(sessions.of(org.id(), backend, storage).renewed(SECONDS));
      Answer answer =
          new Courier(outbound).send(new BucketRequests(storage, session, clock).head(key));
      return answer.succeeded() ? null : answer.seen();
    } catch (Listing.Failed | Refused | IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Both come in one order, so that a page of each is all that is kept. */
  static Missing missing(Listing source, Listing target) throws Listing.Failed {
    long count = 0;
    List<String> first = new ArrayList<>();
    String there = target.next();
    for (String key = source.next(); key != null; key = source.next()) {
      while (there != null && Listing.compare(there, key) < 0) {
        there = target.next();
      }
      // What is no key cannot be read today either, such as the folders that consoles make.
      if (!key.equals(there) && ObjectKey.of(key) instanceof ObjectKey) {
        count++;
        if (first.size() < SHOWN) {
          first.add(key);
        }
      }
    }
    return new Missing(count, List.copyOf(first));
  }
}
