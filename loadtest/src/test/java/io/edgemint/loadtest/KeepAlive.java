package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One connection to a server on loopback that sends the same request again and again, and allocates
 * nothing to do so. One thread at a time.
 */
final class KeepAlive implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int STATUS_AT = "HTTP/1.1 ".length();
  private static final byte[] LENGTH = "content-length: ".getBytes(ISO_8859_1);

  private final byte[] request;
  private final byte[] status;
  private final byte[] answer = new byte[64 * 1024];
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /** Connects; the request is a GET of a path with a bearer token, and answered with 200. */
  KeepAlive(int port, String path, String token) throws IOException {
    this(port, request(path, token), 200);
  }

  /** Connects; the request is answered with 200. */
  KeepAlive(int port, ByteBuffer request) throws IOException {
    this(port, bytes(request), 200);
  }

  /** Connects; the request is answered with this status. */
  KeepAlive(int port, byte[] request, int status) throws IOException {
    this.request = request;
    this.status = Integer.toString(status).getBytes(ISO_8859_1);
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  private static byte[] bytes(ByteBuffer request) {
    byte[] bytes = new byte[request.remaining()];
    request.get(bytes);
    return bytes;
  }

  /** A GET of a path with a bearer token. */
  static byte[] request(String path, String token) {
    return "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n"
        .formatted(path, token)
        .getBytes(ISO_8859_1);
  }

  /**
   * Sends the request and reads the whole answer.
   *
   * @return the answer's length in bytes
   * @throws IOException if the answer has another status, or no {@code Content-Length}
   */
  int exchange() throws IOException {
    out.write(request);
    int length = 0;
    int whole = Integer.MAX_VALUE;
    while (length < whole) {
      int read = in.read(answer, length, answer.length - length);
      if (read <= 0) {
        throw new EOFException("the server hung up, or its answer is longer than the buffer");
      }
      length += read;
      int head = whole == Integer.MAX_VALUE ? Answer.endOfHead(answer, length) : -1;
      if (head >= 0) {
        whole = head + contentLength(head);
      }
    }
    return length;
  }

  /** The bytes of one answer. */
  byte[] record() throws IOException {
    return Arrays.copyOf(answer, exchange());
  }

  private int contentLength(int head) throws IOException {
    if (!Arrays.equals(answer, STATUS_AT, STATUS_AT + status.length, status, 0, status.length)) {
      throw new IOException("another status: " + new String(answer, 0, head, ISO_8859_1));
    }
    for (int at = 0; at + LENGTH.length < head; at++) {
      if (Arrays.equals(answer, at, at + LENGTH.length, LENGTH, 0, LENGTH.length)) {
        int length = 0;
        for (int i = at + LENGTH.length; answer[i] != '\r'; i++) {
          length = 10 * length + answer[i] - '0';
        }
        return length;
      }
    }
    throw new IOException("no content-length in " + new String(answer, 0, head, ISO_8859_1));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
