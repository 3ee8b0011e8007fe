package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.bucket.Listing;
import io.edgemint.caller.Access;
import io.edgemint.caller.Caller;
import io.edgemint.credentials.SessionHandle;
import io.edgemint.credentials.Sessions;
import io.edgemint.objects.Places.Place;
import io.edgemint.outbound.Outbound;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides who may write what, and opens the way to the storage in which that happens. */
final class Publishers {
  /** The scope of a token that may write where devices read. */
  static final String SCOPE = "publish";

  /** The scope of a token that may write into destinations. */
  static final String DELIVER = "deliver";

  private static final System.Logger LOG = System.getLogger(Publishers.class.getName());

  /** "Creating object key names", Amazon S3 user guide. */
  private static final int MAX_KEY = 1024;

  private final OrgDirectory orgs;
  private final Sessions sessions;
  private final Outbound outbound;
  private final InstantSource clock;

  Publishers(OrgDirectory orgs, Sessions sessions, Outbound outbound, InstantSource clock) {
    this.orgs = orgs;
    this.sessions = sessions;
    this.outbound = outbound;
    this.clock = clock;
  }

  /**
   * The newest record of whoever's publisher this is.
   *
   * @throws Refused if the token lacks the scope or there is no such organisation
   */
  Org org(Caller caller, String scope) {
    if (!caller.scopes().contains(scope)) {
      throw new Refused(
          Refusal.SCOPE_MISSING, "this call takes a token with the scope '" + scope + "'");
    }
    Org org = orgs.snapshot().org(caller.org());
    if (org == null) {
      throw new Refused(Refusal.ORG_UNKNOWN, "the token's organisation is not registered here");
    }
    return org;
  }

  /** The scope that a call needs. */
  static String scope(@Nullable String destination) {
    return destination == null ? SCOPE : DELIVER;
  }

  /**
   * The newest record of whoever's publisher this is, before it is known what it writes.
   *
   * @throws Refused if the token lacks both scopes or there is no such organisation
   */
  Org org(Caller caller) {
    return org(caller, caller.scopes().contains(DELIVER) ? DELIVER : SCOPE);
  }

  /** The same, if the caller may write the key; asked again after each wait. */
  Org org(Caller caller, String scope, ObjectKey key) {
    Org org = org(caller, scope);
    Refused refused = Access.check(caller, org, key);
    if (refused != null) {
      throw refused;
    }
    if (key.value().startsWith(Listing.PROBES)) {
      throw new Refused(
          Refusal.KEY_INVALID,
          "keys below " + Listing.PROBES + " are those of the gateway's tests");
    }
    return org;
  }

  /** The way to write in a place. */
  Store toPublish(OrgId org, Place place, @Nullable ObjectKey key) {
    int prefix = place.storage().prefix().length();
    if (key != null && prefix + key.value().getBytes(StandardCharsets.UTF_8).length > MAX_KEY) {
      throw new Refused(
          Refusal.KEY_INVALID,
          "S3 takes %d bytes, and the storage's prefix has %d of them; shorten the key"
              .formatted(MAX_KEY, prefix));
    }
    return store(place, () -> sessions.toPublish(org, place.backend(), place.storage()));
  }

  /** The way to delete in a place. */
  Store toDelete(OrgId org, Place place) {
    return store(place, () -> sessions.toDelete(org, place.backend(), place.storage()));
  }

  private Store store(Place place, Supplier<SessionHandle> way) {
    try {
      return new Store(place.storage(), way.get(), outbound, clock);
    } catch (IllegalArgumentException e) {
      LOG.log(Level.ERROR, "backend {0}: {1}", place.backend(), e.getMessage());
      throw new Refused(Refusal.BACKEND_UNAVAILABLE, "the backend cannot sign at the moment");
    }
  }
}
