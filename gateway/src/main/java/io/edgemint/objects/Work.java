package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Caller;
import io.edgemint.objects.Places.Place;
import io.edgemint.objects.Store.Stored;
import org.jspecify.annotations.Nullable;

/**
 * An upload that is gone on with.
 *
 * @param id under which the caller knows it
 * @param store the way to where it goes
 */
record Work(String id, Caller caller, Org org, UploadTicket ticket, Place place, Store store) {
  ObjectKey key() {
    return ticket.key();
  }

  /** Whether it may take the place of an object; what was delivered is never replaced. */
  boolean replaces() {
    return Places.scope(ticket.place()).equals(Publishers.SCOPE) && org.policy().replaceObjects();
  }

  /** What lies under the key, or null. */
  @Nullable Stored head() {
    return store.head(ticket.key());
  }

  /** Whether this upload has made an object. */
  boolean made(@Nullable Stored stored) {
    return stored != null && stored.nonce().equals(ticket.nonce());
  }

  /** Refuses what another upload has made. */
  void requireMade(Stored stored) {
    if (made(stored)) {
      return;
    }
    throw replaces()
        ? new Refused(
            Refusal.UPLOAD_INCOMPLETE, "under the key lies what another upload has put there")
        : exists();
  }

  /**
   * The object of an upload of whose parts the storage knows nothing because it is complete, or
   * null if there are parts to go on with.
   *
   * @param parts what the storage knows of, or null if it knows of no such upload
   */
  @Nullable Stored madeBefore(@Nullable Parts parts) {
    if (parts != null && !parts.isEmpty()) {
      return null;
    }
    Stored stored = head();
    if (made(stored)) {
      return stored;
    }
    if (parts == null) {
      throw UploadTicket.unknown("the storage knows of no such upload; it was ended or replaced");
    }
    return null;
  }

  static Refused exists() {
    return new Refused(
        Refusal.OBJECT_EXISTS,
        "objects are not replaced (policy.replace_objects); choose another key, or delete it");
  }

  /** Leaves out the id, by which the upload goes on. */
  @Override
  public String toString() {
    return "Work[" + ticket + "]";
  }
}
