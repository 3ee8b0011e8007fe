package io.edgemint.signing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.signing.Link.LimitedBy;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Remembers links until they end, up to a weight.
 *
 * <p>An organisation may fill what nobody else uses. Once seven eighths are taken, each new link
 * takes its room from an organisation that holds more than one eighth, oldest link first, so that a
 * storm in one organisation never pushes out the links of the others.
 */
final class LinkMemo {
  private static final int OVERHEAD = 300;

  private final long maximum;
  private final Cache<Key, Future<Link>> links;
  private final AtomicLong total = new AtomicLong();
  private final Map<OrgId, Holding> holdings = new ConcurrentHashMap<>();
  private final Set<OrgId> overShare = ConcurrentHashMap.newKeySet();

  LinkMemo(long maximum, InstantSource clock) {
    this.maximum = maximum;
    this.links =
        Caffeine.newBuilder()
            .maximumWeight(maximum)
            .weigher((Key key, Future<Link> link) -> key.weight())
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .expireAfter(
                Expiry.<Key, Future<Link>>creating(
                    (key, link) -> Duration.ofMillis(key.expiry() * 1000 - clock.millis())))
            .removalListener(
                (@Nullable Key key, @Nullable Future<Link> link, RemovalCause cause) ->
                    released(key, link))
            .executor(Runnable::run)
            .build();
  }

  @Nullable Future<Link> get(Key key) {
    return links.getIfPresent(key);
  }

  void put(Key key, Future<Link> link) {
    putIfAbsent(key, link);
  }

  /** Remembers a link unless one stands there already; gives that one, or null. */
  @Nullable Future<Link> putIfAbsent(Key key, Future<Link> link) {
    // Counted while it is put there: before it can be evicted, and never for one that is not.
    Future<Link> there =
        links
            .asMap()
            .computeIfAbsent(
                key,
                absent -> {
                  taken(absent, link);
                  return link;
                });
    if (!there.equals(link)) {
      return there;
    }
    makeRoom();
    return null;
  }

  void remove(Key key) {
    links.invalidate(key);
  }

  /** Does now what is done beside other calls: lets go of what has ended. */
  void settle() {
    links.cleanUp();
  }

  /** Bytes held for one organisation, about. */
  long weightOf(OrgId org) {
    Holding holding = holdings.get(org);
    return holding == null ? 0 : holding.weight.get();
  }

  /** Links held for one organisation. */
  int linksOf(OrgId org) {
    Holding holding = holdings.get(org);
    return holding == null ? 0 : holding.links.size();
  }

  private void taken(Key key, Future<Link> link) {
    total.addAndGet(key.weight());
    holdings.compute(
        key.org(),
        (org, known) -> {
          Holding holding = known == null ? new Holding() : known;
          holding.links.putLast(key, link);
          noteShare(org, holding.weight.addAndGet(key.weight()));
          return holding;
        });
  }

  private void released(@Nullable Key key, @Nullable Future<Link> link) {
    if (key == null || link == null) {
      return;
    }
    total.addAndGet(-key.weight());
    holdings.computeIfPresent(
        key.org(),
        (org, holding) -> {
          // Told after the removal: another thread may have put a new link there already.
          holding.links.remove(key, link);
          long left = holding.weight.addAndGet(-key.weight());
          noteShare(org, left);
          return left <= 0 ? null : holding;
        });
  }

  private void makeRoom() {
    for (OrgId org : overShare) {
      while (total.get() > maximum - maximum / 8 && overShare.contains(org)) {
        Key oldest = oldest(org);
        if (oldest == null) {
          break;
        }
        links.invalidate(oldest);
      }
    }
  }

  /** The oldest link of an organisation, which is no longer the oldest for anybody else. */
  private @Nullable Key oldest(OrgId org) {
    AtomicReference<@Nullable Key> oldest = new AtomicReference<>();
    holdings.computeIfPresent(
        org,
        (id, holding) -> {
          Map.Entry<Key, Future<Link>> first = holding.links.pollFirstEntry();
          oldest.set(first == null ? null : first.getKey());
          return holding;
        });
    return oldest.get();
  }

  private void noteShare(OrgId org, long weight) {
    if (weight > maximum / 8) {
      overShare.add(org);
    } else {
      overShare.remove(org);
    }
  }

  /** What decides a link, byte for byte. */
  record Key(
      OrgId org,
      String fingerprint,
      ObjectKey object,
      @Nullable String version,
      long expiry,
      LimitedBy limitedBy,
      int linkBytes)
      implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing((Key key) -> key.object.value())
            .thenComparing(Key::org)
            .thenComparingLong(Key::expiry)
            .thenComparing(Key::fingerprint)
            .thenComparing(Key::version, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Key::limitedBy)
            .thenComparingInt(Key::linkBytes);

    /** So that maps stay fast when devices choose keys of one hash. */
    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }

    int weight() {
      return OVERHEAD + linkBytes + 3 * object.encoded().length();
    }
  }

  /** What one organisation holds, oldest first; changed only inside {@code holdings.compute}. */
  private static final class Holding {
    private final AtomicLong weight = new AtomicLong();
    private final SequencedMap<Key, Future<Link>> links = new LinkedHashMap<>();
  }
}
