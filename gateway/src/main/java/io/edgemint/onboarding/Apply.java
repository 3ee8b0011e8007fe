package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Snapshot;
import io.edgemint.onboarding.Impossible.Reason;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the registry to what files describe, in one transaction. It changes only what a file
 * names, never a verification state and never a key that stands; a change of anything that decides
 * bytes becomes a new draft, while what serves goes on serving. Waits for a disk, so never on an
 * event loop.
 */
public final class Apply {
  private final BackendStore store;
  private final StandingSecrets secrets;
  private final InstantSource clock;

  /** Works on a store whose secrets can be opened. */
  public Apply(BackendStore store, Secrets secrets, InstantSource clock) {
    this.store = store;
    this.secrets = new StandingSecrets(secrets);
    this.clock = clock;
  }

  /**
   * What becomes of one organisation.
   *
   * @param org its id
   * @param outcome what happens to it
   * @param changes what differs, in words without secrets
   */
  public record Result(OrgId org, Outcome outcome, List<String> changes) {
    /** Copies the list. */
    public Result {
      changes = List.copyOf(changes);
    }
  }

  /** What happens to an organisation. */
  public enum Outcome {
    CREATED,
    CHANGED,
    UNCHANGED,
    DELETED
  }

  /**
   * Compares and writes.
   *
   * @param files every organisation that should be
   * @param prune whether organisations that no file names are deleted, and issuers and destinations
   *     that their organisation's file does not name
   * @param dryRun whether nothing is written
   * @throws Impossible if a file asks for what is never done, with every reason; nothing is written
   * @throws BackendStore.Conflict if somebody else wrote meanwhile; nothing is written
   */
  public List<Result> run(List<OrgFile> files, boolean prune, boolean dryRun, String actor) {
    Snapshot standing = store.load();
    List<Result> results = new ArrayList<>();
    List<Org> writes = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    Set<OrgId> named = new HashSet<>();
    for (OrgFile file : files) {
      OrgId id = file.org().id();
      if (!named.add(id)) {
        refusals.add("organisation '" + id + "' stands in two files; keep one");
        continue;
      }
      Org old = standing.org(id);
      try {
        Merge merge = new Merge(old, file, secrets, clock, prune);
        Org next = merge.org();
        Result result = result(old, next, merge);
        results.add(result);
        if (result.outcome != Outcome.UNCHANGED) {
          writes.add(next);
        }
      } catch (Impossible e) {
        refusals.add(id + ": " + e.getMessage());
      }
    }
    List<Org> deletions =
        prune
            ? standing.orgs().stream().filter(org -> !named.contains(org.id())).toList()
            : List.of();
    for (Org org : deletions) {
      if (org.active() != null) {
        refusals.add(
            org.id() + ": its backend '" + active(org) + "' serves; it is not deleted by prune");
      }
      results.add(new Result(org.id(), Outcome.DELETED, List.of()));
    }
    if (!refusals.isEmpty()) {
      throw new Impossible(Reason.CONTRADICTION, String.join("\n", refusals));
    }
    if (!dryRun) {
      write(writes, deletions, actor);
    }
    return results;
  }

  /**
   * Brings one organisation to what a request says of it; what it leaves out of the issuers and
   * destinations is deleted.
   *
   * @param file what should be; backends that it does not name stay
   * @param allowed looks at the very record that would be replaced, null if there is none, and
   *     throws what it likes if that must not be
   * @return what becomes of it, and the organisation as written
   * @throws Impossible if that is never done, or the organisation has another version than the
   *     order has seen
   * @throws BackendStore.Conflict if somebody else wrote meanwhile; nothing is written
   */
  public Put put(OrgFile file, Order order, Consumer<@Nullable Org> allowed) {
    Org old = store.org(file.org().id());
    allowed.accept(old);
    OrgEditor.requireVersion(file.org().id(), old, order);
    Merge merge = new Merge(old, file, secrets, clock, true);
    Org next = merge.org();
    Result result = result(old, next, merge);
    if (order.dryRun() || result.outcome == Outcome.UNCHANGED) {
      return new Put(result, next);
    }
    Change change = new Change(order.actor(), "put");
    return new Put(result, store.write(List.of(next), change).get(0));
  }

  private static Result result(@Nullable Org old, Org next, Merge merge) {
    if (old == null) {
      return new Result(next.id(), Outcome.CREATED, merge.changes());
    }
    return next.equals(old)
        ? new Result(next.id(), Outcome.UNCHANGED, List.of())
        : new Result(next.id(), Outcome.CHANGED, merge.changes());
  }

  /**
   * What became of one organisation.
   *
   * @param org the record as written, or as it would be
   */
  public record Put(Result result, Org org) {}

  private void write(List<Org> writes, List<Org> deletions, String actor) {
    if (!writes.isEmpty() || !deletions.isEmpty()) {
      store.write(writes, deletions, new Change(actor, "apply"));
    }
  }

  private static String active(Org org) {
    Backend active = org.active();
    return active == null ? "" : active.name();
  }
}
