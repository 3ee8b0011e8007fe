package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * One HTTP/1.1 answer with status 200, as it was on the wire.
 *
 * @param headers every header, in order
 * @param body the bytes after the empty line
 */
record Answer(MultiMap headers, Buffer body) {
  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

  /**
   * Reads a whole answer whose body has a {@code Content-Length}.
   *
   * @throws IllegalArgumentException if the bytes are more or less than one answer
   */
  static Answer parse(byte[] wire) {
    int head = endOfHead(wire, wire.length);
    if (head < 0) {
      throw new IllegalArgumentException("the answer has no end of its head");
    }
    String[] lines = new String(wire, 0, head, ISO_8859_1).split("\r\n", -1);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    for (int i = 1; !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(':');
      headers.add(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
    }
    Buffer body = Buffer.buffer(Arrays.copyOfRange(wire, head, wire.length));
    String length = headers.get("content-length");
    if (length == null || Integer.parseInt(length) != body.length()) {
      throw new IllegalArgumentException(
          "the body has " + body.length() + " bytes, and Content-Length says " + length);
    }
    return new Answer(headers, body);
  }

  /** Where the body begins in what has arrived so far, or -1 if that is not known yet. */
  static int endOfHead(byte[] wire, int length) {
    for (int end = END_OF_HEAD.length; end <= length; end++) {
      int start = end - END_OF_HEAD.length;
      if (Arrays.equals(wire, start, end, END_OF_HEAD, 0, END_OF_HEAD.length)) {
        return end;
      }
    }
    return -1;
  }
}
