package io.edgemint.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class PairsTest {
  @Test
  void median_oddCount_isTheMiddle() {
    assertThat(new Pairs(0.9, 0.1, 0.8).median()).isEqualTo(0.8);
  }

  @Test
  void median_evenCount_liesBetweenTheMiddleTwo() {
    assertThat(new Pairs(4, 1, 2, 3).median()).isEqualTo(2.5);
  }

  @Test
  void interval_equalPairs_isThatValue() {
    assertThat(new Pairs(0.9, 0.9, 0.9).interval()).isEqualTo(new Pairs.Interval(0.9, 0.9));
  }

  @Test
  void interval_manyPairs_isNarrowAroundTheMedian() {
    double[] ratios = DoubleStream.iterate(0.801, ratio -> ratio + 0.001).limit(199).toArray();
    Pairs pairs = new Pairs(ratios);
    Pairs.Interval interval = pairs.interval();
    assertThat(pairs.median()).isBetween(0.8999, 0.9001);
    // The order statistics that bound a median of 199 with 95 % are the 86th and the 114th.
    assertThat(interval.low()).isBetween(0.880, 0.892);
    assertThat(interval.high()).isBetween(0.908, 0.920);
  }

  @Test
  void interval_oneOutlier_doesNotReachIt() {
    double[] ratios =
        DoubleStream.concat(DoubleStream.generate(() -> 0.9).limit(20), DoubleStream.of(9))
            .toArray();
    assertThat(new Pairs(ratios).interval().high()).isEqualTo(0.9);
  }

  @Test
  void pairs_none_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(Pairs::new);
  }
}
