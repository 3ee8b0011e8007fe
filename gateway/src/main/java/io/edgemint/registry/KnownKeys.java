package io.edgemint.registry;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.caller.LastGoodKeys;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Issuers' last good keys, kept in the registry and, for as long as that is away, in this process
 * and its snapshot file. While it is away it is not asked; what was learned meanwhile is written
 * there when it is back. Safe on all threads.
 */
public final class KnownKeys implements LastGoodKeys {
  private final LastGoodKeys registry;
  private final Set<String> platformIssuers;
  private final Executor background;
  private final Map<String, String> known = new ConcurrentHashMap<>();
  private final Set<String> unsaved = ConcurrentHashMap.newKeySet();
  private final AtomicLong revision = new AtomicLong();
  private volatile boolean away;

  /**
   * Knows nothing yet.
   *
   * @param platformIssuers the {@code iss} of the issuers that stand in no organisation's record
   * @param background where the registry is written to when it is back
   */
  public KnownKeys(LastGoodKeys registry, Set<String> platformIssuers, Executor background) {
    this.registry = registry;
    this.platformIssuers = Set.copyOf(platformIssuers);
    this.background = background;
  }

  @Override
  public @Nullable String load(String iss) {
    if (away) {
      return known.get(iss);
    }
    try {
      String kept = registry.load(iss);
      if (kept != null) {
        put(iss, kept);
      }
    } catch (RuntimeException e) {
      if (!known.containsKey(iss)) {
        throw e;
      }
    }
    return known.get(iss);
  }

  @Override
  public void save(String iss, String jwksJson) {
    put(iss, jwksJson);
    unsaved.add(iss);
    if (!away) {
      write(iss);
    }
  }

  private synchronized void put(String iss, String jwks) {
    if (!jwks.equals(known.put(iss, jwks))) {
      revision.incrementAndGet();
    }
  }

  /** Whether it was written; if not, it stays to be written. */
  private boolean write(String iss) {
    String jwks = known.get(iss);
    if (jwks == null) {
      // Forgotten, since its issuer is gone.
      unsaved.remove(iss);
      return true;
    }
    try {
      registry.save(iss, jwks);
      unsaved.remove(iss);
      return true;
    } catch (RuntimeException e) {
      System.getLogger(KnownKeys.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "the keys of {0} stay out of the registry for now: {1}",
              iss,
              e.getMessage());
      return false;
    }
  }

  /** Takes what a snapshot file held. */
  void restore(Map<String, String> keys) {
    keys.forEach(this::put);
  }

  /** Says whether the registry can be read; when it is back, it is written to. */
  void away(boolean isAway) {
    boolean wasAway = away;
    away = isAway;
    if (wasAway && !isAway) {
      settle();
    }
  }

  /** Writes to the registry what it has missed; returns at once. */
  void settle() {
    if (away || unsaved.isEmpty()) {
      return;
    }
    try {
      background.execute(this::writeUnsaved);
    } catch (RejectedExecutionException e) {
      // This process ends; its snapshot file has them.
    }
  }

  /** Stops at the first that fails: the registry is away again, and the rest can wait. */
  private void writeUnsaved() {
    for (String iss : unsaved) {
      if (!write(iss)) {
        return;
      }
    }
  }

  /** Grows with each change. */
  long revision() {
    return revision.get();
  }

  /**
   * The keys of every issuer that there is; others are forgotten. What is put while this waits is
   * that of an issuer which the directory knows by then.
   */
  synchronized Map<String, String> of(OrgDirectory directory) {
    Set<String> issuers = new HashSet<>(platformIssuers);
    for (Org org : directory.snapshot().orgs()) {
      org.issuers().stream().map(Issuer::iss).forEach(issuers::add);
    }
    known.keySet().retainAll(issuers);
    return new HashMap<>(known);
  }
}
