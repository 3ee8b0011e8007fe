package io.edgemint.signing;

import static io.edgemint.signing.MintWorld.FIRMWARE;
import static io.edgemint.signing.MintWorld.NOON;
import static io.edgemint.signing.MintWorld.assertRefused;
import static io.edgemint.signing.MintWorld.backend;
import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Refusal;
import io.edgemint.signing.FakeSigner.FakeSigning;
import io.edgemint.signing.Link.LimitedBy;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is signed for a link, how often, and where. */
class LinkMintSigningTest {
  private static final long WEEK = 604_800;

  private final MintWorld world = new MintWorld();
  private final ManualClock clock = world.clock;

  private static LinkAsk version(String version) {
    return new LinkAsk(Long.MAX_VALUE, version, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  private static LinkAsk maxUrlBytes(int bytes) {
    return new LinkAsk(Long.MAX_VALUE, null, bytes, Long.MAX_VALUE);
  }

  /* ---- dates ---- */

  @Test
  void link_sessionThatBeganJustNow_isDatedNoEarlier() {
    for (int age = 0; age < 30; age++) {
      FakeSigning session = FakeSigning.session("S" + age, NOON - age, NOON + 3_600);
      world.link(backend(900, session), FIRMWARE, LinkAsk.ANY);

      assertThat(session.signed.getFirst().date()).isEqualTo(NOON - Math.min(age, 15));
    }
  }

  @Test
  void link_wholeWeek_isNeverLongerThanStorageTakes() {
    for (int second = 0; second < 130; second++) {
      clock.set(NOON + second);
      FakeSigning lasting = FakeSigning.session("S" + second, 0, Long.MAX_VALUE);
      world.link(backend(WEEK, lasting), FIRMWARE, LinkAsk.ANY);

      FakeSigner.Signed signed = lasting.signed.getFirst();
      assertThat(signed.expiry() - signed.date()).isBetween(WEEK - 60, WEEK);
      assertThat(signed.date()).isLessThanOrEqualTo(clock.second());
    }
  }

  /* ---- wishes ---- */

  @Test
  void link_versionOverS3_isPinnedAndRememberedByItself() {
    FakeSigning session = FakeSigning.session("S1", NOON, NOON + 3_600);
    ReadyBackend backend = backend(900, session);
    Link pinned = world.link(backend, FIRMWARE, version("v1")).result();

    assertThat(world.link(backend, FIRMWARE, version("v1")).result()).isSameAs(pinned);
    assertThat(world.link(backend, FIRMWARE, version("v2")).result()).isNotEqualTo(pinned);
    assertThat(world.link(backend, FIRMWARE, LinkAsk.ANY).result()).isNotEqualTo(pinned);
    assertThat(session.signed)
        .extracting(FakeSigner.Signed::version)
        .containsExactly("v1", "v2", null);
  }

  @Test
  void link_versionOverACdnThatWasProvedToPinIt_isPinned() {
    FakeSigning key = FakeSigning.p256Key("K1");
    ReadyBackend plain = backend(900, key);
    ReadyBackend proved =
        new ReadyBackend(
            plain.org(),
            plain.name(),
            "cloudfront",
            plain.ttl(),
            plain.signer(),
            null,
            false,
            true);

    assertThat(world.link(proved, FIRMWARE, version("v1")).succeeded()).isTrue();
    assertThat(key.signed.getFirst().version()).isEqualTo("v1");
  }

  @Test
  void link_versionOverACdn_isRefused() {
    assertRefused(
        world.link(backend(900, FakeSigning.rsaKey("K1")), FIRMWARE, version("v1")),
        Refusal.VERSION_NOT_PINNABLE);
  }

  @Test
  void link_longerThanTheCallerHolds_isRefusedAtTheByte() {
    ReadyBackend backend = backend(900, FakeSigning.p256Key("K1"));
    Link link = world.link(backend, FIRMWARE, LinkAsk.ANY).result();
    int length = link.url().length();

    assertThat(world.link(backend, FIRMWARE, maxUrlBytes(length)).result()).isSameAs(link);
    assertRefused(world.link(backend, FIRMWARE, maxUrlBytes(length - 1)), Refusal.URL_TOO_LONG);
  }

  /* ---- signing ---- */

  @Test
  void link_rsa_isSignedOnceForAllWhoWait() {
    FakeSigning key = FakeSigning.rsaKey("K1");
    Future<Link> first = world.link(backend(900, key), FIRMWARE, LinkAsk.ANY);
    Future<Link> second = world.link(backend(900, key), FIRMWARE, LinkAsk.ANY);
    assertThat(first.isComplete()).isFalse();
    assertThat(world.pool).hasSize(1);

    world.runPool();

    assertThat(first.result()).isSameAs(second.result());
    assertThat(key.signed).hasSize(1);
    assertThat(world.count("signature")).isEqualTo(1);
    assertThat(world.count("memo")).isEqualTo(1);
  }

  @Test
  void link_rsaAskedForBetweenLookAndSignature_isStillSignedOnce() {
    FakeSigning key = FakeSigning.rsaKey("K1");
    ReadyBackend backend = backend(900, key);
    List<Future<Link>> meanwhile = new ArrayList<>();
    key.whileDeciding =
        () -> {
          key.whileDeciding = () -> {};
          meanwhile.add(world.link(backend, FIRMWARE, LinkAsk.ANY));
        };

    Future<Link> link = world.link(backend, FIRMWARE, LinkAsk.ANY);
    world.runPool();

    assertThat(link.result()).isSameAs(meanwhile.getFirst().result());
    assertThat(key.signed).hasSize(1);
    assertThat(world.count("memo")).isEqualTo(1);
  }

  @Test
  void link_poolIsFull_isRefusedAndTriedAgain() {
    ReadyBackend backend = backend(900, FakeSigning.rsaKey("K1"));
    world.poolIsFull = true;
    assertRefused(world.link(backend, FIRMWARE, LinkAsk.ANY), Refusal.OVERLOADED);
    assertThat(world.count("signature")).isZero();

    world.poolIsFull = false;
    Future<Link> link = world.link(backend, FIRMWARE, LinkAsk.ANY);
    world.runPool();
    assertThat(link.succeeded()).isTrue();
  }

  @Test
  void link_signatureFails_failsTheFutureAndIsTriedAgain() {
    for (FakeSigning key : List.of(FakeSigning.rsaKey("K1"), FakeSigning.p256Key("K2"))) {
      ReadyBackend backend = backend(900, key);
      key.failure = new InternalError("native library");
      Future<Link> failed = world.link(backend, FIRMWARE, LinkAsk.ANY);
      world.runPool();
      assertThat(failed.cause()).isInstanceOf(InternalError.class);

      key.failure = null;
      Future<Link> link = world.link(backend, FIRMWARE, LinkAsk.ANY);
      world.runPool();
      assertThat(link.succeeded()).isTrue();
    }
  }

  @Test
  void link_twoOrgsInTurn_neverGetEachOthers() {
    // The same fingerprint, which real signers never have, and still nothing is shared.
    FakeSigning acmes = FakeSigning.session("shared", NOON, NOON + 3_600);
    FakeSigning zetas = FakeSigning.session("shared", NOON, NOON + 3_600);
    ReadyBackend acme = backend("acme", 900, new FakeSigner(acmes));
    ReadyBackend zeta = backend("zeta", 900, new FakeSigner(zetas));
    for (int i = 0; i < 100; i++) {
      world.link(acme, key("fw/" + i), LinkAsk.ANY);
      world.link(zeta, key("fw/" + i), LinkAsk.ANY);
    }

    assertThat(acmes.signed).hasSize(100);
    assertThat(zetas.signed).hasSize(100);
  }

  @Test
  void link_clockStepsBack_isMintedAnewWithItsOwnLife() {
    ReadyBackend backend = backend(900, FakeSigning.p256Key("K1"));
    world.link(backend, FIRMWARE, LinkAsk.ANY);
    clock.set(NOON - 7_200);

    Link link = world.link(backend, FIRMWARE, LinkAsk.ANY).result();

    assertThat(link.expiry()).isLessThanOrEqualTo(NOON - 7_200 + 900);
  }

  @Test
  void toString_link_tellsNoUrl() {
    assertThat(new Link("https://h/k?Signature=x", NOON, LimitedBy.TOKEN))
        .hasToString("Link[expiry=1795176000, limitedBy=TOKEN]");
    assertThat(LimitedBy.TOKEN.code()).isEqualTo("token");
  }
}
