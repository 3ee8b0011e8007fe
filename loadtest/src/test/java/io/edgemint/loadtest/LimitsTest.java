package io.edgemint.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void bytes_upToTheLimit_areKept() {
    Limits limits = limits("bytes.A.a[x.y]", "100");
    assertThat(broken(limits, Map.of("A.a[x.y]", 100.0), Map.of())).isZero();
    assertThat(broken(limits, Map.of("A.a[x.y]", 100.5), Map.of())).isOne();
  }

  @Test
  void bytes_difference_isWhatCounts() {
    Limits limits = limits("bytes.A.gateway-A.bare", "100");
    assertThat(broken(limits, Map.of("A.gateway", 1100.0, "A.bare", 1000.0), Map.of())).isZero();
    assertThat(broken(limits, Map.of("A.gateway", 1101.0, "A.bare", 1000.0), Map.of())).isOne();
  }

  @Test
  void speed_fromTheLimitOn_isKept() {
    Limits limits = limits("speed.s3", "5");
    assertThat(broken(limits, Map.of(), Map.of("s3", 5.0))).isZero();
    assertThat(broken(limits, Map.of(), Map.of("s3", 4.9))).isOne();
  }

  @Test
  void count_upToTheLimit_isKept() {
    Limits limits = limits("count.threads", "40");
    assertThat(broken(limits, Map.of(), Map.of("threads", 40.0), Map.of())).isZero();
    assertThat(broken(limits, Map.of(), Map.of("threads", 41.0), Map.of())).isOne();
  }

  @Test
  void ratio_isTold_andJudgedElsewhere() {
    Limits limits = limits("ratio.warm", "0.8");
    assertThat(limits.ratio("warm")).isEqualTo(0.8);
    assertThat(broken(limits, Map.of(), Map.of())).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits.ratio("cold"))
        .withMessage("ratio.cold has no limit");
  }

  @Test
  void limit_nothingMeasured_isBroken() {
    assertThat(broken(limits("bytes.A.a", "100"), Map.of(), Map.of())).isOne();
    assertThat(broken(limits("bytes.A.a-A.b", "100"), Map.of("A.a", 1.0), Map.of())).isOne();
    assertThat(broken(limits("speed.s3", "5"), Map.of(), Map.of())).isOne();
    assertThat(broken(limits("count.threads", "5"), Map.of(), Map.of())).isOne();
  }

  @Test
  void benchmarks_areNamedOnceAndWithoutParameters() {
    var properties = new Properties();
    properties.setProperty("bytes.A.a[x]", "1");
    properties.setProperty("bytes.A.a[y]", "1");
    properties.setProperty("bytes.B.b-B.c", "1");
    properties.setProperty("speed.s3", "1");
    assertThat(new Limits(properties).benchmarks()).containsExactly("A.a", "B.b", "B.c");
  }

  @Test
  void limit_misspelt_isRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits("byte.A.a", "1"))
        .withMessageStartingWith("byte.A.a: ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits("bytes.A.a", "4 KB"))
        .withMessage("bytes.A.a: the limit is no number");
  }

  private static Limits limits(String name, String limit) {
    var properties = new Properties();
    properties.setProperty(name, limit);
    return new Limits(properties);
  }

  private static long broken(Limits limits, Map<String, Double> bytes, Map<String, Double> speeds) {
    return broken(limits, bytes, Map.of(), speeds);
  }

  private static long broken(
      Limits limits,
      Map<String, Double> bytes,
      Map<String, Double> counts,
      Map<String, Double> speeds) {
    return limits.judge(bytes, counts, speeds).stream().filter(verdict -> !verdict.kept()).count();
  }
}
