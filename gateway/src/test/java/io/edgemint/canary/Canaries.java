package io.edgemint.canary;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The marked secrets of this process, and what was written where no file shows it. */
public final class Canaries {
  private static final Map<String, byte[]> SECRETS = new ConcurrentHashMap<>();
  private static final Map<String, ByteArrayOutputStream> HEARD = new ConcurrentHashMap<>();
  private static final AtomicInteger COUNT = new AtomicInteger();

  private Canaries() {}

  /** A new secret that is a text. */
  public static String text(String name) {
    String secret = "canary-" + name + "-" + UUID.randomUUID();
    mark(name, secret.getBytes(StandardCharsets.UTF_8));
    return secret;
  }

  /** Marks a secret that somebody else made. */
  public static void mark(String name, byte[] secret) {
    SECRETS.put(name + " #" + COUNT.incrementAndGet(), secret.clone());
  }

  /** Marks the signature of a token, without which the rest of it is worth nothing. */
  public static String token(String name, String token) {
    mark(name, token.substring(token.lastIndexOf('.') + 1).getBytes(StandardCharsets.UTF_8));
    return token;
  }

  /** Marks the numbers that make a private key. */
  public static void key(PrivateKey key) {
    switch (key) {
      case RSAPrivateCrtKey rsa -> {
        mark("private exponent", number(rsa.getPrivateExponent().toByteArray()));
        mark("prime p", number(rsa.getPrimeP().toByteArray()));
        mark("prime q", number(rsa.getPrimeQ().toByteArray()));
      }
      case ECPrivateKey ec -> mark("EC private key", number(ec.getS().toByteArray()));
      case EdECPrivateKey ed -> mark("Ed25519 private key", ed.getBytes().orElseThrow());
      default -> mark("private key", key.getEncoded());
    }
  }

  /** Without the octet that only holds the sign, and short enough to be found in a part. */
  private static byte[] number(byte[] octets) {
    int from = octets[0] == 0 ? 1 : 0;
    return Arrays.copyOfRange(octets, from, Math.min(octets.length, from + 24));
  }

  /** Takes down what was written: a line of a log, an answer, what a command said. */
  public static void heard(String where, String text) {
    ByteArrayOutputStream all = HEARD.computeIfAbsent(where, key -> new ByteArrayOutputStream());
    synchronized (all) {
      all.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      all.write('\n');
    }
  }

  /** Takes down, from now on, whatever this process writes to its standard streams. */
  static void listen() {
    System.setOut(tee("standard output", System.out));
    System.setErr(tee("standard error", System.err));
  }

  private static PrintStream tee(String where, PrintStream to) {
    ByteArrayOutputStream all = HEARD.computeIfAbsent(where, key -> new ByteArrayOutputStream());
    OutputStream both =
        new OutputStream() {
          @Override
          public void write(int octet) {
            to.write(octet);
            all.write(octet);
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            to.write(bytes, from, length);
            all.write(bytes, from, length);
          }

          @Override
          public void flush() {
            to.flush();
          }
        };
    return new PrintStream(both, true, to.charset());
  }

  static Map<String, byte[]> secrets() {
    return new TreeMap<>(SECRETS);
  }

  static Map<String, byte[]> heard() {
    Map<String, byte[]> heard = new TreeMap<>();
    HEARD.forEach((where, all) -> heard.put(where, all.toByteArray()));
    return heard;
  }
}
