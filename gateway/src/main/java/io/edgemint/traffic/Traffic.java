package io.edgemint.traffic;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what devices, organisations and addresses have asked for, and refuses whoever is over its
 * rate. A bucket that is forgotten, for too many others came, is full when it comes back.
 *
 * <p>Safe on all threads, without locks.
 */
public final class Traffic {
  private final Map<Limit, Buckets> limits = new EnumMap<>(Limit.class);
  private final LongSupplier nanoTime;
  private final long start;

  /**
   * Begins with full buckets.
   *
   * @param nanoTime monotonic, such as {@link System#nanoTime()}
   */
  public Traffic(TrafficSettings settings, LongSupplier nanoTime, MeterRegistry meters) {
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    settings
        .rates()
        .forEach(
            (limit, rate) ->
                limits.put(
                    limit,
                    new Buckets(
                        limit.refused(), rate, settings.remembered(), counter(meters, limit))));
  }

  private static Counter counter(MeterRegistry meters, Limit limit) {
    return Counter.builder("gateway.shed")
        .description("Work that was turned away, by reason")
        .tag("reason", limit.name().toLowerCase(Locale.ROOT))
        .register(meters);
  }

  /**
   * Counts the requests of a device; null, or why one is refused. Whoever keeps it spares itself
   * two look-ups for each request.
   */
  public Supplier<@Nullable Refused> requestsOf(OrgId org, String subject) {
    TokenBucket ofDevice = bucket(Limit.DEVICE_REQUESTS, new Device(org, subject));
    TokenBucket ofOrg = bucket(Limit.ORG_REQUESTS, org);
    return () -> take(ofDevice, ofOrg);
  }

  /** Counts a link that must be signed for a device; null, or why it is refused. */
  public @Nullable Refused signature(OrgId org, String subject) {
    return take(
        bucket(Limit.DEVICE_SIGNATURES, new Device(org, subject)),
        bucket(Limit.ORG_SIGNATURES, org));
  }

  /** The device first, so that one that is refused takes nothing from its organisation. */
  private @Nullable Refused take(@Nullable TokenBucket ofDevice, @Nullable TokenBucket ofOrg) {
    long now = now();
    Refused refused = ofDevice == null ? null : ofDevice.take(now);
    return refused != null || ofOrg == null ? refused : ofOrg.take(now);
  }

  /** The bucket of an owner, or null where there is no limit. */
  private @Nullable TokenBucket bucket(Limit limit, Object owner) {
    Buckets buckets = limits.get(limit);
    return buckets == null ? null : buckets.of(owner);
  }

  /** From zero on, so that no sum overflows. */
  private long now() {
    return nanoTime.getAsLong() - start;
  }

  /** Null if an unknown token from this address may be looked at, or why not. */
  public @Nullable Refused unknownToken(InetAddress address) {
    Buckets addresses = limits.get(Limit.ADDRESS_TOKENS);
    TokenBucket bucket = addresses == null ? null : addresses.known(Client.of(address));
    return bucket == null ? null : bucket.look(now());
  }

  /** Counts a token from this address that was refused. */
  public void badToken(InetAddress address) {
    TokenBucket bucket = bucket(Limit.ADDRESS_TOKENS, Client.of(address));
    if (bucket != null) {
      bucket.take(now());
    }
  }

  /** Comparable, for an issuer may choose subjects of one hash. */
  private record Device(OrgId org, String subject) implements Comparable<Device> {
    @Override
    public int compareTo(Device other) {
      int bySubject = subject.compareTo(other.subject);
      return bySubject != 0 ? bySubject : org.compareTo(other.org);
    }
  }

  /** Buckets of one rate, by who they belong to. */
  private static final class Buckets {
    private final Refused refused;
    private final Rate rate;
    private final Cache<Object, TokenBucket> byOwner;
    private final Counter turnedAway;

    private Buckets(Refused refused, Rate rate, long most, Counter turnedAway) {
      this.refused = refused;
      this.rate = rate;
      this.byOwner = Caffeine.newBuilder().maximumSize(most).executor(Runnable::run).build();
      this.turnedAway = turnedAway;
    }

    private TokenBucket of(Object owner) {
      return byOwner.get(owner, key -> new TokenBucket(rate, refused, turnedAway));
    }

    private @Nullable TokenBucket known(Object owner) {
      return byOwner.getIfPresent(owner);
    }
  }
}
