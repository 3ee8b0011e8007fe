package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UploadPlanTest {
  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "5, 0, 0",
    "16777216, 0, 0",
    "16777217, 16777216, 2",
    "33554432, 16777216, 2",
    "167772160000, 16777216, 10000",
    "167772160001, 17825792, 9412",
    "50000000000, 16777216, 2981",
    "53687091200000, 5368709120, 10000"
  })
  void of_size_hasPartsWithinTheLimits(long size, long partSize, int count) {
    assertThat(UploadPlan.of(size)).isEqualTo(new UploadPlan(size, partSize, count));
  }

  @Test
  void of_tooLargeOrNegative_saysTheLimit() {
    for (long size : new long[] {UploadPlan.MAX_SIZE + 1, Long.MAX_VALUE, -1}) {
      assertThatThrownBy(() -> UploadPlan.of(size))
          .isInstanceOf(Refused.class)
          .hasMessage("size: 0 to 53687091200000 bytes (10,000 parts of 5 GiB); split the object");
    }
  }

  @Test
  void of_anySize_partsCoverItOnceWithinTheLimits() {
    Seeded.run(
        20_000,
        random -> {
          long size = random.nextLong(1, 1L << random.nextInt(1, 46));
          UploadPlan plan = UploadPlan.of(Math.min(size, UploadPlan.MAX_SIZE));
          if (plan.isOnePut()) {
            assertThat(plan.size()).isLessThanOrEqualTo(16 * MIB);
            return;
          }
          assertThat(plan.partSize()).isBetween(16 * MIB, 5L << 30);
          assertThat(plan.partSize() % MIB).isZero();
          assertThat(plan.count()).isBetween(2, 10_000);
          int some = random.nextInt(1, plan.count() + 1);
          assertThat(plan.offset(some)).isEqualTo((some - 1) * plan.partSize());
          assertThat(plan.size(some)).isBetween(1L, plan.partSize());
          assertThat(plan.offset(plan.count()) + plan.size(plan.count())).isEqualTo(plan.size());
        });
  }
}
