package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsciiBufferTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 9, 10, 99, 100, 604_800, 2_147_483_647, Long.MAX_VALUE})
  void append_number_isWrittenInDecimal(long number) {
    assertThat(new AsciiBuffer(0).append(number)).hasToString(Long.toString(number));
  }

  @Test
  void append_noRoomLeft_makesRoomAndKeepsWhatWasThere() {
    List<UnaryOperator<AsciiBuffer>> appends =
        List.of(
            buffer -> buffer.append("text"),
            buffer -> buffer.append(AsciiBuffer.ascii("octets")),
            buffer -> buffer.append(1234567890L),
            buffer -> buffer.appendTime(45_296),
            buffer -> buffer.appendHex(new byte[] {0, 127, -128, -1}));
    List<String> written = List.of("text", "octets", "1234567890", "123456", "007f80ff");
    for (int i = 0; i < appends.size(); i++) {
      for (int capacity = 0; capacity < 14; capacity++) {
        AsciiBuffer buffer = new AsciiBuffer(capacity).append("ab");

        assertThat(appends.get(i).apply(buffer)).hasToString("ab" + written.get(i));
      }
    }
  }

  @Test
  void append_roomThatJustSuffices_isNotReplaced() {
    AsciiBuffer buffer = new AsciiBuffer(6);
    byte[] before = buffer.bytes();

    assertThat(buffer.append("abcdef").bytes()).isSameAs(before);
    assertThat(buffer.append("g").bytes()).hasSize(12);
    assertThat(buffer.clear().append("x".repeat(50)).bytes()).hasSize(50);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 59, 60, 3_599, 3_600, 43_200, 86_399})
  void appendTime_secondOfTheDay_isSixDigits(int second) {
    String expected = "%02d%02d%02d".formatted(second / 3600, second % 3600 / 60, second % 60);

    assertThat(new AsciiBuffer(6).appendTime(second)).hasToString(expected);
  }
}
