package io.edgemint.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Refused;
import io.edgemint.caller.TokenMemo.Remembered;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns tokens into callers.
 *
 * <p>A verified token is remembered under its whole text until its key is retired or its room is
 * needed; a refused one never is, but for the end of one that has expired. Whether it has expired
 * and whether its key is still live is looked at each time. A key is retired when its issuer no
 * longer publishes it, and when an organisation changes or drops the issuer; sealing a shared
 * secret anew changes nothing.
 *
 * <p>Safe on all threads, meant for event loops: a known token costs one look-up, an unknown one a
 * signature check where the caller stands. Not for virtual threads: each would make its own copy of
 * the library's signature objects.
 */
public final class CallerVerifier implements AutoCloseable {
  /** With the longest tokens, 4 MiB. */
  private static final long MOST_ENDED = 1000;

  private final Issuers issuers;
  private final KeySearch search;
  private final TokenMemo memo;

  /** When tokens ended that came too late, so that none costs a second signature check. */
  private final Cache<String, Long> ended =
      Caffeine.newBuilder().maximumSize(MOST_ENDED).executor(Runnable::run).build();

  private final OrgDirectory orgs;
  private final InstantSource clock;
  private final Function<Caller, Supplier<@Nullable Refused>> accounts;
  private final Counter remembered;
  private final Counter verified;
  private final AuthCounters counters;

  /**
   * Begins to learn the issuers' keys, and follows the organisations' issuers from then on.
   *
   * @param platform the issuers that may speak for any organisation
   * @param accounts where a caller's requests are counted, each giving null or why the caller has
   *     to come back later; safe on all threads, and asked for once for each token
   * @param memoBytes about how many bytes the remembered tokens may take
   * @throws IllegalArgumentException if two platform issuers have the same name
   */
  public CallerVerifier(
      List<Issuer> platform,
      OrgDirectory orgs,
      KeySupply supply,
      Function<Caller, Supplier<@Nullable Refused>> accounts,
      long memoBytes,
      MeterRegistry meters) {
    this.orgs = orgs;
    this.accounts = accounts;
    this.clock = supply.clock();
    this.memo = new TokenMemo(memoBytes);
    this.counters =
        new AuthCounters(
            meters, "gateway.auth", "Tokens by what became of them", Flaw.values(), Flaw::refused);
    this.remembered = counters.accepted("remembered");
    this.verified = counters.accepted("verified");
    this.issuers = new Issuers(platform, supply, FetchCounters.of(meters));
    this.search = new KeySearch(issuers);
    orgs.onReplace(issuers::follow);
    issuers.follow(orgs.snapshot());
  }

  /**
   * The caller that a remembered token speaks of, complete, and charged to its account; null if the
   * token is not remembered, so that it costs a signature check.
   */
  public @Nullable Future<Caller> remembered(String token) {
    return remembered(token, true);
  }

  /** The same for a request that has been charged before, and had to wait. */
  public Future<Caller> again(String token) {
    Future<Caller> known = remembered(token, false);
    return known != null ? known : check(token);
  }

  private @Nullable Future<Caller> remembered(String token, boolean charged) {
    long now = now();
    Remembered known = memo.get(token, now);
    if (known == null) {
      return null;
    }
    if (known.key().isRetired()) {
      memo.remove(token);
      return null;
    }
    if (known.caller().expiresAt() <= now) {
      return refuse(Flaw.EXPIRED.refused());
    }
    if (!charged) {
      return known.answer();
    }
    remembered.increment();
    return charge(known);
  }

  private static Future<Caller> charge(Remembered known) {
    Refused over = known.account().get();
    return over == null ? known.answer() : Future.failedFuture(over);
  }

  /**
   * The caller that a token speaks of, complete at once unless a key must be waited for, and then
   * completed on the Vert.x context of this call, if it has one; fails with a {@link Refused} of
   * {@code TOKEN_INVALID}, {@code TOKEN_EXPIRED} or {@code ISSUER_NOT_FOR_ORG}, or with what its
   * account says.
   */
  public Future<Caller> verify(String token) {
    Future<Caller> known = remembered(token);
    return known != null ? known : check(token);
  }

  private Future<Caller> check(String token) {
    Long end = ended.getIfPresent(token);
    if (end != null && end <= now()) {
      return refuse(Flaw.EXPIRED.refused());
    }
    try {
      return search
          .judge(Token.parse(token), (read, issuer, key) -> accept(read, issuer, key, false))
          .onFailure(counters::count);
    } catch (Refused e) {
      return refuse(e);
    }
  }

  /** Ends when every issuer known at this moment has tried to learn its keys. */
  public Future<Void> loaded() {
    return issuers.loaded();
  }

  /** Whether any issuer has a usable key at this moment. */
  public boolean anybodyGetsIn() {
    return issuers.anybodyGetsIn();
  }

  /** Each issuer without a usable key and each unusable key, in sentences for the operator. */
  public List<String> problems() {
    return issuers.problems();
  }

  /** Lets nobody in any more, and fetches no more keys. */
  @Override
  public void close() {
    issuers.close();
  }

  private Future<Caller> accept(Token token, Issuer issuer, VerifyingKey key, boolean last) {
    Claims claims = Claims.read(token, issuer.claims());
    if (!key.verifies(token)) {
      throw Flaw.SIGNATURE.refused();
    }
    Caller caller = shared(judge(token, claims, issuer), issuer);
    var accepted = new Remembered(key, caller, accounts.apply(caller));
    memo.put(token.text(), accepted);
    // Last, for the key may have been retired while it was at work.
    if (key.isRetired()) {
      if (last) {
        throw Flaw.KEY_UNKNOWN.refused();
      }
      // What took its place, such as that of a record with another audience, may know the token.
      return search.judge(token, (read, now, other) -> accept(read, now, other, true));
    }
    verified.increment();
    return charge(accepted);
  }

  /**
   * The same with the names of the records, where they are equal: all tokens share those, so that a
   * request meets them in the processor's cache, and a token that is remembered takes less room.
   */
  private Caller shared(Caller caller, Issuer issuer) {
    Org org = orgs.snapshot().org(caller.org());
    return new Caller(
        issuer.iss(),
        caller.subject(),
        org == null ? caller.org() : org.id(),
        caller.scopes(),
        caller.entitlement(),
        caller.expiresAt());
  }

  private Caller judge(Token token, Claims claims, Issuer issuer) {
    try {
      return claims.judge(issuer, now());
    } catch (Refused e) {
      if (e == Flaw.EXPIRED.refused()) {
        ended.put(token.text(), claims.expiry());
      }
      throw e;
    }
  }

  private Future<Caller> refuse(Refused reason) {
    counters.count(reason);
    return Future.failedFuture(reason);
  }

  private long now() {
    return clock.millis() / 1000;
  }
}
