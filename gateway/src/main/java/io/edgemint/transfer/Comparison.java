package io.edgemint.transfer;

import io.edgemint.bucket.Listing;
import io.edgemint.bucket.Listing.Listed;
import org.jspecify.annotations.Nullable;

/**
 * Each object of a source beside that of its key in a target, if there is one. Both listings come
 * in one order, so that a page of each is all that is kept.
 */
final class Comparison {
  private final Listing source;
  private final Listing target;
  private @Nullable Listed there;
  private boolean begun;

  Comparison(Listing source, Listing target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Two objects of one key.
   *
   * @param there what the target holds, or null
   */
  record Pair(Listed here, @Nullable Listed there) {
    /** Whether the target surely holds another object. */
    boolean sizesDiffer() {
      return there != null && here.size() >= 0 && there.size() >= 0 && here.size() != there.size();
    }

    /** That the target holds another object, for people. */
    String difference() {
      return "%s: the backend holds another object of this key (%d bytes, the source %d); --replace copies it again"
          .formatted(here.key(), there == null ? 0 : there.size(), here.size());
    }

    /** Whether the target surely holds the same object. */
    boolean isSame() {
      return there != null
          && here.size() == there.size()
          && !here.etag().isEmpty()
          && here.etag().equals(there.etag());
    }
  }

  /** The next object of the source, or null after the last. */
  @Nullable Pair next() throws Listing.Failed {
    if (!begun) {
      begun = true;
      there = next(target, "the backend");
    }
    Listed here = next(source, "the source");
    if (here == null) {
      return null;
    }
    while (there != null && Listing.compare(there.key(), here.key()) < 0) {
      there = next(target, "the backend");
    }
    return new Pair(here, there != null && there.key().equals(here.key()) ? there : null);
  }

  private static @Nullable Listed next(Listing listing, String name) throws Listing.Failed {
    try {
      return listing.nextObject();
    } catch (Listing.Failed e) {
      throw new Listing.Failed(
          "%s could not be listed to its end (%s); s3:ListBucket below its prefix has to be allowed"
              .formatted(name, e.getMessage()));
    }
  }
}
