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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

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

  private final Ends ends;
  private final InstantSource clock;
  private final Wishes wishes;
  private final Consumer<String> say;
  private final Tally tally = new Tally();
  private final long memory;

  StorageCopy(Ends ends, Wishes wishes, long memory, InstantSource clock, Consumer<String> say) {
    this.ends = ends;
    this.clock = clock;
    this.wishes = wishes;
    this.say = say;
    this.memory = memory;
  }

  /**
   * Copies with the sessions that also serve, and says what goes wrong.
   *
   * @param state the folder in which it is remembered what was begun
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
      Path state,
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
            () -> BegunUploads.open(state, to.org, to.storage));
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

  /** The two storages, each opened for what is done there, and what was begun in the second. */
  record Ends(Reach listSource, Reach read, Reach listTarget, Reach write, Memory begun) {}

  /** Opens what is remembered, once something is to be written. */
  interface Memory {
    BegunUploads open() throws IOException;
  }

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
   * @throws IOException if it cannot be remembered what is begun, with a message for people
   * @throws Refused if no session can be had
   */
  public boolean run() throws Listing.Failed, IOException {
    count();
    if (wishes.dryRun) {
      return tally.different() == 0;
    }
    try (BegunUploads begun = ends.begun.open()) {
      Source source = new Source(ends.read);
      Destination destination = new Destination(ends.write, wishes.replace, begun);
      destination.endEarlier();
      ObjectCopy objects = new ObjectCopy(source, destination, memory);
      new CopyRun(wishes, objects, new Likeness(source, destination), tally, say)
          .copy(comparison());
    }
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
      tally.countDifferent();
      say.accept(pair.difference());
    } else {
      tally.countPresent();
    }
  }
}
