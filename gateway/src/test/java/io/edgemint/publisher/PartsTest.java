package io.edgemint.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import org.junit.jupiter.api.Test;

class PartsTest {
  @Test
  void parts_anySizes_coverTheObjectWithoutGapOrOverlap() {
    Seeded.run(
        2_000,
        random -> {
          long partSize = random.nextLong(1, 1L << random.nextInt(1, 33));
          long size = random.nextLong(partSize * random.nextInt(1, 5_000) + 1);
          int count = (int) Math.max(1, Math.ceilDiv(size, partSize));

          Parts parts = new Parts(size, partSize, count);

          long end = 0;
          for (int number = 1; number <= count; number++) {
            assertThat(parts.offset(number)).isEqualTo(end);
            assertThat(parts.size(number)).isBetween(size == 0 ? 0L : 1L, partSize);
            assertThat(number == count || parts.size(number) == partSize).isTrue();
            end += parts.size(number);
          }
          assertThat(end).isEqualTo(size);
          assertThatThrownBy(() -> new Parts(size, partSize, count + 1))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @Test
  void parts_fiftyTerabytes_doNotOverflow() {
    long size = 50L << 40;
    Parts parts = new Parts(size, 5L << 30, 10_240);

    assertThat(parts.offset(10_240) + parts.size(10_240)).isEqualTo(size);
  }

  @Test
  void one_emptyObject_isOnePartOfNothing() {
    assertThat(Parts.one(0).size(1)).isZero();
  }
}
