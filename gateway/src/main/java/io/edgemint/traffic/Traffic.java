package io.edgemint.traffic;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what devices, organisations and addresses have asked for, and refuses whoever is over its
 * rate. A bucket that is forgotten, for too many others came, is full when it comes back.
 *
 * <p>Safe on all threads, without locks.
 */
public final class Traffic {
  private final Map<Limit, Buckets> limits = new EnumMap<>(Limit.class);

  /**
   * Begins with full buckets.
   *
   * @param nanoTime monotonic, such as {@link System#nanoTime()}
   */
  public Traffic(TrafficSettings settings, LongSupplier nanoTime, MeterRegistry meters) {
    settings
        .rates()
        .forEach(
            (limit, rate) ->
                limits.put(
                    limit,
                    new Buckets(
                        limit.refused(),
                        rate,
                        settings.remembered(),
                        meter(nanoTime),
                        counter(meters, limit))));
  }

  private static Counter counter(MeterRegistry meters, Limit limit) {
    return Counter.builder("gateway.shed")
        .description("Work that was turned away, by reason")
        .tag("reason", limit.name().toLowerCase(Locale.ROOT))
        .register(meters);
  }

  /** From zero on, for the library takes no clock that overflows. */
  private static TimeMeter meter(LongSupplier nanoTime) {
    long start = nanoTime.getAsLong();
    return new TimeMeter() {
      @Override
      public long currentTimeNanos() {
        return nanoTime.getAsLong() - start;
      }

      @Override
      public boolean isWallClockBased() {
        return false;
      }
    };
  }

  /** Counts a request of a device; null, or why it is refused. */
  public @Nullable Refused request(OrgId org, String subject) {
    return both(Limit.DEVICE_REQUESTS, Limit.ORG_REQUESTS, org, subject);
  }

  /** Counts a link that must be signed for a device; null, or why it is refused. */
  public @Nullable Refused signature(OrgId org, String subject) {
    return both(Limit.DEVICE_SIGNATURES, Limit.ORG_SIGNATURES, org, subject);
  }

  /** The device first, so that one that is refused takes nothing from its organisation. */
  private @Nullable Refused both(Limit ofDevice, Limit ofOrg, OrgId org, String subject) {
    Buckets devices = limits.get(ofDevice);
    if (devices != null && !devices.take(new Device(org, subject))) {
      return devices.refused();
    }
    Buckets orgs = limits.get(ofOrg);
    return orgs != null && !orgs.take(org) ? orgs.refused() : null;
  }

  /** Null if an unknown token from this address may be looked at, or why not. */
  public @Nullable Refused unknownToken(InetAddress address) {
    Buckets addresses = limits.get(Limit.ADDRESS_TOKENS);
    return addresses != null && addresses.isEmpty(address) ? addresses.refused() : null;
  }

  /** Counts a token from this address that was refused. */
  public void badToken(InetAddress address) {
    Buckets addresses = limits.get(Limit.ADDRESS_TOKENS);
    if (addresses != null) {
      addresses.drain(address);
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
    private final Cache<Object, Bucket> byOwner;
    private final TimeMeter meter;
    private final Counter turnedAway;

    private Buckets(Refused refused, Rate rate, long most, TimeMeter meter, Counter turnedAway) {
      this.refused = refused;
      this.rate = rate;
      this.byOwner = Caffeine.newBuilder().maximumSize(most).executor(Runnable::run).build();
      this.meter = meter;
      this.turnedAway = turnedAway;
    }

    private boolean take(Object owner) {
      boolean taken = byOwner.get(owner, this::full).tryConsume(1);
      if (!taken) {
        turnedAway.increment();
      }
      return taken;
    }

    /** Whether there is a bucket, and nothing in it. */
    private boolean isEmpty(Object owner) {
      Bucket bucket = byOwner.getIfPresent(owner);
      boolean empty = bucket != null && bucket.getAvailableTokens() == 0;
      if (empty) {
        turnedAway.increment();
      }
      return empty;
    }

    private void drain(Object owner) {
      byOwner.get(owner, this::full).tryConsume(1);
    }

    private Bucket full(Object owner) {
      return Bucket.builder().withCustomTimePrecision(meter).addLimit(rate.bandwidth()).build();
    }

    private Refused refused() {
      return refused;
    }
  }
}
