package io.edgemint.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Vert.x's decoder of HTTP/1.1 with one limit more: how many headers a request may have. By their
 * bytes alone, 8 KiB of the shortest ones would cost thirty times as much memory. (HTTP/2 counts 32
 * bytes for each header: RFC 9113, section 6.5.2.)
 */
final class HeaderCount extends VertxHttpRequestDecoder {
  static final int MOST = 64;
  private static final String DECODER = "httpDecoder";

  private int headers;

  private HeaderCount(HttpServerOptions options) {
    super(options);
  }

  /** Puts it in the place of Vert.x's own; called before anything has been read. */
  static void limit(HttpConnection connection, HttpServerOptions options) {
    if (connection instanceof ConnectionBase base) {
      ChannelPipeline pipeline = base.channel().pipeline();
      if (pipeline.get(DECODER) != null) {
        pipeline.replace(DECODER, DECODER, new HeaderCount(options));
      }
    }
  }

  @Override
  protected HttpMessage createMessage(String[] initialLine) {
    headers = 0;
    return super.createMessage(initialLine);
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    headers++;
    if (headers > MOST) {
      throw new TooLongHttpHeaderException("more than " + MOST + " headers");
    }
    return super.splitHeaderName(line, start, length);
  }
}
