package io.edgemint.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WholeAnswersTest {
  private static final String BODY = "{\"url\":\"" + "é".repeat(500) + "\"}";

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final WholeAnswers answers = install(channel);

  private static WholeAnswers install(EmbeddedChannel channel) {
    channel.pipeline().addLast("httpEncoder", new HttpResponseEncoder());
    return WholeAnswers.install(channel.pipeline());
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static DefaultFullHttpResponse answer(HttpVersion version, String body) {
    HttpHeaders headers = HeadersMultiMap.httpHeaders();
    headers.set("content-type", "application/json");
    headers.set("content-length", Integer.toString(body.getBytes(UTF_8).length));
    return new DefaultFullHttpResponse(
        version,
        HttpResponseStatus.FORBIDDEN,
        Unpooled.copiedBuffer(body, UTF_8),
        headers,
        HeadersMultiMap.httpHeaders());
  }

  private int buffers;

  private String written() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      buffers++;
      text.append(part.toString(UTF_8));
      part.release();
    }
    return text.toString();
  }

  @Test
  void write_wholeAnswer_isOneBufferOfTheSameBytes() {
    DefaultFullHttpResponse answer = answer(HttpVersion.HTTP_1_1, BODY);
    channel.writeOutbound(answer);
    assertThat(written())
        .isEqualTo(
            "HTTP/1.1 403 Forbidden\r\n"
                + "content-type: application/json\r\n"
                + "content-length: 1010\r\n\r\n"
                + BODY);
    assertThat(buffers).isOne();
    assertThat(answer.refCnt()).isZero();

    answers.standAside();
    channel.writeOutbound(answer(HttpVersion.HTTP_1_1, BODY));
    assertThat(written()).endsWith("\r\n\r\n" + BODY).startsWith("HTTP/1.1 403 Forbidden\r\n");
    assertThat(buffers).as("now by the encoder").isEqualTo(3);
  }

  @Test
  void write_withoutBodyOrOfAnOlderVersion_isLeftToTheEncoder() {
    channel.writeOutbound(answer(HttpVersion.HTTP_1_1, ""));
    assertThat(written()).endsWith("content-length: 0\r\n\r\n");
    buffers = 0;
    channel.writeOutbound(answer(HttpVersion.HTTP_1_0, BODY));
    assertThat(written()).startsWith("HTTP/1.0 403 Forbidden\r\n").endsWith(BODY);
    assertThat(buffers).isEqualTo(2);
  }

  @Test
  void write_severalInARow_areEachWhole() {
    for (int i = 0; i < 3; i++) {
      channel.writeOutbound(answer(HttpVersion.HTTP_1_1, BODY));
      channel.writeOutbound(answer(HttpVersion.HTTP_1_1, ""));
    }
    assertThat(written().split("HTTP/1.1 403 Forbidden", -1)).hasSize(7);
    assertThat(buffers).isEqualTo(6);
  }
}
