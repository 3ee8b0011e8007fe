package io.edgemint.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Vert.x's decoder of HTTP/1.1, stricter about headers.
 *
 * <p>It limits how many a request may have: by their bytes alone, 8 KiB of the shortest ones would
 * cost thirty times as much memory. (HTTP/2 counts 32 bytes for each header: RFC 9113, section
 * 6.5.2.) And it refuses two names about which readers differ: the empty one, at which some stop,
 * and one of an old WebSocket draft, with which Netty takes eight bytes that nothing announces for
 * a body; and a second {@code Host} or {@code Authorization}, of which some take the first and some
 * the last.
 */
final class StrictDecoder extends VertxHttpRequestDecoder {
  private static final int MOST = 64;
  private static final String DECODER = "httpDecoder";

  private static final AsciiString OLD_WEBSOCKET = AsciiString.cached("sec-websocket-key1");

  private int headers;
  private int hosts;
  private int tokens;

  private final WholeAnswers answers;

  private StrictDecoder(HttpServerOptions options, WholeAnswers answers) {
    super(options);
    this.answers = answers;
  }

  /** Puts it in the place of Vert.x's own; called before anything has been read. */
  static void install(HttpConnection connection, HttpServerOptions options) {
    if (connection instanceof ConnectionBase base) {
      ChannelPipeline pipeline = base.channel().pipeline();
      if (pipeline.get(DECODER) != null) {
        WholeAnswers answers = WholeAnswers.install(pipeline);
        pipeline.replace(DECODER, DECODER, new StrictDecoder(options, answers));
      }
    }
  }

  @Override
  protected HttpMessage createMessage(String[] initialLine) {
    headers = 0;
    hosts = 0;
    tokens = 0;
    if (initialLine[0].equals("HEAD")) {
      answers.standAside();
    }
    return super.createMessage(initialLine);
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    headers++;
    if (headers > MOST) {
      throw new TooLongHttpHeaderException("more than " + MOST + " headers");
    }
    AsciiString name = super.splitHeaderName(line, start, length);
    if (name.isEmpty() || OLD_WEBSOCKET.contentEqualsIgnoreCase(name)) {
      throw new IllegalArgumentException("a header that readers differ about");
    }
    if (HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
      hosts++;
    } else if (HttpHeaderNames.AUTHORIZATION.contentEqualsIgnoreCase(name)) {
      tokens++;
    }
    if (hosts > 1 || tokens > 1) {
      throw new IllegalArgumentException("Host or Authorization stands twice");
    }
    return name;
  }
}
