package io.edgemint.traffic;

import com.sun.management.UnixOperatingSystemMXBean;
import io.edgemint.config.Section;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What one client may hold open, and for how long.
 *
 * @param total connections in all
 * @param perAddress connections of one client address (of one /64 network with IPv6); listed
 *     proxies have none of this limit
 * @param requestTimeout how long a request may take to arrive whole, from its first byte
 * @param handshakeTimeout how much longer the first one may take where TLS comes before it
 * @param idleTimeout how long a connection may stay silent
 * @param requests how many requests one connection is served
 * @param age how long a connection is served, give or take a tenth
 */
public record ConnectionLimits(
    int total,
    int perAddress,
    Duration requestTimeout,
    Duration handshakeTimeout,
    Duration idleTimeout,
    int requests,
    Duration age) {
  /** Without a word from the operator. */
  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(
          fourFifthsOfDescriptors(),
          256,
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          1000,
          Duration.ofMinutes(10));

  /** Reads the section {@code edge.limits}, together with others that read theirs of it. */
  public static ConnectionLimits read(Section section) {
    return new ConnectionLimits(
        section.integer("connections", DEFAULT.total, 1, 10_000_000),
        section.integer("connections_per_address", DEFAULT.perAddress, 1, 10_000_000),
        section.duration(
            "request_timeout", DEFAULT.requestTimeout, Duration.ofMillis(100), Duration.ofHours(1)),
        section.duration(
            "handshake_timeout",
            DEFAULT.handshakeTimeout,
            Duration.ofMillis(100),
            Duration.ofHours(1)),
        section.duration(
            "idle_timeout", DEFAULT.idleTimeout, Duration.ofSeconds(1), Duration.ofHours(1)),
        section.integer("requests_per_connection", DEFAULT.requests, 1, 100_000_000),
        section.duration(
            "connection_age", DEFAULT.age, Duration.ofSeconds(1), Duration.ofDays(365)));
  }

  /** The rest is for files, the registry, and calls to STS and JWKS endpoints. */
  private static int fourFifthsOfDescriptors() {
    long descriptors =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : 4096;
    return Math.clamp(descriptors / 5 * 4, 64, 1_000_000);
  }
}
