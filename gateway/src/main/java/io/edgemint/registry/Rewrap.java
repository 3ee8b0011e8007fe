package io.edgemint.registry;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.vault.Vault;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts the data keys of all sealed secrets under the key-encryption key that seals now, a few
 * organisations at a time. It keeps no state of its own but looks at what is left, so it may be cut
 * anywhere and run again, also twice at once and while others write. Waits for the registry.
 */
public final class Rewrap {
  /** How many organisations one transaction writes. */
  public static final int BATCH = 50;

  private static final String ACTION = "re-wrap secrets";
  private static final int TRIES = 10;

  private final BackendStore store;
  private final Vault vault;
  private final Change change;
  private final Map<String, Stuck> stuck = new TreeMap<>();
  private int orgs;
  private int secrets;

  /**
   * Changes nothing before it is asked to.
   *
   * @param actor whom the audit trail names
   */
  public Rewrap(BackendStore store, Vault vault, String actor) {
    this.store = store;
    this.vault = vault;
    this.change = new Change(actor, ACTION);
  }

  /** A secret that cannot be opened, and why. */
  public record Stuck(Purpose purpose, String reason) {}

  /**
   * How far it is.
   *
   * @param orgs organisations that were written
   * @param secrets secrets whose data keys were wrapped anew
   * @param left organisations of this round that are still to come
   */
  public record Progress(int orgs, int secrets, int left) {}

  /**
   * What has become of it.
   *
   * @param orgs organisations that were written
   * @param secrets secrets whose data keys were wrapped anew
   * @param stuck those that no key that is here opens; they stay as they are
   * @param census how it stands now
   */
  public record Result(int orgs, int secrets, List<Stuck> stuck, KeyCensus census) {
    /** Whether every secret is under the key that seals now. */
    public boolean done() {
      return census.keys().stream().skip(1).allMatch(key -> key.secrets() == 0);
    }
  }

  /**
   * Re-wraps whatever is under another key, until a look at the registry finds nothing more to do.
   *
   * @param pause called after each batch, and may wait so that gateways keep up
   */
  public Result run(Consumer<Progress> pause) {
    Collection<Org> all = store.load().orgs();
    for (List<Org> due = due(all); !due.isEmpty(); due = due(all)) {
      for (int from = 0; from < due.size(); from += BATCH) {
        int to = Math.min(from + BATCH, due.size());
        writeTogether(due.subList(from, to));
        pause.accept(new Progress(orgs, secrets, due.size() - to));
      }
      // A gateway that still sealed under the old key may have written meanwhile.
      all = store.load().orgs();
    }
    return result(all);
  }

  /** Tries every secret and writes nothing: what {@link #run} would do now. */
  public Result rehearse() {
    Collection<Org> all = store.load().orgs();
    due(all).forEach(org -> count(org, rewrapped(org)));
    return result(all);
  }

  private Result result(Collection<Org> all) {
    return new Result(orgs, secrets, List.copyOf(stuck.values()), KeyCensus.of(all, vault));
  }

  /** Organisations that have something to re-wrap that can be, in the order of their ids. */
  private List<Org> due(Collection<Org> all) {
    stuck.clear();
    return all.stream()
        .filter(org -> !rewrapped(org).equals(org))
        .sorted(Comparator.comparing(org -> org.id().value()))
        .toList();
  }

  private void writeTogether(List<Org> batch) {
    List<Org> next = batch.stream().map(this::rewrapped).toList();
    try {
      store.write(next, change);
    } catch (Conflict e) {
      batch.forEach(org -> writeAlone(org.id()));
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      count(batch.get(i), next.get(i));
    }
  }

  /** From what stands now: somebody has changed it, re-wrapped it or deleted it. */
  private void writeAlone(OrgId id) {
    for (int attempt = 1; ; attempt++) {
      @Nullable Org standing = store.org(id);
      Org next = standing == null ? null : rewrapped(standing);
      if (standing == null || next == null || next.equals(standing)) {
        return;
      }
      try {
        store.write(List.of(next), change);
        count(standing, next);
        return;
      } catch (Conflict e) {
        if (attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  private void count(Org before, Org after) {
    List<SealedSecrets.Held> old = SealedSecrets.of(before);
    List<SealedSecrets.Held> now = SealedSecrets.of(after);
    orgs++;
    for (int i = 0; i < old.size(); i++) {
      secrets += old.get(i).equals(now.get(i)) ? 0 : 1;
    }
  }

  private Org rewrapped(Org org) {
    return SealedSecrets.map(org, this::rewrapped);
  }

  private SealedSecret rewrapped(Purpose purpose, SealedSecret secret) {
    try {
      String text = vault.rewrap(secret.text(), purpose.context(secret.version()));
      return new SealedSecret(secret.version(), text);
    } catch (IllegalArgumentException e) {
      String where = purpose.org() + " " + purpose.backend() + " " + purpose.kind();
      stuck.put(where, new Stuck(purpose, String.valueOf(e.getMessage())));
      return secret;
    }
  }
}
