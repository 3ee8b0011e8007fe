package io.edgemint.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationTest {
  @ParameterizedTest
  @ValueSource(strings = {"fw/", "fw/1.", "f", "fw/..", "fw/a b", "fw/%4", "fw/\u00fc"})
  void keyPrefix_thatAKeyCanBeginWith_isTaken(String prefix) {
    assertThat(new Revocation.KeyPrefix(prefix).prefix()).isEqualTo(prefix);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/fw", "fw//", "fw/../", "./", "fw/\u0001", "fw\\a", "fw/%2F"})
  void keyPrefix_thatNoKeyBeginsWith_isRefused(String prefix) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Revocation.KeyPrefix(prefix));
  }

  @Test
  void keyPrefix_asLongAsAKey_isTheLongest() {
    assertThatCode(() -> new Revocation.KeyPrefix("a".repeat(1024))).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Revocation.KeyPrefix("a".repeat(1025)));
  }

  @Test
  void subject_thatNoTokenHas_isRefused() {
    assertThatCode(() -> new Revocation.Subject("a".repeat(256))).doesNotThrowAnyException();
    for (String bad : List.of("", "a".repeat(257), "a\nb", "a\u0000", "a\ud800")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new Revocation.Subject(bad));
    }
  }

  @Test
  void withAndWithout_eachKind_areEachOthersOpposite() {
    for (Revocation each :
        List.of(
            new Revocation.Subject("s"),
            new Revocation.KeyPrefix("p"),
            new Revocation.Everything())) {
      Revocations once = Revocations.NONE.with(each);
      assertThat(once).isNotEqualTo(Revocations.NONE);
      assertThat(once.with(each)).isEqualTo(once);
      assertThat(once.without(each)).isEqualTo(Revocations.NONE);
      assertThat(Revocations.NONE.without(each)).isEqualTo(Revocations.NONE);
    }
  }

  private static Revocations of(int subjects, int prefixes) {
    Set<String> names = new HashSet<>();
    IntStream.range(0, subjects).forEach(i -> names.add("device-" + i));
    return new Revocations(
        false, names, IntStream.range(0, prefixes).mapToObj(i -> "old/" + i + "/").toList());
  }

  @Test
  void requireBounded_oneTooMany_saysWhatToDoInstead() {
    assertThat(of(10_000, 100).requireBounded().subjects()).hasSize(10_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(10_001, 0).requireBounded())
        .withMessageContaining("at most 10,000 subjects")
        .withMessageContaining("key prefixes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(0, 101).requireBounded())
        .withMessageContaining("at most 100 key prefixes");
  }

  @Test
  void covers_fullRevocations_allocatesNothing() {
    Revocations full = of(10_000, 100);
    ObjectKey key = Samples.key("fw/a.bin");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 20_000;
    long bytes = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        if (full.covers("device-x", key)) {
          throw new AssertionError("it covers nothing of this");
        }
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(bytes).isLessThan(calls);
    assertThat(full.covers("device-9999", key)).isTrue();
    assertThat(full.covers("device-x", Samples.key("old/99/a"))).isTrue();
  }

  @Test
  void change_textThatDoesNotPrint_isEscapedAndCut() {
    var change = new BackendStore.Change("a\u202eb\nc\ud800d \ud83d\ude00", "x".repeat(2000));
    assertThat(change.actor()).isEqualTo("a\\u{202e}b\\u{a}c\\u{d800}d \ud83d\ude00");
    assertThat(change.action()).hasSize(1003).endsWith("x...");
  }
}
