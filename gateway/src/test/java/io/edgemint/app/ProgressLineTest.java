package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.publisher.Progress.Step;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final StringWriter said = new StringWriter();
  private final ManualClock clock = new ManualClock(1_000_000);

  private ProgressLine line(boolean terminal) {
    return new ProgressLine(new PrintWriter(said), terminal, "fw/2.0.bin", clock);
  }

  private List<String> lines() {
    return said.toString().lines().toList();
  }

  @Test
  void moved_noTerminal_saysALineATenth() {
    ProgressLine line = line(false);
    line.begin(Step.SENDING, 1_000_000_000, 0);
    for (int i = 0; i < 1_000; i++) {
      clock.pass(Duration.ofMillis(10));
      line.moved(1_000_000);
    }

    assertThat(lines())
        .hasSize(10)
        .first()
        .isEqualTo("fw/2.0.bin: sending 10%, 100.0 MB of 1.0 GB, 100.0 MB/s, 0:09 left");
    assertThat(lines()).last().asString().contains("100%").doesNotContain("left");
    assertThat(said.toString()).doesNotContain("\r", "\u001B");
  }

  @Test
  void moved_noTerminalAndSlow_saysALineEveryFewSeconds() {
    ProgressLine line = line(false);
    line.begin(Step.SENDING, 1_000_000, 0);
    for (int i = 0; i < 20; i++) {
      clock.pass(Duration.ofSeconds(1));
      line.moved(10);
    }

    assertThat(lines()).hasSize(4);
  }

  @Test
  void moved_terminal_redrawsOneLineTenTimesASecond() {
    ProgressLine line = line(true);
    line.begin(Step.SENDING, 1_000, 500);
    for (int i = 0; i < 100; i++) {
      clock.pass(Duration.ofMillis(10));
      line.moved(1);
    }

    List<String> drawn = List.of(said.toString().split("\r\u001B\\[K", -1));
    assertThat(drawn).hasSizeBetween(10, 13);
    assertThat(drawn).last().asString().startsWith("fw/2.0.bin [############........] sending 60%");
    assertThat(said.toString()).doesNotContain("\n");
  }

  @Test
  void moved_sentAgain_goesBack() {
    ProgressLine line = line(true);
    line.begin(Step.SENDING, 1_000, 0);
    clock.pass(Duration.ofSeconds(1));
    line.moved(900);
    clock.pass(Duration.ofSeconds(1));
    line.moved(-900);

    assertThat(said.toString()).contains("90%").endsWith("sending 0%, 0 B of 1.0 kB");
  }

  @Test
  void note_whileABarIsDrawn_standsOnALineOfItsOwn() {
    ProgressLine line = line(true);
    line.begin(Step.READING, 10, 0);
    line.note("resuming");

    assertThat(said.toString()).endsWith("\r\u001B[Kfw/2.0.bin: resuming" + System.lineSeparator());
  }

  @Test
  void note_namesWithTerminalCommands_areShownAndNotObeyed() {
    var line = new ProgressLine(new PrintWriter(said), false, "fw/\u001B]0;x\u0007.bin", clock);
    line.note("the gateway answered 400: \u001B[2J\r\nedgemint: all is well");

    assertThat(lines())
        .containsExactly(
            "fw/\\u{1b}]0;x\\u{7}.bin: the gateway answered 400:"
                + " \\u{1b}[2J\\u{d}\\u{a}edgemint: all is well");
  }

  @Test
  void begin_emptyFile_isComplete() {
    line(true).begin(Step.SENDING, 0, 0);

    assertThat(said.toString()).contains("[####################] sending 100%, 0 B of 0 B");
  }

  @Test
  void bytes_anySize_areShortAndRounded() {
    assertThat(ProgressLine.bytes(999)).isEqualTo("999 B");
    assertThat(ProgressLine.bytes(1_000)).isEqualTo("1.0 kB");
    assertThat(ProgressLine.bytes(999_949)).isEqualTo("999.9 kB");
    assertThat(ProgressLine.bytes(999_999)).isEqualTo("1.0 MB");
    assertThat(ProgressLine.bytes(5L << 40)).isEqualTo("5.5 TB");
  }
}
