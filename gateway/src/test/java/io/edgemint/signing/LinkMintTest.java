package io.edgemint.signing;

import static io.edgemint.signing.MintWorld.FIRMWARE;
import static io.edgemint.signing.MintWorld.NOON;
import static io.edgemint.signing.MintWorld.assertRefused;
import static io.edgemint.signing.MintWorld.backend;
import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.Seeded;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.signing.FakeSigner.FakeSigning;
import io.edgemint.signing.Link.LimitedBy;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long a link lives, and why not longer. */
class LinkMintTest {
  private static final long WEEK = 604_800;

  private final MintWorld world = new MintWorld();
  private final ManualClock clock = world.clock;

  private static LinkAsk ttl(long seconds) {
    return new LinkAsk(seconds, null, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  /* ---- how long a link lives ---- */

  @Test
  void link_anyLifeObjectAndTime_endsWithinOneGridOfItsLimit() {
    Seeded.run(
        2_000,
        random -> {
          long ttl = random.nextLong(1, WEEK + 1);
          long asked = random.nextLong(1, WEEK + 1);
          long limit = Math.min(ttl, asked);
          long grid = Math.clamp(limit / 16, 1, 60);
          clock.set(NOON + random.nextLong(1_000_000));
          ObjectKey object = key("fw/" + random.nextInt());

          Link link =
              world.link(backend(ttl, FakeSigning.p256Key("K1")), object, ttl(asked)).result();

          long life = link.expiry() - clock.second();
          assertThat(life).isGreaterThan(limit - grid).isLessThanOrEqualTo(limit);
          assertThat(link.limitedBy())
              .isEqualTo(asked < ttl ? LimitedBy.REQUEST : LimitedBy.BACKEND);
        });
  }

  @Test
  void link_clockWasTurnedBackSinceTheSessionBegan_isDatedNow() {
    FakeSigning session = FakeSigning.session("ASIA1", NOON + 3600, NOON + 7200);

    Link link = world.link(backend(900, session), FIRMWARE, LinkAsk.ANY).result();

    assertThat(session.signed.getFirst().date()).isEqualTo(NOON);
    assertThat(link.expiry()).isBetween(NOON + 900 - 56, NOON + 900);
  }

  @Test
  void link_manyAsksInARow_shareOneSignatureUntilTheGridMovesOn() {
    FakeSigning key = FakeSigning.p256Key("K1");
    Set<Long> ends = new HashSet<>();
    for (int second = 0; second < 560; second++) {
      clock.set(NOON + second);
      ends.add(world.link(backend(900, key), FIRMWARE, LinkAsk.ANY).result().expiry());
    }

    // 900 s of life have a grid of 56 s: ten of them, and one more where the minutes began.
    assertThat(ends).hasSizeBetween(10, 11);
    assertThat(key.signed).hasSameSizeAs(ends);
    assertThat(world.count("signature")).isEqualTo(ends.size());
    assertThat(world.count("memo")).isEqualTo(560 - ends.size());
  }

  @Test
  void sameUntil_anyLifeAndTime_isWhenTheGridMovesOn() {
    Seeded.run(
        1_000,
        random -> {
          ReadyBackend backend = backend(random.nextLong(1, WEEK + 1), FakeSigning.p256Key("K1"));
          LinkAsk ask = ttl(random.nextLong(1, WEEK + 1));
          clock.set(NOON + random.nextLong(1_000_000));

          Link link = world.link(backend, FIRMWARE, ask).result();

          long until = LinkMint.sameUntil(backend, ask, link);
          assertThat(until).isGreaterThan(clock.second());
          clock.set(until - 1);
          assertThat(world.link(backend, FIRMWARE, ask).result()).isEqualTo(link);
          clock.set(until);
          assertThat(world.link(backend, FIRMWARE, ask).result().expiry())
              .isGreaterThan(link.expiry());
        });
  }

  @Test
  void sameUntil_limitedBySessionOrToken_isNotAtAll() {
    ReadyBackend backend = backend(900, FakeSigning.session("S", NOON - 60, NOON + 600));
    Link ofSession = world.link(backend, FIRMWARE, LinkAsk.ANY).result();
    LinkAsk untilToken = LinkAsk.ANY.until(NOON + 300);
    Link ofToken = world.link(backend, FIRMWARE, untilToken).result();

    assertThat(ofSession.limitedBy()).isEqualTo(LimitedBy.SESSION);
    assertThat(LinkMint.sameUntil(backend, LinkAsk.ANY, ofSession)).isZero();
    assertThat(ofToken.limitedBy()).isEqualTo(LimitedBy.TOKEN);
    assertThat(LinkMint.sameUntil(backend, untilToken, ofToken)).isZero();
  }

  @Test
  void link_manyObjectsOrOrgs_doNotTurnInTheSameSecond() {
    FakeSigning key = FakeSigning.p256Key("K1");
    List<Long> ofObjects =
        IntStream.range(0, 200)
            .mapToObj(i -> world.link(backend(900, key), key("fw/" + i), LinkAsk.ANY))
            .map(link -> link.result().expiry())
            .distinct()
            .toList();
    List<Long> ofOrgs =
        IntStream.range(0, 200)
            .mapToObj(i -> backend("org" + i, 900, new FakeSigner(key)))
            .map(backend -> world.link(backend, FIRMWARE, LinkAsk.ANY).result().expiry())
            .distinct()
            .toList();

    assertThat(ofObjects).hasSizeGreaterThan(30);
    assertThat(ofOrgs).hasSizeGreaterThan(30);
  }

  @Test
  void link_sameLifeAskedOrSet_isLimitedByTheBackend() {
    ReadyBackend backend = backend(900, FakeSigning.p256Key("K1"));

    assertThat(world.link(backend, FIRMWARE, ttl(900)).result().limitedBy())
        .isEqualTo(LimitedBy.BACKEND);
    assertThat(world.link(backend, FIRMWARE, ttl(899)).result().limitedBy())
        .isEqualTo(LimitedBy.REQUEST);
  }

  /* ---- sessions ---- */

  @Test
  void link_sessionEndsBeforeTheLifeIsOver_endsAMinuteBeforeTheSession() {
    for (long left = 121; left < 1_000; left++) {
      FakeSigning session = FakeSigning.session("S" + left, NOON - 60, NOON + left);
      FakeSigner signer = new FakeSigner(session);
      Future<Link> link = world.link(backend("acme", 900, signer), FIRMWARE, LinkAsk.ANY);
      if (left < 60 + 60 + 56 && !signer.renewals.isEmpty()) {
        continue;
      }
      assertThat(signer.renewals).isEmpty();

      long life = link.result().expiry() - NOON;
      long limit = Math.min(900, left - 60);
      assertThat(life).isGreaterThan(limit - 56).isLessThanOrEqualTo(limit);
      assertThat(life).isGreaterThanOrEqualTo(60);
      assertThat(link.result().limitedBy())
          .isEqualTo(left < 960 ? LimitedBy.SESSION : LimitedBy.BACKEND);
    }
  }

  @Test
  void link_sessionTooShort_isRenewedFirst() {
    FakeSigner signer = new FakeSigner(FakeSigning.session("S1", NOON - 3_500, NOON + 100));
    Future<Link> link = world.link(backend("acme", 900, signer), FIRMWARE, LinkAsk.ANY);

    assertThat(signer.renewals).containsExactly(960L);
    assertThat(link.isComplete()).isFalse();
    signer.delivers(FakeSigning.session("S2", NOON, NOON + 3_600));

    assertThat(link.result().url()).contains("by=S2");
    assertThat(link.result().limitedBy()).isEqualTo(LimitedBy.BACKEND);
  }

  @Test
  void link_shortLifeAskedOfAnOldSession_needsNoRenewal() {
    FakeSigner signer = new FakeSigner(FakeSigning.session("S1", NOON - 3_500, NOON + 100));

    Link link = world.link(backend("acme", 900, signer), FIRMWARE, ttl(30)).result();

    assertThat(signer.renewals).isEmpty();
    assertThat(link.limitedBy()).isEqualTo(LimitedBy.REQUEST);
  }

  /** A life of 24 s has a grid of one second, and is refreshed when less than a quarter is left. */
  @Test
  void link_sessionAroundItsEdges_isLimitedOrRenewedToTheSecond() {
    assertThat(limit(FakeSigning.session("S1", NOON, NOON + 60 + 24))).isEqualTo("24 BACKEND");
    assertThat(limit(FakeSigning.session("S2", NOON, NOON + 60 + 23))).isEqualTo("23 SESSION");
    assertThat(limit(FakeSigning.session("S3", NOON, NOON + 60 + 6))).isEqualTo("6 SESSION");
    assertThat(limit(FakeSigning.session("S4", NOON, NOON + 60 + 5))).isEqualTo("renewed");
  }

  private String limit(FakeSigning session) {
    FakeSigner signer = new FakeSigner(session);
    Future<Link> link = world.link(backend("acme", 24, signer), FIRMWARE, LinkAsk.ANY);
    return link.isComplete()
        ? link.result().expiry() - NOON + " " + link.result().limitedBy()
        : "renewed";
  }

  @Test
  void link_tokenAroundItsEdges_limitsToTheSecond() {
    ReadyBackend backend = backend(24, FakeSigning.p256Key("K1"));

    Link whole = world.link(backend, FIRMWARE, LinkAsk.ANY.until(NOON + 24)).result();
    Link cut = world.link(backend, FIRMWARE, LinkAsk.ANY.until(NOON + 23)).result();

    assertThat(whole.limitedBy()).isEqualTo(LimitedBy.BACKEND);
    assertThat(cut.limitedBy()).isEqualTo(LimitedBy.TOKEN);
    assertThat(cut.expiry()).isEqualTo(NOON + 23);
  }

  @Test
  void link_noSessionYet_waitsForOne() {
    FakeSigner signer = new FakeSigner(null);
    Future<Link> first = world.link(backend("acme", 900, signer), FIRMWARE, ttl(300));
    Future<Link> second = world.link(backend("acme", 900, signer), FIRMWARE, ttl(300));
    assertThat(signer.renewals).containsExactly(360L, 360L);

    FakeSigning session = FakeSigning.session("S1", NOON, NOON + 3_600);
    signer.delivers(session);

    assertThat(first.result()).isSameAs(second.result());
    assertThat(session.signed).hasSize(1);
  }

  @Test
  void link_renewalBringsNothingLonger_isRefused() {
    FakeSigner signer = new FakeSigner(null);
    Future<Link> link = world.link(backend("acme", 900, signer), FIRMWARE, LinkAsk.ANY);

    signer.delivers(FakeSigning.session("S1", NOON, NOON + 100));

    assertRefused(link, Refusal.SESSION_TOO_SHORT);
  }

  @Test
  void link_renewalFails_isRefusedAsTheRenewalWas() {
    FakeSigner signer = new FakeSigner(null);
    Future<Link> link = world.link(backend("acme", 900, signer), FIRMWARE, LinkAsk.ANY);

    signer.next.fail(new Refused(Refusal.BACKEND_UNAVAILABLE, "denied"));

    assertRefused(link, Refusal.BACKEND_UNAVAILABLE);
  }

  @Test
  void link_renewalTakesItsTime_countsFromWhenItIsThere() {
    FakeSigner signer = new FakeSigner(null);
    Future<Link> link = world.link(backend("acme", 900, signer), FIRMWARE, LinkAsk.ANY);
    clock.pass(Duration.ofSeconds(500));

    signer.delivers(FakeSigning.session("S1", NOON, NOON + 3_600));

    assertThat(link.result().expiry()).isGreaterThan(clock.second() + 844);
  }

  @Test
  void link_anotherSession_isAnotherLink() {
    Link one =
        world
            .link(
                backend(900, FakeSigning.session("S1", NOON, NOON + 3_600)), FIRMWARE, LinkAsk.ANY)
            .result();
    Link other =
        world
            .link(
                backend(900, FakeSigning.session("S2", NOON, NOON + 3_600)), FIRMWARE, LinkAsk.ANY)
            .result();

    assertThat(one.expiry()).isEqualTo(other.expiry());
    assertThat(one.url()).isNotEqualTo(other.url());
  }

  /* ---- tokens ---- */

  @Test
  void link_tokenEndsFirst_endsOnTheGridBeforeTheToken() {
    FakeSigning key = FakeSigning.p256Key("K1");
    ReadyBackend backend = backend(900, key);
    Set<Long> ends = new HashSet<>();
    for (int left = 400; left < 512; left++) {
      Link link = world.link(backend, FIRMWARE, LinkAsk.ANY.until(NOON + left)).result();

      assertThat(link.expiry()).isGreaterThan(NOON + left - 56).isLessThanOrEqualTo(NOON + left);
      assertThat(link.limitedBy()).isEqualTo(LimitedBy.TOKEN);
      ends.add(link.expiry());
    }

    assertThat(ends).hasSizeBetween(2, 3);
    assertThat(key.signed).hasSameSizeAs(ends);
  }

  @Test
  void link_tokenIsAboutToEnd_endsExactlyWithIt() {
    FakeSigner signer = new FakeSigner(FakeSigning.p256Key("K1"));
    for (int left = 1; left < 60; left++) {
      Link link =
          world
              .link(backend("acme", 900, signer), FIRMWARE, LinkAsk.ANY.until(NOON + left))
              .result();

      assertThat(link.expiry()).isEqualTo(NOON + left);
      assertThat(link.limitedBy()).isEqualTo(LimitedBy.TOKEN);
    }
    assertThat(signer.renewals).isEmpty();
  }

  @Test
  void link_tokenHasEnded_isRefused() {
    ReadyBackend backend = backend(900, FakeSigning.p256Key("K1"));

    assertRefused(world.link(backend, FIRMWARE, LinkAsk.ANY.until(NOON)), Refusal.TOKEN_EXPIRED);
    assertRefused(
        world.link(backend, FIRMWARE, LinkAsk.ANY.until(NOON - 9)), Refusal.TOKEN_EXPIRED);
  }

  @Test
  void link_tokenEndsWithAnOldSession_isTheTokensLink() {
    FakeSigner signer = new FakeSigner(FakeSigning.session("S1", NOON - 3_500, NOON + 100));

    Link link =
        world.link(backend("acme", 900, signer), FIRMWARE, LinkAsk.ANY.until(NOON + 20)).result();

    assertThat(link.expiry()).isEqualTo(NOON + 20);
    assertThat(signer.renewals).isEmpty();
  }

  @Test
  void link_deviceOverItsBudget_getsRememberedLinksOnly() {
    ReadyBackend backend = backend(900, FakeSigning.p256Key("K1"));
    Link known = world.link(backend, FIRMWARE, LinkAsk.ANY).result();
    world.overBudget.add("acme/dev-1");
    assertThat(world.link(backend, FIRMWARE, LinkAsk.ANY).result()).isSameAs(known);
    assertThat(world.link(backend, key("fw/other"), LinkAsk.ANY).cause()).isSameAs(world.over);
    assertThat(world.mint.link(backend, key("fw/other"), LinkAsk.ANY, "dev-2").succeeded())
        .isTrue();
  }
}
