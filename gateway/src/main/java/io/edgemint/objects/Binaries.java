package io.edgemint.objects;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Listing;
import io.edgemint.bucket.Xml;
import io.edgemint.caller.Access;
import io.edgemint.caller.Caller;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists and deletes what publishers have uploaded. Waits for the network. */
public final class Binaries {
  /** Objects in one answer. */
  public static final int MAX_LIMIT = 1000;

  /** A caller may be entitled to 64 prefixes, and a page may be full of what it does not see. */
  private static final int MAX_CALLS = 100;

  private final Publishers publishers;
  private final Places places;
  private final ObjectFacts facts;

  Binaries(Publishers publishers, Places places, ObjectFacts facts) {
    this.publishers = publishers;
    this.places = places;
    this.facts = facts;
  }

  /**
   * An object in a list.
   *
   * @param etag without quotes
   * @param lastModified as the storage writes it (ISO 8601)
   */
  public record Binary(
      String key, long size, String etag, String lastModified, String storageClass) {}

  /**
   * Some objects.
   *
   * @param next the key after which there may be more, or null
   */
  public record Page(List<Binary> objects, @Nullable String next) {}

  /**
   * Lists what the caller is entitled to, in the order of the keys' bytes.
   *
   * @param prefix what the keys begin with; empty for all
   * @param after the key after which to begin, or null
   * @param limit 1 to {@value #MAX_LIMIT}
   * @throws Refused if the caller may not list, or the storage cannot be listed
   */
  public Page list(Caller caller, String prefix, @Nullable String after, int limit) {
    return list(caller, prefix, after, limit, null);
  }

  /** The same of a destination; null for the organisation's own storage. */
  public Page list(
      Caller caller,
      String prefix,
      @Nullable String after,
      int limit,
      @Nullable String destination) {
    Org org = publishers.org(caller, Publishers.scope(destination));
    Store store = publishers.toPublish(org.id(), places.now(org, destination), null);
    var pages = new Pages(caller, org, store, limit, after);
    for (String range : ranges(caller, org, prefix)) {
      if (!pages.read(range)) {
        return pages.page(true);
      }
    }
    return pages.page(false);
  }

  /** Where both the prefix and the entitlement lead, in order, and no part of it twice. */
  static List<String> ranges(Caller caller, Org org, String prefix) {
    Entitlement own = caller.entitlement();
    List<String> ranges = new ArrayList<>();
    (own != null ? own : org.policy().entitlement())
        .prefixes().stream()
            .filter(it -> it.startsWith(prefix) || prefix.startsWith(it))
            .map(it -> it.length() > prefix.length() ? it : prefix)
            .distinct()
            .sorted(Listing::compare)
            // Sorted, what covers a range stands before it.
            .filter(it -> ranges.isEmpty() || !it.startsWith(ranges.getLast()))
            .forEach(ranges::add);
    return ranges;
  }

  private static final class Pages {
    private final Caller caller;
    private final Org org;
    private final Store store;
    private final int limit;
    private final List<Binary> found = new ArrayList<>();
    private @Nullable String last;
    private int calls;

    private Pages(Caller caller, Org org, Store store, int limit, @Nullable String after) {
      this.caller = caller;
      this.org = org;
      this.store = store;
      this.limit = limit;
      this.last = after;
    }

    /** Reads a range to its end; false if there is room for no more. */
    private boolean read(String range) {
      boolean more = true;
      while (more) {
        if (found.size() >= limit || calls++ >= MAX_CALLS) {
          return false;
        }
        String after = last;
        int count = limit - found.size();
        Answer answer = store.send(bucket -> bucket.page(range, after, count));
        Xml list = Xml.of(answer.body());
        if (!answer.succeeded() || !list.isNamed("ListBucketResult")) {
          throw Store.refusal(answer, "list the objects", "s3:ListBucket");
        }
        boolean encoded = list.isEncoded();
        try {
          for (Xml object : list.all("Contents")) {
            add(object, object.key("Key", encoded));
          }
        } catch (Listing.Failed e) {
          throw new Refused(
              Refusal.BACKEND_UNAVAILABLE, "the storage cannot be listed: " + e.getMessage());
        }
        more =
            list.text("IsTruncated").orElse("").equals("true")
                && last != null
                && !last.equals(after);
      }
      return true;
    }

    private void add(Xml object, String name) {
      String prefix = store.storage().prefix();
      // What a storage lists beyond what was asked for is nobody's business.
      if (!name.startsWith(prefix) || name.length() == prefix.length()) {
        return;
      }
      String value = name.substring(prefix.length());
      if (last != null && Listing.compare(last, value) >= 0) {
        return;
      }
      last = value;
      if (!value.startsWith(Listing.PROBES)
          && ObjectKey.of(value) instanceof ObjectKey key
          && Access.check(caller, org, key) == null) {
        found.add(
            new Binary(
                value,
                object.number("Size").orElse(0L),
                Store.bare(object.text("ETag").orElse("")),
                object.text("LastModified").orElse(""),
                object.text("StorageClass").orElse("STANDARD")));
      }
    }

    private Page page(boolean more) {
      return new Page(List.copyOf(found), more ? last : null);
    }
  }

  /**
   * Deletes an object; in a bucket with versions, those before stay.
   *
   * @throws Refused if the caller may not, there is no such object, or the storage cannot
   */
  public void delete(Caller caller, ObjectKey key) {
    delete(caller, key, null);
  }

  /** The same in a destination; null for the organisation's own storage. */
  public void delete(Caller caller, ObjectKey key, @Nullable String destination) {
    Org org = publishers.org(caller, Publishers.scope(destination), key);
    Places.Place place = places.now(org, destination);
    if (publishers.toPublish(org.id(), place, key).head(key) == null) {
      throw new Refused(Refusal.OBJECT_MISSING, "nothing lies under this key");
    }
    publishers.org(caller, Publishers.scope(destination), key);
    Answer answer = publishers.toDelete(org.id(), place).send(bucket -> bucket.delete(key, null));
    facts.forget(org.id(), place.storage(), key);
    if (!answer.succeeded()) {
      throw Store.refusal(answer, "delete the object", "s3:DeleteObject");
    }
  }
}
