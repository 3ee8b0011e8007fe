package io.edgemint.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Refused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns tokens into administrators, by issuers of their own: no issuer of devices and none of an
 * organisation is among them, and a token that is also meant for the devices' port is refused, so
 * that no token opens both.
 *
 * <p>A verified token is remembered until its key is retired or its room is needed; a refused one
 * never is. Safe on all threads but virtual ones.
 */
public final class AdministratorVerifier implements AutoCloseable {
  /** With the longest tokens, 4 MiB. */
  private static final long REMEMBERED = 1000;

  private final Issuers issuers;
  private final KeySearch search;
  private final Map<String, Set<String>> audiencesOfDevices = new HashMap<>();
  private final InstantSource clock;
  private final Cache<String, Known> known =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();
  private final Counter accepted;
  private final AuthCounters counters;

  /**
   * Begins to learn the issuers' keys.
   *
   * @param administrators whose tokens are taken
   * @param devices the platform's issuers of devices, which may go by the same names
   */
  public AdministratorVerifier(
      List<Issuer> administrators, List<Issuer> devices, KeySupply supply, MeterRegistry meters) {
    this.clock = supply.clock();
    for (Issuer issuer : devices) {
      audiencesOfDevices
          .computeIfAbsent(issuer.iss(), _ -> new HashSet<>())
          .addAll(issuer.audiences());
    }
    this.counters =
        new AuthCounters(
            meters,
            "gateway.admin.auth",
            "Tokens of administrators by what became of them",
            Flaw.values(),
            Flaw::refused);
    this.accepted = counters.accepted("verified");
    this.issuers = new Issuers(administrators, supply, FetchCounters.of(meters));
    this.search = new KeySearch(issuers);
  }

  /**
   * A token that has verified.
   *
   * @param key once that is retired, the entry is void
   */
  private record Known(VerifyingKey key, Administrator administrator) {}

  /** The administrator that a remembered token speaks of, or null if it must be looked at. */
  public @Nullable Administrator remembered(String token) {
    Known entry = known.getIfPresent(token);
    return entry == null || entry.key.isRetired() || entry.administrator.expiresAt() <= now()
        ? null
        : entry.administrator;
  }

  /**
   * The administrator that a token speaks of; completed as {@link CallerVerifier#verify} is, and
   * fails with a {@link Refused} of {@code TOKEN_INVALID} or {@code TOKEN_EXPIRED}.
   */
  public Future<Administrator> verify(String token) {
    Administrator administrator = remembered(token);
    if (administrator != null) {
      return Future.succeededFuture(administrator);
    }
    try {
      return search.judge(Token.parse(token), this::accept).onFailure(counters::count);
    } catch (Refused e) {
      counters.count(e);
      return Future.failedFuture(e);
    }
  }

  private Future<Administrator> accept(Token token, Issuer issuer, VerifyingKey key) {
    Claims claims = Claims.read(token, issuer.claims());
    if (!key.verifies(token)) {
      throw Flaw.SIGNATURE.refused();
    }
    Administrator administrator = claims.administrator(issuer, now());
    Set<String> others = audiencesOfDevices.getOrDefault(issuer.iss(), Set.of());
    if (!Collections.disjoint(claims.audiences(), others)) {
      throw Flaw.AUDIENCE.refused();
    }
    known.put(token.text(), new Known(key, administrator));
    // Last, for the key may have been retired while it was at work.
    if (key.isRetired()) {
      throw Flaw.KEY_UNKNOWN.refused();
    }
    accepted.increment();
    return Future.succeededFuture(administrator);
  }

  /** Ends when every issuer has tried to learn its keys. */
  public Future<Void> loaded() {
    return issuers.loaded();
  }

  /** Each issuer without a usable key and each unusable key, in sentences for the operator. */
  public List<String> problems() {
    return issuers.issuerProblems();
  }

  /** Lets nobody in any more, and fetches no more keys. */
  @Override
  public void close() {
    issuers.close();
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
