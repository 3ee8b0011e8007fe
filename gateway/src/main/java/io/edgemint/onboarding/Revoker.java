package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Nodes;
import io.edgemint.backend.Nodes.Node;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocation;
import io.edgemint.backend.Revocations;
import io.edgemint.onboarding.Impossible.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Withdraws what an organisation's devices may read, and tells which gateways know of it. Waits for
 * the registry, so never on an event loop.
 */
public final class Revoker {
  /** A gateway reports each change of its version, and itself every ten seconds. */
  private static final Duration SILENT = Duration.ofSeconds(30);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int MAX_REASON = 200;

  /** Each holds a thread, of which there must be others for those who revoke meanwhile. */
  private static final int MOST_WAITING = 4;

  private final OrgEditor editor;
  private final Nodes nodes;
  private final @Nullable DefaultStorage defaultStorage;
  private final InstantSource clock;
  private final Pause pause;
  private final Semaphore waiting = new Semaphore(MOST_WAITING);

  /** Works on a store that these gateways follow. */
  public Revoker(
      BackendStore store,
      Nodes nodes,
      Optional<DefaultStorage> defaultStorage,
      InstantSource clock) {
    this(store, nodes, defaultStorage, clock, Thread::sleep);
  }

  Revoker(
      BackendStore store,
      Nodes nodes,
      Optional<DefaultStorage> defaultStorage,
      InstantSource clock,
      Pause pause) {
    this.editor = new OrgEditor(store);
    this.nodes = nodes;
    this.defaultStorage = defaultStorage.orElse(null);
    this.clock = clock;
    this.pause = pause;
  }

  /** Lets time pass. */
  @FunctionalInterface
  interface Pause {
    void sleep(Duration time) throws InterruptedException;
  }

  /**
   * What was asked for.
   *
   * @param lifts whether the revocation ends, instead of beginning
   * @param reason why, for the audit trail; may be empty
   */
  public record Wish(Revocation revocation, boolean lifts, String reason) {
    /**
     * Accepts a reason of at most 200 characters.
     *
     * @throws IllegalArgumentException if it is longer
     */
    public Wish {
      if (reason.length() > MAX_REASON) {
        throw new IllegalArgumentException("a reason has at most 200 characters");
      }
    }

    private String action() {
      String what = (lifts ? "lift revocation of " : "revoke ") + revocation.words();
      return reason.isEmpty() ? what : what + ": " + reason;
    }
  }

  /**
   * What became of it.
   *
   * @param org the record as written, or as it stood if nothing had to be
   * @param changed whether anything had to be written
   */
  public record Done(Org org, boolean changed) {}

  /** What stands. */
  public Org standing(OrgId id, Order order) {
    return editor.org(id, order);
  }

  /**
   * Begins or ends a revocation, whatever else is being changed; done twice it is done once.
   *
   * @throws Impossible if there is no such organisation, or it would revoke more than can be held
   *     against every request
   */
  public Done change(OrgId id, Wish wish, Order order) {
    boolean[] changed = {false};
    Org written =
        editor.edit(
            id,
            order,
            wish.action(),
            org -> {
              Revocations next = next(org.revocations(), wish);
              changed[0] = !next.equals(org.revocations());
              return changed[0] ? org.withRevocations(next) : org;
            });
    return new Done(written, changed[0]);
  }

  private static Revocations next(Revocations standing, Wish wish) {
    if (wish.lifts()) {
      return standing.without(wish.revocation());
    }
    Revocations next = standing.with(wish.revocation());
    try {
      // What stands already is no more than before.
      return next.equals(standing) ? next : next.requireBounded();
    } catch (IllegalArgumentException e) {
      throw new Impossible(Reason.CONTRADICTION, String.valueOf(e.getMessage()));
    }
  }

  /**
   * A gateway and a version.
   *
   * @param silence seconds since the gateway last reported itself
   */
  public record Reach(Node node, State state, long silence) {}

  /** What a gateway knows of a version. */
  public enum State {
    /** It serves from it, or from a later one. */
    REACHED,
    /** It reports itself and does not have it yet. */
    BEHIND,
    /** It does not report itself: cut off, it serves from what it last knew. */
    SILENT
  }

  /**
   * Which gateways have a version, after waiting for those that report themselves.
   *
   * @param wait whether to wait at all, which is three seconds at most; nobody does while four
   *     others do
   */
  public List<Reach> reach(long version, boolean wait) {
    if (!wait || !waiting.tryAcquire()) {
      return look(version);
    }
    try {
      return awaited(version);
    } finally {
      waiting.release();
    }
  }

  private List<Reach> awaited(long version) {
    List<Reach> reach = look(version);
    long left = LONGEST_WAIT.dividedBy(PAUSE);
    while (left-- > 0 && reach.stream().anyMatch(it -> it.state() == State.BEHIND)) {
      try {
        pause.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return reach;
      }
      reach = look(version);
    }
    return reach;
  }

  /** Whether gateways have reported themselves, and all of them have the version. */
  public static boolean isEverywhere(List<Reach> reach) {
    return !reach.isEmpty() && reach.stream().allMatch(it -> it.state() == State.REACHED);
  }

  private List<Reach> look(long version) {
    long now = clock.millis();
    return nodes.nodes().stream()
        .map(
            node -> {
              Duration silence = Duration.ofMillis(Math.max(0, now - node.at()));
              State state =
                  node.version() >= version
                      ? State.REACHED
                      : silence.compareTo(SILENT) > 0 ? State.SILENT : State.BEHIND;
              return new Reach(node, state, silence.toSeconds());
            })
        .toList();
  }

  /**
   * Until when, at most, links live that were made until now: by the lives of everything that has
   * served and still stands.
   */
  public Instant linksUntil(Org org) {
    Instant now = clock.instant();
    Instant end = defaultStorage == null ? now : now.plus(defaultStorage.download().ttl());
    for (Backend backend : org.backends()) {
      if (backend.service().turn() == 0) {
        continue;
      }
      end = later(end, now.plus(backend.download().ttl()));
      if (backend.download() instanceof CloudFront cdn) {
        for (CloudFront.SigningKey key : cdn.keys()) {
          end = later(end, Instant.ofEpochSecond(key.linksUntil()));
        }
      }
    }
    return end;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
