package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class AnswerTest {
  @Test
  void parse_wholeAnswer_hasEveryPart() {
    Answer answer = parse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nvary:  a:b \r\n\r\nok");
    assertThat(answer.headers().get("content-length")).isEqualTo("2");
    assertThat(answer.headers().get("Vary")).isEqualTo("a:b");
    assertThat(answer.body()).isEqualTo(Buffer.buffer("ok"));
  }

  @Test
  void parse_cutOrOverlongAnswer_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> parse("HTTP/1.1 200 OK\r\nvary: a\r\n"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nok"));
  }

  @Test
  void endOfHead_notYetThere_isUnknown() {
    byte[] wire = "HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1);
    assertThat(Answer.endOfHead(wire, wire.length)).isEqualTo(wire.length);
    assertThat(Answer.endOfHead(wire, wire.length - 1)).isNegative();
  }

  private static Answer parse(String wire) {
    return Answer.parse(wire.getBytes(ISO_8859_1));
  }
}
