package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.caller.TokenMemo.Remembered;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TokenMemoTest {
  private static final int ENTRY = 600 + 2 * 100;
  private static final int ROOM = 100;

  private static final long NOW = 1_795_000_000;

  private final TokenMemo memo = new TokenMemo((long) ROOM * ENTRY);
  private final VerifyingKey key = SigningKey.of(Algorithm.HS256).verifying("k");

  private Remembered entry(String iss) {
    Caller caller = new Caller(iss, "device", World.ACME, Set.of(), null, Long.MAX_VALUE);
    return new Remembered(key, caller, () -> null);
  }

  private void fill(String iss, int count) {
    fill(memo, iss, count);
  }

  private void fill(TokenMemo memo, String iss, int count) {
    for (int i = 0; i < count; i++) {
      memo.put(text(iss, i), entry(iss));
    }
  }

  private static String text(String iss, int number) {
    return iss + "%099d".formatted(number);
  }

  private long known(String iss, int count) {
    return known(memo, iss, count);
  }

  private static long known(TokenMemo memo, String iss, int count) {
    long known = 0;
    for (int i = 0; i < count; i++) {
      known += memo.get(text(iss, i), NOW) == null ? 0 : 1;
    }
    return known;
  }

  @Test
  void put_fits_isKept() {
    fill("a", 10);

    assertThat(known("a", 10)).isEqualTo(10);
    assertThat(memo.weightOf("a")).isEqualTo(10L * ENTRY);
    assertThat(memo.weightOf("b")).isZero();
  }

  @Test
  void put_issuerAlone_mayFillEverything() {
    fill("a", ROOM);

    assertThat(known("a", ROOM)).isGreaterThan(ROOM * 9 / 10);
  }

  @Test
  void put_storm_staysInItsBounds() {
    fill("a", 50 * ROOM);

    assertThat(known("a", 50 * ROOM)).isBetween(ROOM * 9L / 10, (long) ROOM);
    assertThat(memo.weightOf("a")).isEqualTo(known("a", 50 * ROOM) * ENTRY);
  }

  @Test
  void put_stormOfOneIssuer_leavesTheOthersTokens() {
    fill("b", 30);
    fill("c", 5);
    fill("a", 50 * ROOM);

    assertThat(known("b", 30)).isEqualTo(30);
    assertThat(known("c", 5)).isEqualTo(5);
    assertThat(memo.weightOf("a")).isLessThanOrEqualTo((long) ROOM * ENTRY * 7 / 8);
  }

  @Test
  void put_memoFullOfOneIssuer_makesRoomForTheOthers() {
    fill("a", 3 * ROOM);
    fill("b", 30);

    assertThat(known("b", 30)).isEqualTo(30);
    assertThat(memo.weightOf("a") + memo.weightOf("b"))
        .isLessThanOrEqualTo((long) ROOM * ENTRY * 7 / 8);
  }

  @Test
  void put_heavyIssuer_keepsAllUntilSevenEighthsAreTaken() {
    fill("b", 10);
    fill("a", ROOM * 7 / 8 - 10);

    assertThat(known("a", ROOM * 7 / 8 - 10)).isEqualTo(ROOM * 7 / 8 - 10);
    assertThat(known("b", 10)).isEqualTo(10);
  }

  @Test
  void put_heavyIssuer_losesItsOldestFirst() {
    fill("b", 10);
    fill("a", ROOM);

    assertThat(memo.get(text("a", 0), NOW)).isNull();
    assertThat(memo.get(text("a", ROOM - 1), NOW)).isNotNull();
  }

  @Test
  void put_exactlySevenEighthsAreTaken_losesNothingYet() {
    TokenMemo even = new TokenMemo(80L * ENTRY);
    fill(even, "b", 10);
    fill(even, "a", 60);

    assertThat(known(even, "a", 60)).isEqualTo(60);
  }

  @Test
  void put_heavyIssuerThatIsDownToHalf_losesNoMore() {
    TokenMemo even = new TokenMemo(80L * ENTRY);
    fill(even, "a", 41);
    fill(even, "b", 33);

    assertThat(known(even, "a", 41)).isEqualTo(40);
    assertThat(known(even, "b", 33)).isEqualTo(33);
  }

  @Test
  void put_sameTokenAgain_isCountedOnce() {
    Remembered later = entry("a");
    memo.put(text("a", 1), entry("a"));
    memo.put(text("a", 1), later);

    assertThat(memo.get(text("a", 1), NOW)).isSameAs(later);
    assertThat(memo.weightOf("a")).isEqualTo(ENTRY);
    memo.remove(text("a", 1));
    assertThat(memo.get(text("a", 1), NOW)).isNull();
    assertThat(memo.weightOf("a")).isZero();
  }

  @Test
  void put_sameTokenByTwoThreads_isCountedOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 20_000; i++) {
        String token = text("a", i % 3);
        var one = threads.submit(() -> memo.put(token, entry("a")));
        var other = threads.submit(() -> memo.put(token, entry("a")));
        one.get();
        other.get();
        memo.remove(text("a", (i + 1) % 3));
        assertThat(memo.weightOf("a")).isEqualTo(known("a", 3) * ENTRY);
      }
    }
  }

  @Test
  void put_manyThreads_loseNoCount() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (String iss : List.of("a", "b", "c", "a")) {
        tasks.add(
            () -> {
              fill(iss, 5_000);
              return null;
            });
      }
      for (var done : threads.invokeAll(tasks)) {
        done.get();
      }
    }

    // Looking lets the cache end what it had put off, so look once before it is counted.
    List.of("a", "b", "c").forEach(iss -> known(iss, 5_000));
    for (String iss : List.of("a", "b", "c")) {
      assertThat(memo.weightOf(iss)).isEqualTo(known(iss, 5_000) * ENTRY);
    }
  }
}
