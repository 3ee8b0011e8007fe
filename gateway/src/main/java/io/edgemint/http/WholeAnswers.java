package io.edgemint.http;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;

/**
 * Writes an answer of HTTP/1.1 that is whole, head and body, as one buffer. Vert.x's encoder makes
 * two of one whose body is longer than 128 bytes, which cost a second entry in the queue of the
 * connection, promises to join them, and a gathering write. All other answers are left to it.
 * Belongs to one connection and its event loop.
 */
final class WholeAnswers extends ChannelOutboundHandlerAdapter {
  private static final String ENCODER = "httpEncoder";

  /** For the first line and the headers of usual answers; a buffer grows where it must. */
  private static final int HEAD_ROOM = 256;

  private final ChannelHandlerContext encoder;
  private boolean aside;

  private WholeAnswers(ChannelHandlerContext encoder) {
    this.encoder = encoder;
  }

  /** Puts it before Vert.x's encoder; called before anything has been written. */
  static WholeAnswers install(ChannelPipeline pipeline) {
    var answers = new WholeAnswers(requireNonNull(pipeline.context(ENCODER)));
    pipeline.addAfter(ENCODER, "wholeAnswers", answers);
    return answers;
  }

  /**
   * Leaves all answers to Vert.x's encoder from now on. Only that one knows which of them are to
   * HEAD, and have no body however long they say it is (RFC 9110, section 9.3.2).
   */
  void standAside() {
    aside = true;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!aside
        && message instanceof FullHttpResponse answer
        && answer.content().isReadable()
        && answer.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && answer.headers() instanceof HeadersMultiMap headers
        && headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      var _ = encoder.write(bytes(context, answer, headers), promise);
    } else {
      var _ = context.write(message, promise);
    }
  }

  /** As RFC 9112 (sections 2.1 and 4) has it. */
  private static ByteBuf bytes(
      ChannelHandlerContext context, FullHttpResponse answer, HeadersMultiMap headers) {
    try {
      ByteBuf body = answer.content();
      ByteBuf bytes = context.alloc().directBuffer(HEAD_ROOM + body.readableBytes());
      ByteBufUtil.writeAscii(bytes, "HTTP/1.1 ");
      ByteBufUtil.writeAscii(bytes, answer.status().codeAsText());
      bytes.writeByte(' ');
      ByteBufUtil.writeAscii(bytes, answer.status().reasonPhrase());
      ByteBufUtil.writeShortBE(bytes, '\r' << 8 | '\n');
      headers.encode(bytes, false);
      ByteBufUtil.writeShortBE(bytes, '\r' << 8 | '\n');
      bytes.writeBytes(body, body.readerIndex(), body.readableBytes());
      return bytes;
    } finally {
      answer.release();
    }
  }
}
