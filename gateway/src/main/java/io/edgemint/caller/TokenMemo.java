package io.edgemint.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers verified tokens by their whole exact text, up to a weight.
 *
 * <p>An issuer may fill what nobody else uses. Once seven eighths are taken and one issuer holds
 * more than half of all, room is made among its tokens, oldest first, so that a storm at one issuer
 * never pushes out the tokens of the others. Otherwise the cache itself decides.
 */
final class TokenMemo {
  /** Bytes of an entry beside its texts, about: nodes of two maps, records, future, sets. */
  private static final int OVERHEAD = 600;

  /**
   * How often the cache is told that a token is in use. Told of each look, it puts them all in
   * order again and again, which costs as much as the look itself.
   */
  private static final long TOUCH_SECONDS = 10;

  private final long maximum;
  private final Cache<String, Remembered> tokens;
  private final AtomicLong total = new AtomicLong();
  private final Map<String, Share> shares = new ConcurrentHashMap<>();
  private volatile @Nullable Share heavy;

  TokenMemo(long maximum) {
    this.maximum = maximum;
    this.tokens =
        Caffeine.newBuilder()
            .maximumWeight(maximum)
            .weigher((String token, Remembered entry) -> weight(token))
            .removalListener(this::removed)
            .executor(Runnable::run)
            .build();
  }

  /**
   * What is remembered, or null.
   *
   * @param now seconds since 1970
   */
  @Nullable Remembered get(String token, long now) {
    Remembered known = tokens.policy().getIfPresentQuietly(token);
    if (known != null && known.isToBeTouched(now)) {
      return tokens.getIfPresent(token);
    }
    return known;
  }

  void put(String token, Remembered entry) {
    Share share = shares.computeIfAbsent(entry.caller().issuer(), _ -> new Share());
    // Counted while it is put there: before it can be evicted, and in the order in which threads
    // that verified the same token replace each other's.
    tokens
        .asMap()
        .compute(
            token,
            (_, before) -> {
              total.addAndGet(share.add(token, entry));
              return entry;
            });
    if (share.weight() > maximum / 2) {
      heavy = share;
    }
    makeRoom(total.get());
  }

  void remove(String token) {
    tokens.invalidate(token);
  }

  /** Bytes held for one issuer, about. */
  long weightOf(String iss) {
    Share share = shares.get(iss);
    return share == null ? 0 : share.weight();
  }

  private void makeRoom(long used) {
    Share share = heavy;
    while (share != null && used > maximum - maximum / 8 && used > share.weight()) {
      String oldest = share.weight() > maximum / 2 ? share.oldest() : null;
      if (oldest == null) {
        heavy = null;
        return;
      }
      tokens.invalidate(oldest);
      used = total.get();
    }
  }

  private void removed(@Nullable String token, @Nullable Remembered entry, RemovalCause cause) {
    Share share = entry == null ? null : shares.get(entry.caller().issuer());
    if (token != null && entry != null && share != null) {
      total.addAndGet(-share.remove(token, entry));
    }
  }

  private static int weight(String token) {
    return OVERHEAD + 2 * token.length();
  }

  /** A verified token: who it speaks of, and the key that its validity hangs on. */
  static final class Remembered {
    private final VerifyingKey key;
    private final Caller caller;
    private final Future<Caller> answer;
    private final Supplier<@Nullable Refused> account;
    private volatile long touched;

    /**
     * Of a token that is new.
     *
     * @param key what verified it; once that is retired, the entry is void
     * @param caller what it says
     * @param account counts one of its requests; null, or why the caller has to come back later
     */
    Remembered(VerifyingKey key, Caller caller, Supplier<@Nullable Refused> account) {
      this.key = key;
      this.caller = caller;
      this.answer = Future.succeededFuture(caller);
      this.account = account;
    }

    VerifyingKey key() {
      return key;
    }

    Caller caller() {
      return caller;
    }

    /** The same, ready to be given out. */
    Future<Caller> answer() {
      return answer;
    }

    Supplier<@Nullable Refused> account() {
      return account;
    }

    /** True once in a while; no harm is done if two threads are told so. */
    private boolean isToBeTouched(long now) {
      if (touched <= now && now - touched < TOUCH_SECONDS) {
        return false;
      }
      touched = now;
      return true;
    }
  }

  /** What one issuer holds, oldest first. */
  private static final class Share {
    private final LinkedHashMap<String, Remembered> entries = new LinkedHashMap<>();
    private volatile long weight;

    /** The bytes by which the share has grown. */
    private synchronized int add(String token, Remembered entry) {
      int grown = entries.put(token, entry) == null ? TokenMemo.weight(token) : 0;
      weight = weight + grown;
      return grown;
    }

    /** The bytes by which the share has shrunk; none if another entry stands there by now. */
    private synchronized int remove(String token, Remembered entry) {
      int shrunk = entries.remove(token, entry) ? TokenMemo.weight(token) : 0;
      weight = weight - shrunk;
      return shrunk;
    }

    private synchronized @Nullable String oldest() {
      return entries.isEmpty() ? null : entries.firstEntry().getKey();
    }

    private long weight() {
      return weight;
    }
  }
}
