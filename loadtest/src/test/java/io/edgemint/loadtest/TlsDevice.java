package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One request over a TLS 1.3 connection of its own, again and again (RFC 8446): a full handshake
 * with X25519, TLS_AES_128_GCM_SHA256 and the server's certificate, without resumption.
 *
 * <p>To the server it is any client. By itself it is far cheaper than one, so that it loads a
 * server from one core: its key share is the base point of the curve, as if its private key were 1,
 * and so the shared secret is the server's own key share; and it believes the certificate unseen.
 * It does decrypt all that the server sends, so a wrong step ends in an exception.
 *
 * <p>Each method is a step that waits for the server's bytes if they are not there. One thread.
 */
final class TlsDevice {
  private static final int HANDSHAKE = 22;
  private static final int APPLICATION_DATA = 23;
  private static final int ALERT = 21;
  private static final int FINISHED = 20;
  private static final int HASH = 32;
  private static final int TAG = 16;
  private static final int HEADER = 5;
  private static final int RECORD = HEADER + (1 << 14) + 256;
  private static final byte[] EMPTY = {};
  private static final byte[] HELLO = clientHello();
  private static final byte[] GOOD = "HTTP/1.1 200 ".getBytes(ISO_8859_1);

  private final Crypto crypto = new Crypto();
  private final ByteBuffer read = ByteBuffer.allocate(4 * RECORD);
  private final byte[] plain = new byte[RECORD];
  private byte[] masterSecret = EMPTY;
  private Keys fromServer = Keys.NONE;
  private Keys toServer = Keys.NONE;
  private SocketChannel connection;

  /** Connects to nothing yet. */
  TlsDevice() throws IOException {
    this.connection = SocketChannel.open();
  }

  /** Ends the connection before, connects from an address of loopback, sends the first flight. */
  void hello(InetAddress from, int port) throws IOException {
    connection.close();
    connection = SocketChannel.open();
    connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
    connection.bind(new InetSocketAddress(from, 0));
    connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    read.clear().flip();
    write(ByteBuffer.wrap(HELLO));
  }

  /** Reads the server's flight, and sends what ends the handshake together with the request. */
  void finish(byte[] request) throws IOException, GeneralSecurityException {
    MessageDigest transcript = MessageDigest.getInstance("SHA-256");
    transcript.update(HELLO, HEADER, HELLO.length - HEADER);
    int length = record(HANDSHAKE);
    transcript.update(plain, 0, length);
    byte[] handshake = crypto.handshakeSecret(keyShare(length));
    byte[] hash = hash(transcript);
    byte[] client = crypto.expand(handshake, "c hs traffic", hash, HASH);
    fromServer = crypto.keys(crypto.expand(handshake, "s hs traffic", hash, HASH));
    toServer = crypto.keys(client);
    flight(transcript);
    hash = hash(transcript);
    masterSecret = crypto.masterSecret(handshake);
    byte[] verify = crypto.mac(crypto.expand(client, "finished", EMPTY, HASH), hash);
    byte[] finished = new byte[4 + HASH];
    finished[0] = FINISHED;
    finished[3] = HASH;
    System.arraycopy(verify, 0, finished, 4, HASH);
    ByteBuffer flight =
        ByteBuffer.allocate(2 * (HEADER + 1 + TAG) + finished.length + request.length);
    seal(HANDSHAKE, finished, flight);
    toServer = crypto.keys(crypto.expand(masterSecret, "c ap traffic", hash, HASH));
    fromServer = crypto.keys(crypto.expand(masterSecret, "s ap traffic", hash, HASH));
    seal(APPLICATION_DATA, request, flight);
    write(flight.flip());
  }

  /** Sends one more request over the connection that stands. */
  void ask(byte[] request) throws IOException, GeneralSecurityException {
    ByteBuffer flight = ByteBuffer.allocate(HEADER + 1 + TAG + request.length);
    seal(APPLICATION_DATA, request, flight);
    write(flight.flip());
  }

  /**
   * Reads tickets and the answer.
   *
   * @return the whole answer
   * @throws IOException if it is no 200
   */
  byte[] answer() throws IOException, GeneralSecurityException {
    int length = record(APPLICATION_DATA);
    while (opened == HANDSHAKE) {
      length = record(APPLICATION_DATA);
    }
    int whole = length(plain, length);
    if (whole == Integer.MAX_VALUE) {
      throw new IOException("the head of an answer does not end with its record");
    }
    byte[] answer = Arrays.copyOf(plain, whole);
    int arrived = length;
    while (arrived < whole) {
      length = record(APPLICATION_DATA);
      System.arraycopy(plain, 0, answer, arrived, length);
      arrived += length;
    }
    return answer;
  }

  /** The connection as it stands, for whoever keeps it open. */
  SocketChannel connection() {
    return connection;
  }

  /** Ends the connection, if there is one. */
  void close() throws IOException {
    connection.close();
  }

  /**
   * The length of an answer by its head, and {@code Integer.MAX_VALUE} while that is not here.
   *
   * @throws IOException if it is no 200, or has no length
   */
  static int length(byte[] answer, int arrived) throws IOException {
    int head = Answer.endOfHead(answer, arrived);
    if (head < 0) {
      return Integer.MAX_VALUE;
    }
    if (!Arrays.equals(answer, 0, GOOD.length, GOOD, 0, GOOD.length)) {
      throw new IOException("no 200: " + new String(answer, 0, arrived, ISO_8859_1));
    }
    for (String line : new String(answer, 0, head, ISO_8859_1).split("\r\n", -1)) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        return head + Integer.parseInt(line.substring(15).strip());
      }
    }
    throw new IOException("no content-length");
  }

  private void flight(MessageDigest transcript) throws IOException, GeneralSecurityException {
    // Messages may be cut anywhere by records; only the end of the last one matters here.
    byte[] messages = EMPTY;
    int at = 0;
    while (true) {
      int length = record(APPLICATION_DATA);
      transcript.update(plain, 0, length);
      messages = Arrays.copyOf(messages, messages.length + length);
      System.arraycopy(plain, 0, messages, messages.length - length, length);
      while (at + 4 <= messages.length) {
        int end = at + 4 + uint24(messages, at + 1);
        if (end > messages.length) {
          break;
        }
        if (messages[at] == FINISHED) {
          return;
        }
        at = end;
      }
    }
  }

  /** The type of the record that was read last, as it is inside of its encryption. */
  private int opened;

  /** Reads one record into {@link #plain}; its length. */
  private int record(int outer) throws IOException, GeneralSecurityException {
    while (true) {
      need(HEADER);
      int type = read.get(read.position());
      int length = read.getShort(read.position() + 3) & 0xffff;
      need(HEADER + length);
      byte[] bytes = read.array();
      int at = read.position();
      read.position(at + HEADER + length);
      if (type == outer && type == HANDSHAKE) {
        System.arraycopy(bytes, at + HEADER, plain, 0, length);
        return length;
      }
      if (type == APPLICATION_DATA) {
        int end = crypto.open(fromServer, bytes, at, HEADER + length, plain) - 1;
        while (plain[end] == 0) {
          end--;
        }
        opened = plain[end];
        if (opened == ALERT) {
          throw new IOException("the server sends alert " + plain[1]);
        }
        return end;
      }
      if (type == ALERT) {
        throw new IOException("the server sends alert " + bytes[at + HEADER + 1]);
      }
    }
  }

  private void need(int bytes) throws IOException {
    while (read.remaining() < bytes) {
      read.compact();
      int got = connection.read(read);
      read.flip();
      if (got < 0) {
        throw new EOFException("the server hung up");
      }
    }
  }

  private void seal(int type, byte[] content, ByteBuffer to) throws GeneralSecurityException {
    byte[] inner = Arrays.copyOf(content, content.length + 1);
    inner[content.length] = (byte) type;
    byte[] header = {
      APPLICATION_DATA, 3, 3, (byte) ((inner.length + TAG) >> 8), (byte) (inner.length + TAG)
    };
    to.put(header).put(crypto.seal(toServer, header, inner));
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      connection.write(bytes);
    }
  }

  private static byte[] hash(MessageDigest transcript) throws GeneralSecurityException {
    try {
      return ((MessageDigest) transcript.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /** The server's share in its hello, the only extension of that length. */
  private byte[] keyShare(int length) throws IOException {
    int at = 4 + 2 + HASH;
    at += 1 + plain[at] + 2 + 1;
    int end = length;
    at += 2;
    while (at + 4 <= end) {
      int type = uint16(plain, at);
      int size = uint16(plain, at + 2);
      if (type == 51 && size == 4 + HASH) {
        return Arrays.copyOfRange(plain, at + 8, at + 8 + HASH);
      }
      at += 4 + size;
    }
    throw new IOException("the server's hello has no key share of X25519");
  }

  private static int uint16(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
  }

  private static int uint24(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 16) | uint16(bytes, at + 1);
  }

  private static byte[] clientHello() {
    String extensions =
        "0000000e000c0000096c6f63616c686f7374" // server_name localhost
            + "000a00040002001d" // supported_groups x25519
            + "000d000400020403" // signature_algorithms ecdsa_secp256r1_sha256
            + "0010000b000908687474702f312e31" // ALPN http/1.1
            + "002b0003020304" // supported_versions TLS 1.3
            + "002d00020101" // psk_key_exchange_modes psk_dhe_ke, which allows tickets
            + "003300260024001d0020"
            + "09"
            + "00".repeat(31); // key_share: the base point
    String body =
        "0303"
            + "5a".repeat(32) // A random that is not random harms nobody here.
            + "00" // No session id, so no record for the sake of middleboxes.
            + "00021301" // TLS_AES_128_GCM_SHA256
            + "0100"
            + "%04x".formatted(extensions.length() / 2)
            + extensions;
    String message = "01%06x".formatted(body.length() / 2) + body;
    return HexFormat.of().parseHex("160301%04x".formatted(message.length() / 2) + message);
  }

  /** The keys of one direction, and how many records they have sealed. */
  private static final class Keys {
    private static final Keys NONE = new Keys(new SecretKeySpec(new byte[16], "AES"), new byte[12]);

    private final SecretKeySpec key;
    private final byte[] iv;
    private long records;

    Keys(SecretKeySpec key, byte[] iv) {
      this.key = key;
      this.iv = iv;
    }

    private GCMParameterSpec nonce() {
      byte[] nonce = iv.clone();
      for (int i = 0; i < Long.BYTES; i++) {
        nonce[nonce.length - 1 - i] ^= (byte) (records >> (8 * i));
      }
      records++;
      return new GCMParameterSpec(8 * TAG, nonce);
    }
  }

  /** The key schedule of RFC 8446, section 7.1, and records. */
  private static final class Crypto {
    private final Mac mac;
    private final Cipher cipher;
    private final byte[] noHash;
    private final byte[] derivedEarly;

    Crypto() {
      try {
        mac = Mac.getInstance("HmacSHA256");
        cipher = Cipher.getInstance("AES/GCM/NoPadding");
        noHash = MessageDigest.getInstance("SHA-256").digest();
        byte[] early = mac(new byte[HASH], new byte[HASH]);
        derivedEarly = expand(early, "derived", noHash, HASH);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    byte[] handshakeSecret(byte[] shared) throws GeneralSecurityException {
      return mac(derivedEarly, shared);
    }

    byte[] masterSecret(byte[] handshake) throws GeneralSecurityException {
      return mac(expand(handshake, "derived", noHash, HASH), new byte[HASH]);
    }

    Keys keys(byte[] secret) throws GeneralSecurityException {
      return new Keys(
          new SecretKeySpec(expand(secret, "key", EMPTY, 16), "AES"),
          expand(secret, "iv", EMPTY, 12));
    }

    byte[] mac(byte[] key, byte[] data) throws GeneralSecurityException {
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(data);
    }

    /** HKDF-Expand-Label; never more than one block. */
    byte[] expand(byte[] secret, String label, byte[] context, int length)
        throws GeneralSecurityException {
      byte[] name = ("tls13 " + label).getBytes(US_ASCII);
      ByteBuffer info = ByteBuffer.allocate(2 + 1 + name.length + 1 + context.length + 1);
      info.putShort((short) length).put((byte) name.length).put(name);
      info.put((byte) context.length).put(context).put((byte) 1);
      return Arrays.copyOf(mac(secret, info.array()), length);
    }

    byte[] seal(Keys keys, byte[] header, byte[] inner) throws GeneralSecurityException {
      cipher.init(Cipher.ENCRYPT_MODE, keys.key, keys.nonce());
      cipher.updateAAD(header);
      return cipher.doFinal(inner);
    }

    int open(Keys keys, byte[] record, int at, int length, byte[] to)
        throws GeneralSecurityException {
      cipher.init(Cipher.DECRYPT_MODE, keys.key, keys.nonce());
      cipher.updateAAD(record, at, HEADER);
      return cipher.doFinal(record, at + HEADER, length - HEADER, to, 0);
    }
  }
}
