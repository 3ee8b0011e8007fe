package io.edgemint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SeededTest {
  private static final Pattern SEED = Pattern.compile("-Dseed=(-?\\d+)");

  @Test
  void run_propertyHolds_checksEveryTryOnOtherInput() {
    List<Long> drawn = new ArrayList<>();

    Seeded.run(100, random -> drawn.add(random.nextLong()));

    assertThat(drawn).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void run_sameTestTwice_drawsTheSame() {
    List<Long> drawn = new ArrayList<>();

    for (int i = 0; i < 2; i++) {
      Seeded.run(1, random -> drawn.add(random.nextLong()));
    }

    assertThat(drawn.getFirst()).isEqualTo(drawn.getLast());
  }

  @Test
  void run_propertyFails_namesTryAndCause() {
    var cause = new IllegalStateException("too big");

    assertThatThrownBy(() -> failAt(3, cause))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("try 3 of 10 ")
        .hasMessageContaining("too big")
        .hasCause(cause);
  }

  @Test
  void run_seedOfFailure_failsAtFirstTryOnSameInput() {
    List<Integer> failed = new ArrayList<>();
    Seeded.Property small =
        random -> {
          int drawn = random.nextInt(1000);
          if (drawn >= 900) {
            failed.add(drawn);
            throw new AssertionError(drawn);
          }
        };

    Throwable first = catchThrowable(() -> Seeded.run(42, 1000, small));
    Throwable again = catchThrowable(() -> Seeded.run(seedIn(first), 1000, small));

    assertThat(again).hasMessageContaining("try 1 of 1000 ");
    assertThat(failed).hasSize(2);
    assertThat(failed.getFirst()).isEqualTo(failed.getLast());
  }

  @Test
  void generators_anySeed_stayInTheirBounds() {
    Seeded.run(
        1000,
        random -> {
          assertThat(Seeded.bytes(random, 1, 4)).hasSizeBetween(1, 4);
          assertThat(Seeded.string(random, "ab", 2, 3)).matches("[ab]{2,3}");
          assertThat(Seeded.pick(random, List.of("x", "y"))).isIn("x", "y");
          String text = Seeded.string(random, 0, 5);
          assertThat(text.codePointCount(0, text.length())).isBetween(0, 5);
          assertThat(text.codePoints()).noneMatch(SeededTest::isSurrogate);
        });
  }

  @Test
  void string_manyDraws_reachesEveryKindOfCharacter() {
    String text = Seeded.string(new SplittableRandom(7), 5000, 5000);

    assertThat(text).contains("a", "0", " ", "%", "+", "😀");
    assertThat(text.codePoints()).anyMatch(c -> c < 0x20).anyMatch(c -> c > 0x20000);
  }

  private static void failAt(int number, Exception cause) {
    int[] count = {0};
    Seeded.run(
        10,
        random -> {
          if (++count[0] == number) {
            throw cause;
          }
        });
  }

  private static long seedIn(Throwable failure) {
    Matcher matcher = SEED.matcher(failure.toString());
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
