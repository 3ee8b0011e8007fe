package io.edgemint.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallTest {
  private static final URI SIGNED = URI.create("https://files.example/fw?Signature=hunter2");

  @Test
  void toString_ofCallAndReply_keepsSecretsBack() {
    var call = call("GET", Map.of("Authorization", "hunter2"), 0, Duration.ofSeconds(1));
    var reply = new Reply(200, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer("hunter2"));

    assertThat(call).hasToString("GET https://files.example/fw");
    assertThat(reply).hasToString("Reply[200, 7 bytes]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "CONNECT", "TRACE", "", "GET /x HTTP/1.1\r\nA:"})
  void call_otherMethod_isRefused(String method) {
    assertThatThrownBy(() -> call(method, Map.of(), 0, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one of [GET, HEAD, PUT, POST, DELETE, OPTIONS]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "host", "Content-Length", "TRANSFER-ENCODING", "Connection"})
  void call_headerThatFollowsFromTheRest_isRefused(String name) {
    assertThatThrownBy(() -> call("GET", Map.of(name, "1"), 0, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nB: c", "a\nb", "a\0", "ü", "a\u007f"})
  void call_headerWithOtherCharacters_isRefusedWithoutRepeatingThem(String text) {
    for (Map<String, String> headers : List.of(Map.of("X", text), Map.of(text, "x"))) {
      assertThatThrownBy(() -> call("GET", headers, 0, Duration.ofSeconds(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageNotContaining(text);
    }
  }

  @Test
  void call_numberOutOfRange_isRefused() {
    assertThatThrownBy(() -> call("GET", Map.of(), -1, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> call("GET", Map.of(), 0, Duration.ofNanos(999_999)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Call call(
      String method, Map<String, String> headers, int maxBytes, Duration deadline) {
    return new Call(method, SIGNED, headers, null, maxBytes, deadline, false);
  }
}
