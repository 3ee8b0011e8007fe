package io.edgemint.transfer;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Listing;
import io.edgemint.bucket.Listing.Listed;
import io.edgemint.credentials.SessionHandle;
import io.edgemint.credentials.Sessions;
import io.edgemint.outbound.Outbound;
import io.edgemint.transfer.Comparison.Pair;
import io.edgemint.transfer.Source.Gone;
import io.edgemint.transfer.Source.Head;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Brings what one storage holds into another: what is there already is left alone, so that a run
 * that was cut is begun again and goes on. Waits for the network.
 */
public final class StorageCopy {
  /** A copy may take days; a listing goes on with it. */
  private static final Duration LONGEST = Duration.ofDays(30);

  /** Of the largest object that S3 takes, 5 TiB. */
  private static final int LONGEST_PART = ObjectCopy.partSize(5L << 40);

  private static final Duration PART_DEADLINE = Duration.ofMinutes(2);

  /** A part is held two or three times while it is read, signed and sent. */
  private static final long HEAP_PART = 8;

  /** After so many failures one after the other the next one would be another. */
  private static final int MAX_IN_A_ROW = 20;

  /** "Object", Amazon S3 API reference: the ETag of an object that was put whole and in plain. */
  private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

  private final Ends ends;
  private final InstantSource clock;
  private final Wishes wishes;
  private final Consumer<String> say;
  private final Tally tally = new Tally();
  private final Source source;
  private final Destination destination;
  private final ObjectCopy objects;
  private final Leftovers leftovers;
  private final AtomicInteger failures = new AtomicInteger();

  StorageCopy(Ends ends, Wishes wishes, long memory, InstantSource clock, Consumer<String> say) {
    this.ends = ends;
    this.clock = clock;
    this.wishes = wishes;
    this.say = say;
    this.source = new Source(ends.read);
    this.destination = new Destination(ends.write, wishes.replace);
    this.objects = new ObjectCopy(source, destination, memory);
    this.leftovers = new Leftovers(ends.sweep);
  }

  /**
   * Copies with the sessions that also serve, and says what goes wrong.
   *
   * @param say hears lines from several threads
   * @throws IllegalArgumentException if a secret cannot be opened, or a storage has no address; the
   *     message names the fix
   */
  public static StorageCopy between(
      Sessions sessions,
      Outbound outbound,
      InstantSource clock,
      Place from,
      Place to,
      Wishes wishes,
      Consumer<String> say) {
    Courier pages = Listing.courier(outbound);
    Courier parts = new Courier(outbound, LONGEST_PART, PART_DEADLINE);
    Ends ends =
        new Ends(
            from.reach(from.as(sessions::toList), pages, clock),
            from.reach(from.as(sessions::of), parts, clock),
            to.reach(to.as(sessions::toList), pages, clock),
            to.reach(to.as(sessions::toPublish), parts, clock),
            to.reach(to.as(sessions::toSweep), pages, clock));
    return new StorageCopy(ends, wishes, Runtime.getRuntime().maxMemory() / HEAP_PART, clock, say);
  }

  /**
   * A storage and whose it is.
   *
   * @param backend the name to which its secrets are bound
   */
  public record Place(OrgId org, String backend, S3Storage storage) {
    private SessionHandle as(Purpose purpose) {
      return purpose.open(org, backend, storage);
    }

    private Reach reach(SessionHandle session, Courier courier, InstantSource clock) {
      return new Reach(storage, session, courier, clock, Thread::sleep);
    }
  }

  /** One of the ways that {@link Sessions} knows. */
  private interface Purpose {
    SessionHandle open(OrgId org, String backend, S3Storage storage);
  }

  /** The two storages, each opened for what is done there. */
  record Ends(Reach listSource, Reach read, Reach listTarget, Reach write, Reach sweep) {}

  /**
   * What somebody asks for.
   *
   * @param start what the keys begin with that are copied, below the storages' prefixes
   * @param parallel how many objects are on their way at once; 1 or more
   * @param replace whether objects of the target that are others are written over
   * @param dryRun whether nothing is written
   */
  public record Wishes(String start, int parallel, boolean replace, boolean dryRun) {}

  /** How far it has come; may be asked at any time. */
  public Tally tally() {
    return tally;
  }

  /**
   * Counts what is to be copied, and copies it unless nothing is to be written.
   *
   * @return whether the target holds all that it should now, or would
   * @throws Listing.Failed if one of the two could not be listed to its end
   * @throws Refused if no session can be had
   */
  public boolean run() throws Listing.Failed {
    count();
    if (wishes.dryRun) {
      return tally.different() == 0;
    }
    String unseen = leftovers.find();
    if (unseen != null) {
      say.accept(
          "unfinished uploads of earlier runs could not be looked for (%s); allow s3:ListBucketMultipartUploads on %s"
              .formatted(unseen, ends.sweep.storage().bucket()));
    }
    copy();
    return tally.failed() == 0 && tally.different() == 0;
  }

  private Comparison comparison() {
    return new Comparison(listing(ends.listSource), listing(ends.listTarget));
  }

  private Listing listing(Reach reach) {
    return new Listing(
        continuation -> reach.send(b -> b.page(wishes.start, continuation)),
        reach.storage().prefix(),
        clock,
        LONGEST);
  }

  private void count() throws Listing.Failed {
    Comparison comparison = comparison();
    for (Pair pair = comparison.next(); pair != null; pair = comparison.next()) {
      Listed here = pair.here();
      if (!(ObjectKey.of(here.key()) instanceof ObjectKey)) {
        tally.countUnfit();
      } else if (pair.there() == null || (pair.sizesDiffer() && wishes.replace)) {
        tally.planned(here.size());
        if (wishes.dryRun) {
          say.accept("would copy %s (%d bytes)".formatted(here.key(), here.size()));
        }
      } else if (wishes.dryRun) {
        foresee(pair);
      }
    }
  }

  private void foresee(Pair pair) {
    if (pair.sizesDiffer()) {
      differs(pair);
    } else {
      tally.countPresent();
    }
  }

  private void copy() throws Listing.Failed {
    Semaphore free = new Semaphore(wishes.parallel);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Comparison comparison = comparison();
      for (Pair pair = comparison.next(); pair != null; pair = comparison.next()) {
        if (!(ObjectKey.of(pair.here().key()) instanceof ObjectKey key)) {
          continue;
        }
        free.acquireUninterruptibly();
        if (failures.get() >= MAX_IN_A_ROW) {
          free.release();
          throw new Listing.Failed(
              "%d objects in a row could not be copied; mend that and run it again"
                  .formatted(MAX_IN_A_ROW));
        }
        Pair one = pair;
        threads.execute(
            () -> {
              try {
                settle(one, key);
              } finally {
                free.release();
              }
            });
      }
    }
  }

  /** Whatever happens to one object, the others go on. */
  private void settle(Pair pair, ObjectKey key) {
    boolean settled = false;
    try {
      leftovers.end(key);
      if (pair.there() == null) {
        bring(pair, key);
      } else if (pair.sizesDiffer() || (!pair.isSame() && isOther(key))) {
        if (wishes.replace) {
          bring(pair, key);
        } else {
          differs(pair);
        }
      } else {
        tally.countPresent();
      }
      failures.set(0);
      settled = true;
    } catch (Gone e) {
      // Nobody reads it there any longer.
      settled = true;
    } catch (NotCopied e) {
      if (e.isOfAll()) {
        failures.incrementAndGet();
      }
      say.accept("%s: %s".formatted(key, e.getMessage()));
    } catch (Refused | IllegalArgumentException e) {
      failures.incrementAndGet();
      say.accept("%s: %s".formatted(key, e.getMessage()));
    } finally {
      if (!settled) {
        tally.countFailed();
      }
    }
  }

  private void bring(Pair pair, ObjectKey key) throws NotCopied, Gone {
    objects.copy(key, pair.here(), tally::arrived);
    tally.countCopied();
  }

  private void differs(Pair pair) {
    tally.countDifferent();
    say.accept(
        "%s: the backend holds another object of this key (%d bytes, the source %d); --replace copies it again"
            .formatted(
                pair.here().key(),
                pair.there() == null ? 0 : pair.there().size(),
                pair.here().size()));
  }

  /**
   * Whether two objects of one size are surely not the same. By what copies and publishers leave in
   * the metadata, else by ETags where both are digests; if neither can tell, they are taken for the
   * same.
   */
  private boolean isOther(ObjectKey key) throws NotCopied, Gone {
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
