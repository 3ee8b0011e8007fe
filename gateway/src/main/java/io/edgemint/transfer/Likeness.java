package io.edgemint.transfer;

import io.edgemint.backend.ObjectKey;
import io.edgemint.transfer.Comparison.Pair;
import io.edgemint.transfer.Source.Gone;
import io.edgemint.transfer.Source.Head;
import java.util.Optional;
import java.util.regex.Pattern;

/** Tells whether an object of the target is another one than that of its key at the source. */
final class Likeness {
  /** "Object", Amazon S3 API reference: the ETag of an object that was put whole and in plain. */
  private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

  private final Source source;
  private final Destination destination;

  Likeness(Source source, Destination destination) {
    this.source = source;
    this.destination = destination;
  }

  /**
   * Whether the two are surely not the same. By sizes, else by what copies and publishers leave in
   * the metadata, else by ETags where both are digests; if none can tell, they are taken for the
   * same.
   */
  boolean isOther(Pair pair, ObjectKey key) throws NotCopied, Gone {
    return pair.sizesDiffer() || (!pair.isSame() && headsDiffer(key));
  }

  private boolean headsDiffer(ObjectKey key) throws NotCopied, Gone {
    Head here = source.head(key);
    Optional<Head> found = destination.head(key);
    if (found.isEmpty()) {
      return false;
    }
    Head there = found.get();
    String declared = here.headers().get(ObjectCopy.SHA256);
    String kept = there.headers().get(ObjectCopy.SHA256);
    if (declared != null && kept != null) {
      return !declared.equalsIgnoreCase(kept);
    }
    String etag = Destination.bare(here.etag());
    String copiedFrom = there.headers().get(Destination.SOURCE_ETAG);
    if (copiedFrom != null) {
      return !copiedFrom.equals(etag);
    }
    String other = Destination.bare(there.etag());
    return !here.isKms()
        && !there.isKms()
        && MD5.matcher(etag).matches()
        && MD5.matcher(other).matches()
        && !etag.equals(other);
  }
}
