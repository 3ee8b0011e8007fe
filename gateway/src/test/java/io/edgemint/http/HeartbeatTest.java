package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private final Heartbeat.Loop loop = new Heartbeat.Loop(0, Duration.ofMillis(50).toNanos());
  private long now;

  private void beatAfter(int millis) {
    now += Duration.ofMillis(millis).toNanos();
    loop.beat(now);
  }

  @Test
  void isLate_oneLongPause_isNot() {
    beatAfter(5000);
    beatAfter(101);
    assertThat(loop.isLate()).isFalse();
    beatAfter(100);
    beatAfter(101);
    assertThat(loop.isLate()).isFalse();
  }

  @Test
  void isLate_threeMarksInARowAndUntilOneIsInTime_is() {
    beatAfter(101);
    beatAfter(101);
    beatAfter(101);
    assertThat(loop.isLate()).isTrue();
    beatAfter(100);
    assertThat(loop.isLate()).isFalse();
  }
}
