package io.edgemint.http;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/2 client that sends exactly the frames it is given (RFC 9113, section 6), and reads only
 * when it is told to.
 */
final class RawHttp2Client implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final int PRIORITY_FLAG = 32;
  private static final int SMALL_BUFFER = 4096;

  private final SSLSocket socket;
  private final DataInputStream in;
  private final BufferedOutputStream out;
  private int lastStream = -1;

  RawHttp2Client(int port) {
    try {
      Socket tcp = new Socket();
      tcp.setReceiveBufferSize(SMALL_BUFFER); // So that what nobody reads soon fills the server's.
      tcp.setTcpNoDelay(true);
      tcp.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket =
          (SSLSocket)
              TlsClient.trustingAnybody()
                  .getSocketFactory()
                  .createSocket(tcp, "localhost", port, true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      in = new DataInputStream(socket.getInputStream());
      out = new BufferedOutputStream(socket.getOutputStream(), 8192);
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A frame that came. */
  record Frame(int type, int flags, int stream, ByteBuffer payload) {
    /** Whether a head begins with {@code :status: 200} (RFC 7541, appendix A). */
    boolean isOk() {
      int priority = (flags & PRIORITY_FLAG) == 0 ? 0 : 5;
      return payload.get(priority) == (byte) 0x88;
    }

    String text() {
      return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
    }
  }

  /** Tells the server of one setting, or none. */
  RawHttp2Client settings(int... idAndValue) {
    ByteBuffer payload = ByteBuffer.allocate(idAndValue.length / 2 * 6);
    for (int i = 0; i < idAndValue.length; i += 2) {
      payload.putShort((short) idAndValue[i]).putInt(idAndValue[i + 1]);
    }
    return send(SETTINGS, 0, 0, payload.array());
  }

  /** Opens the next stream with a head, and gives its number. */
  int open(int flags, byte[] head) {
    lastStream += 2;
    send(HEADERS, flags, lastStream, head);
    return lastStream;
  }

  RawHttp2Client send(int type, int flags, int stream, int number) {
    return send(type, flags, stream, ByteBuffer.allocate(4).putInt(number).array());
  }

  /** Sends a frame, sooner or later. */
  RawHttp2Client send(int type, int flags, int stream, byte[] payload) {
    try {
      ByteBuffer head = ByteBuffer.allocate(9).putInt((payload.length << 8) | type);
      out.write(head.put((byte) flags).putInt(stream).array());
      out.write(payload);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawHttp2Client flush() {
    try {
      out.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Frame read() {
    try {
      int lengthAndType = in.readInt();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[lengthAndType >>> 8];
      in.readFully(payload);
      return new Frame(lengthAndType & 0xff, flags, stream, ByteBuffer.wrap(payload));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads up to the next frame of a kind. */
  Frame read(int type) {
    Frame frame = read();
    while (frame.type() != type) {
      frame = read();
    }
    return frame;
  }

  /** Whether a failure says that the server has hung up. */
  static boolean isEnd(UncheckedIOException e) {
    return e.getCause() instanceof EOFException
        || e.getCause() instanceof SocketException
        || (e.getCause() instanceof SSLException ssl && ssl.getCause() instanceof SocketException);
  }

  /** The head of a GET, in literals that the dynamic table does not keep (RFC 7541, 6.2.2). */
  static byte[] get(String path, String token) {
    return head(
        ":method",
        "GET",
        ":scheme",
        "https",
        ":authority",
        "localhost",
        ":path",
        path,
        "authorization",
        "Bearer " + token);
  }

  static byte[] head(String... namesAndValues) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      literal(block, namesAndValues[i]);
      literal(block, namesAndValues[i + 1]);
    }
    return block.toByteArray();
  }

  /** Writes a literal without Huffman (RFC 7541, sections 5.1 and 5.2). */
  static void literal(ByteArrayOutputStream block, String text) {
    int rest = text.length() - 127;
    block.write(Math.min(text.length(), 127));
    if (rest >= 0) {
      for (; rest >= 128; rest >>>= 7) {
        block.write((rest & 127) | 128);
      }
      block.write(rest);
    }
    block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
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
