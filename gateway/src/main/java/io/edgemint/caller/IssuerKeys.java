package io.edgemint.caller;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.KeySource.JwksUrl;
import io.edgemint.backend.Issuer.KeySource.SharedSecret;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The current keys of one issuer. What is written in its record is read when this is made; what
 * stands at a URL follows a {@link KeyFeed}. Reading the keys is one volatile read, on any thread.
 */
final class IssuerKeys {
  private static final System.Logger LOG = System.getLogger(IssuerKeys.class.getName());

  private final Issuer issuer;
  private final @Nullable KeyFeed feed;
  private volatile KeySet keys = KeySet.EMPTY;
  private volatile @Nullable String failure;
  private boolean closed;

  /** Reads the keys that the record holds, which is not for event loops. */
  IssuerKeys(Issuer issuer, KeySupply supply, FetchCounters counters) {
    this.issuer = issuer;
    if (issuer.keys() instanceof JwksUrl url) {
      this.feed = new KeyFeed(this, url.uri(), supply, counters);
      return;
    }
    this.feed = null;
    try {
      install(KeySources.written(issuer, supply.secrets()));
    } catch (IllegalArgumentException e) {
      failed("its keys cannot be read: " + e.getMessage());
    }
  }

  /** Begins to fetch, if the keys stand at a URL; called once. */
  void start() {
    if (feed != null) {
      feed.start();
    }
  }

  Issuer issuer() {
    return issuer;
  }

  KeySet keys() {
    return keys;
  }

  /** Ends when the keys have been read, or an attempt to fetch them is over. */
  Future<Void> loaded() {
    return feed == null ? Future.succeededFuture() : feed.loaded();
  }

  /**
   * Ends when keys that are on their way have come, or take too long; null if none are on their way
   * or too many wait already. Asks for new ones if the last attempt was long enough ago.
   */
  @Nullable Future<Void> arriving() {
    return feed == null ? null : feed.arriving();
  }

  /** Puts a set in the place of the last one; keys that both hold stay the same objects. */
  synchronized void install(KeySet next) {
    KeySet old = keys;
    KeySet merged = closed ? KeySet.EMPTY : next.keeping(old);
    keys = merged;
    failure = null;
    old.retireAllBut(merged);
  }

  /** Notes why the keys could not be renewed; those at hand stay. */
  void failed(String problem) {
    failure = problem;
    LOG.log(System.Logger.Level.WARNING, "issuer {0}: {1}", issuer.iss(), problem);
  }

  /** Notes that all is well. */
  void confirmed() {
    failure = null;
  }

  /** What keeps tokens of this issuer out, or keys of it from being used; one sentence each. */
  List<String> problems() {
    KeySet current = keys;
    List<String> problems = new ArrayList<>();
    if (current.isEmpty()) {
      problems.add("no usable key, so every token of it is refused");
    }
    String reason = failure;
    if (reason != null) {
      problems.add(reason);
    }
    problems.addAll(current.skipped());
    return problems.stream().map(problem -> "issuer " + issuer.iss() + ": " + problem).toList();
  }

  /**
   * Takes over the keys of an earlier record, with the tokens that they have verified, if nothing
   * but the sealing of its shared secret has changed: what was said in the same name under the same
   * key holds on.
   */
  synchronized void takeOver(IssuerKeys earlier) {
    if (isSealedAnew(earlier.issuer, issuer)) {
      keys = keys.keeping(earlier.keys);
    }
  }

  private static boolean isSealedAnew(Issuer before, Issuer after) {
    return before.keys() instanceof SharedSecret
        && after.keys() instanceof SharedSecret
        && new Issuer(
                before.iss(),
                before.audiences(),
                before.algorithms(),
                after.keys(),
                before.claims(),
                before.maxLife(),
                before.org())
            .equals(after);
  }

  /** Learns no more, and retires all keys but those that another has taken over. */
  void close(KeySet taken) {
    if (feed != null) {
      feed.close();
    }
    synchronized (this) {
      closed = true;
      KeySet old = keys;
      keys = KeySet.EMPTY;
      failure = null;
      old.retireAllBut(taken);
    }
  }
}
