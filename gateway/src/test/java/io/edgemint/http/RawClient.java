package io.edgemint.http;

import io.edgemint.canary.Canaries;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP client that sends exactly the bytes it is given, and reads one answer at a time. */
final class RawClient implements SteadyTraffic.Asking {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  RawClient(int port) {
    this(connect("127.0.0.1", port));
  }

  /** Speaks on a connection that stands, and closes it. */
  RawClient(Socket socket) {
    this.socket = socket;
    try {
      socket.setSoTimeout(10_000);
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects to a port of this machine from one of its addresses. */
  static Socket connect(String from, int port) {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.ofLiteral(from), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Socket socket() {
    return socket;
  }

  /** An answer; header names are in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {}

  /** Asks for a path as a device does. */
  @Override
  public Answer get(String path, String token) {
    return send(request(path, token));
  }

  /** What {@link #get} sends. */
  static String request(String path, String token) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n\r\n";
  }

  /** Posts a body. */
  Answer post(String path, String token, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return send(
        "POST "
            + path
            + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + token
            + "\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n"
            + body);
  }

  /** Sends a whole request and reads its answer. */
  Answer send(String request) {
    write(request);
    return read();
  }

  void write(String requests) {
    write(requests.getBytes(StandardCharsets.UTF_8));
  }

  void write(byte[] requests) {
    try {
      out.write(requests);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Answer read() {
    try {
      String status = line();
      Map<String, String> headers = new TreeMap<>();
      for (String line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      int code = Integer.parseInt(status.split(" ", 3)[1]);
      if (code >= 400) {
        Canaries.heard("answers of gateways", headers + "\n" + body);
      }
      return new Answer(code, headers, body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All answers until the other side hangs up, which it must. */
  List<Answer> readAll() {
    List<Answer> answers = new ArrayList<>();
    while (true) {
      try {
        answers.add(read());
      } catch (UncheckedIOException e) {
        if (e.getCause() instanceof EOFException || e.getCause() instanceof SocketException) {
          return answers;
        }
        throw e;
      }
    }
  }

  /** Whether nothing comes any more, for the other side has hung up. */
  boolean isClosedByTheServer() {
    try {
      return in.read() < 0;
    } catch (SocketException reset) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection was closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
