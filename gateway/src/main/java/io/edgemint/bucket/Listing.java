package io.edgemint.bucket;

import io.edgemint.outbound.Outbound;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The keys that lie below a storage's prefix, without it, in the order of their bytes, fetched page
 * by page ("ListObjectsV2", Amazon S3 API reference). Waits for the network.
 */
public final class Listing {
  /** Where probes write below a storage's prefix; nobody else's objects lie there. */
  public static final String PROBES = "edgemint-probe/";

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** A thousand keys of the greatest length, percent-encoded. */
  private static final int MAX_PAGE = 4 << 20;

  /** The response is waited for; whoever asked is gone by then. */
  private static final Duration LONGEST = Duration.ofMinutes(4);

  private final Pages pages;
  private final String prefix;
  private final InstantSource clock;
  private final Duration longest;
  private final Instant begun;
  private final Deque<Listed> page = new ArrayDeque<>();
  private @Nullable String continuation;
  private @Nullable String last;
  private boolean ended;

  /** Lists a storage by requests to its bucket. */
  public Listing(BucketRequests bucket, Outbound outbound, String prefix, InstantSource clock) {
    this(pages(bucket, outbound), prefix, clock, LONGEST);
  }

  /** Lists page by page within a time, which counts from now. */
  public Listing(Pages pages, String prefix, InstantSource clock, Duration longest) {
    this.pages = pages;
    this.prefix = prefix;
    this.clock = clock;
    this.longest = longest;
    this.begun = clock.instant();
  }

  private static Pages pages(BucketRequests bucket, Outbound outbound) {
    Courier courier = courier(outbound);
    return continuation -> courier.send(bucket.page(continuation));
  }

  /** Sends requests whose answer is a page. */
  public static Courier courier(Outbound outbound) {
    return new Courier(outbound, MAX_PAGE, DEADLINE);
  }

  /** Where pages come from. */
  public interface Pages {
    /** The page that a continuation leads to, or the first for null. */
    Answer page(@Nullable String continuation);
  }

  /**
   * An object as a listing tells of it.
   *
   * @param key without the storage's prefix
   * @param size in bytes; -1 if the listing does not say
   * @param etag without quotes; empty if the listing does not say
   */
  public record Listed(String key, long size, String etag) {}

  /** What keeps a listing from its end. */
  public static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    /** Tells why, in a few words. */
    public Failed(String message) {
      super(message, null, false, false);
    }
  }

  /** The next key, or null after the last; objects of probes are passed over. */
  public @Nullable String next() throws Failed {
    Listed object = nextObject();
    return object == null ? null : object.key();
  }

  /** The same with what the listing tells of the object. */
  public @Nullable Listed nextObject() throws Failed {
    while (true) {
      while (page.isEmpty()) {
        if (ended) {
          return null;
        }
        fetch();
      }
      Listed object = page.remove();
      String key = object.key();
      if (last != null && compare(last, key) >= 0) {
        throw new Failed("its keys come in no order");
      }
      last = key;
      if (!key.startsWith(PROBES)) {
        return object;
      }
    }
  }

  /** The order in which S3 lists: that of the bytes of UTF-8. */
  public static int compare(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  private void fetch() throws Failed {
    if (Duration.between(begun, clock.instant()).compareTo(longest) > 0) {
      throw new Failed("it is not at its end after %d minutes".formatted(longest.toMinutes()));
    }
    Answer answer = pages.page(continuation);
    if (!answer.succeeded()) {
      throw new Failed(answer.seen());
    }
    Xml list = Xml.of(answer.body());
    if (!list.isNamed("ListBucketResult")) {
      throw new Failed("its answer is no list");
    }
    boolean encoded = list.isEncoded();
    for (Xml object : list.all("Contents")) {
      String key = object.key("Key", encoded);
      if (key.startsWith(prefix) && key.length() > prefix.length()) {
        page.add(
            new Listed(
                key.substring(prefix.length()),
                object.number("Size").orElse(-1L),
                object.text("ETag").map(etag -> etag.replace("\"", "")).orElse("")));
      }
    }
    continuation = list.text("NextContinuationToken").orElse(null);
    ended = continuation == null;
    if (ended && list.text("IsTruncated").orElse("").equals("true")) {
      throw new Failed("it has more than one page and does not say how to get the next");
    }
  }
}
