package io.edgemint.signing;

import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.Seeded;
import io.edgemint.backend.OrgId;
import io.edgemint.signing.Link.LimitedBy;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinkMemoTest {
  private static final long NOON = 1_795_176_000;
  private static final OrgId STORM = new OrgId("storm");
  private static final OrgId CALM = new OrgId("calm");

  private final ManualClock clock = new ManualClock(NOON);
  private final AtomicInteger counter = new AtomicInteger();

  private LinkMemo.Key place(OrgId org, int number, long expiry) {
    return new LinkMemo.Key(
        org, "print", key("fw/" + number), null, expiry, LimitedBy.BACKEND, 400);
  }

  private LinkMemo.Key place(OrgId org, int number) {
    return place(org, number, NOON + 900);
  }

  private static Future<Link> link(LinkMemo.Key place) {
    return Future.succeededFuture(
        new Link("https://h/" + place.object().encoded(), place.expiry(), LimitedBy.BACKEND));
  }

  private static void put(LinkMemo memo, LinkMemo.Key place) {
    memo.put(place, link(place));
  }

  /** A memo with room for so many of the links above. */
  private LinkMemo memoOf(int links) {
    return new LinkMemo((long) links * place(STORM, 0).weight(), clock);
  }

  private long held(LinkMemo memo, OrgId org, int upTo) {
    long held = 0;
    for (int i = 0; i < upTo; i++) {
      held += memo.get(place(org, i)) == null ? 0 : 1;
    }
    return held;
  }

  @Test
  void get_anyPartOfThePlaceDiffers_isNotFound() {
    LinkMemo memo = memoOf(100);
    LinkMemo.Key place =
        new LinkMemo.Key(STORM, "print", key("a/b"), "v1", NOON + 900, LimitedBy.BACKEND, 400);
    Future<Link> link = link(place);
    memo.put(place, link);

    assertThat(memo.get(place)).isSameAs(link);
    for (LinkMemo.Key other :
        List.of(
            new LinkMemo.Key(CALM, "print", key("a/b"), "v1", NOON + 900, LimitedBy.BACKEND, 400),
            new LinkMemo.Key(STORM, "other", key("a/b"), "v1", NOON + 900, LimitedBy.BACKEND, 400),
            new LinkMemo.Key(STORM, "print", key("a/c"), "v1", NOON + 900, LimitedBy.BACKEND, 400),
            new LinkMemo.Key(STORM, "print", key("a/b"), "v2", NOON + 900, LimitedBy.BACKEND, 400),
            new LinkMemo.Key(STORM, "print", key("a/b"), null, NOON + 900, LimitedBy.BACKEND, 400),
            new LinkMemo.Key(STORM, "print", key("a/b"), "v1", NOON + 901, LimitedBy.BACKEND, 400),
            new LinkMemo.Key(STORM, "print", key("a/b"), "v1", NOON + 900, LimitedBy.TOKEN, 400))) {
      assertThat(memo.get(other)).isNull();
    }
  }

  @Test
  void get_atTheEndOfTheLink_isGone() {
    LinkMemo memo = memoOf(100);
    put(memo, place(STORM, 1, NOON + 900));

    clock.set(NOON + 899);
    assertThat(memo.get(place(STORM, 1, NOON + 900))).isNotNull();
    clock.set(NOON + 900);
    assertThat(memo.get(place(STORM, 1, NOON + 900))).isNull();
  }

  @Test
  void putIfAbsent_oneIsThere_keepsItAndWeighsItOnce() {
    LinkMemo memo = memoOf(100);
    LinkMemo.Key place = place(STORM, 1);
    Future<Link> first = link(place);

    assertThat(memo.putIfAbsent(place, first)).isNull();
    assertThat(memo.putIfAbsent(place, link(place))).isSameAs(first);

    assertThat(memo.get(place)).isSameAs(first);
    assertThat(memo.weightOf(STORM)).isEqualTo(place.weight());
  }

  @Test
  void remove_link_freesItsRoom() {
    LinkMemo memo = memoOf(100);
    put(memo, place(STORM, 1));

    memo.remove(place(STORM, 1));

    assertThat(memo.get(place(STORM, 1))).isNull();
    assertThat(memo.weightOf(STORM)).isZero();
    assertThat(memo.linksOf(STORM)).isZero();
  }

  @Test
  void put_oneOrgAlone_fillsWhatNobodyElseUses() {
    LinkMemo memo = memoOf(800);
    for (int i = 0; i < 2_000; i++) {
      put(memo, place(STORM, i));
    }

    assertThat(held(memo, STORM, 2_000)).isBetween(600L, 700L);
    assertThat(memo.weightOf(STORM)).isLessThanOrEqualTo(800L * place(STORM, 0).weight());
  }

  @Test
  void put_stormInOneOrg_leavesTheLinksOfTheOthers() {
    LinkMemo memo = memoOf(800);
    for (int i = 0; i < 90; i++) {
      put(memo, place(CALM, i));
    }
    for (int i = 0; i < 5_000; i++) {
      put(memo, place(STORM, i));
    }

    assertThat(held(memo, CALM, 90)).isEqualTo(90);
  }

  @Test
  void put_othersWantRoomThatOneOrgHolds_takeItFromThatOrg() {
    LinkMemo memo = memoOf(800);
    for (int i = 0; i < 2_000; i++) {
      put(memo, place(STORM, i));
    }
    for (int org = 0; org < 7; org++) {
      for (int i = 0; i < 90; i++) {
        put(memo, place(new OrgId("calm" + org), i));
      }
    }

    for (int org = 0; org < 7; org++) {
      assertThat(held(memo, new OrgId("calm" + org), 90)).isEqualTo(90);
    }
    assertThat(memo.weightOf(STORM)).isLessThanOrEqualTo(101L * place(STORM, 0).weight());
  }

  @Test
  void put_orgThatHeldMoreThanItsShareBefore_isLeftInPeaceNow() {
    LinkMemo memo = memoOf(800);
    for (int i = 0; i < 200; i++) {
      put(memo, place(STORM, i, NOON + (i < 50 ? 900 : 60)));
    }
    clock.set(NOON + 70);
    memo.settle();
    assertThat(memo.linksOf(STORM)).isEqualTo(50);

    for (int i = 0; i < 2_000; i++) {
      put(memo, place(CALM, i));
    }

    assertThat(memo.linksOf(STORM)).isEqualTo(50);
  }

  @Test
  void put_manyOrgsWithinTheirShares_takeNoMoreThanThereIs() {
    LinkMemo memo = memoOf(800);
    for (int i = 0; i < 20 * 90; i++) {
      put(memo, place(new OrgId("org" + i % 20), i));
    }
    memo.settle();

    long weight = 0;
    for (int org = 0; org < 20; org++) {
      weight += memo.weightOf(new OrgId("org" + org));
    }
    assertThat(weight)
        .isGreaterThan(400L * place(STORM, 0).weight())
        .isLessThanOrEqualTo(800L * place(STORM, 0).weight());
  }

  @Test
  void put_roomIsTakenFromAnOrg_itsOldestLinksGoFirst() {
    LinkMemo memo = memoOf(80);
    for (int i = 0; i < 100; i++) {
      put(memo, place(STORM, i));
    }

    assertThat(memo.get(place(STORM, 0))).isNull();
    assertThat(memo.get(place(STORM, 99))).isNotNull();
  }

  /** Nothing is kept of links that ended or were pushed out, whatever else the org still holds. */
  @Test
  void put_linksThatEndBehindALongOne_areForgottenAltogether() {
    LinkMemo memo = memoOf(1_000);
    put(memo, place(STORM, -1, NOON + 604_800));
    for (int i = 0; i < 20_000; i++) {
      clock.pass(Duration.ofSeconds(1));
      put(memo, place(STORM, i, clock.second() + 60));
    }

    assertThat(memo.get(place(STORM, -1, NOON + 604_800))).isNotNull();
    assertThat(memo.linksOf(STORM)).isLessThan(100);
    assertThat(memo.weightOf(STORM)).isLessThan(100L * place(STORM, 20_000).weight());
  }

  @Test
  void put_anyMixture_weighsWhatItHolds() {
    Seeded.run(
        30,
        random -> {
          LinkMemo memo = memoOf(100);
          List<LinkMemo.Key> places = new ArrayList<>();
          for (int i = 0; i < 500; i++) {
            OrgId org = new OrgId("org" + random.nextInt(5));
            LinkMemo.Key place =
                place(org, random.nextInt(200), clock.second() + random.nextInt(1, 90));
            places.add(place);
            if (random.nextInt(10) == 0) {
              memo.remove(place);
            } else {
              put(memo, place);
            }
            clock.pass(Duration.ofMillis(random.nextInt(500)));
          }
          memo.settle();
          for (int i = 0; i < 5; i++) {
            OrgId org = new OrgId("org" + i);
            long weight =
                places.stream()
                    .distinct()
                    .filter(place -> place.org().equals(org) && memo.get(place) != null)
                    .mapToLong(LinkMemo.Key::weight)
                    .sum();
            // What has ended in the last second or two may not have been swept away yet.
            assertThat(memo.weightOf(org)).isBetween(weight, weight + 20L * 800);
          }
        });
  }

  @Test
  void put_manyThreads_loseAndInventNoWeight() throws Exception {
    LinkMemo memo = memoOf(300);
    Callable<Void> storm =
        () -> {
          for (int i = 0; i < 5_000; i++) {
            int number = counter.incrementAndGet() / 3;
            OrgId org = new OrgId("org" + number % 5);
            put(memo, place(org, number));
          }
          return null;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (var done : threads.invokeAll(Collections.nCopies(4, storm))) {
        done.get();
      }
    }
    memo.settle();
    for (int org = 0; org < 5; org++) {
      OrgId id = new OrgId("org" + org);
      long weight = 0;
      long count = 0;
      for (int i = 0; i <= counter.get() / 3; i++) {
        if (memo.get(place(id, i)) != null) {
          weight += place(id, i).weight();
          count++;
        }
      }
      assertThat(memo.weightOf(id)).isEqualTo(weight);
      assertThat(memo.linksOf(id)).isEqualTo(count);
    }
  }

  @Test
  void put_whileAnotherThreadRemoves_keepsCountOfWhatIsThere() throws Exception {
    LinkMemo memo = memoOf(100);
    LinkMemo.Key place = place(STORM, 1);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 20_000; i++) {
        put(memo, place);
        var removed = threads.submit(() -> memo.remove(place));
        var added = threads.submit(() -> put(memo, place));
        removed.get();
        added.get();
        assertThat(memo.linksOf(STORM)).isEqualTo(memo.get(place) == null ? 0 : 1);
      }
    }
  }

  @Test
  void key_order_agreesWithEquality() {
    List<LinkMemo.Key> keys = new ArrayList<>();
    for (OrgId org : List.of(STORM, CALM)) {
      for (String object : List.of("AaAa", "BBBB", "AaBB")) { // All of one hash.
        for (@Nullable String version : new @Nullable String[] {null, "v1", "v2"}) {
          for (LimitedBy limitedBy : List.of(LimitedBy.BACKEND, LimitedBy.TOKEN)) {
            keys.add(new LinkMemo.Key(org, "a", key(object), version, NOON, limitedBy, 400));
            keys.add(new LinkMemo.Key(org, "b", key(object), version, NOON, limitedBy, 400));
            keys.add(new LinkMemo.Key(org, "a", key(object), version, NOON + 1, limitedBy, 400));
            keys.add(new LinkMemo.Key(org, "a", key(object), version, NOON, limitedBy, 401));
          }
        }
      }
    }
    for (LinkMemo.Key one : keys) {
      for (LinkMemo.Key other : keys) {
        assertThat(one.compareTo(other) == 0).isEqualTo(one.equals(other));
        assertThat(Integer.signum(one.compareTo(other)))
            .isEqualTo(-Integer.signum(other.compareTo(one)));
      }
    }
  }
}
