package io.edgemint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;

/**
 * A certificate and its key: a server's that vouches for itself, an authority's, or a server's from
 * an authority. Written by hand (RFC 5280), for the JDK makes none, and its keytool takes a second
 * for each.
 *
 * @param pair RSA, P-256 or Ed25519
 * @param chain PEM
 */
public record SelfSigned(KeyPair pair, String chain) {
  private static final int SEQUENCE = 0x30;
  private static final String AUTHORITY = "Edgemint test authority";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  /** For a host, on P-256, for a day. */
  public static SelfSigned of(String host) {
    return of(host, KeyPairs.ec("secp256r1"), tomorrow());
  }

  /** For a host, until an instant. */
  public static SelfSigned of(String host, KeyPair pair, Instant end) {
    byte[] content = content(host, host, pair, algorithm(pair), end, hosts(List.of(host)));
    return new SelfSigned(pair, signed(pair, content));
  }

  /** An authority, on P-256, for a day. */
  public static SelfSigned authority() {
    KeyPair pair = KeyPairs.ec("secp256r1");
    // Critical basic constraints: it is an authority.
    byte[] authority = hex("300f0603551d130101ff040530030101ff");
    byte[] content =
        content(AUTHORITY, AUTHORITY, pair, algorithm(pair), tomorrow(), der(SEQUENCE, authority));
    return new SelfSigned(pair, signed(pair, content));
  }

  /** A certificate of this authority for hosts, on P-256, for a day. */
  public SelfSigned issue(List<String> hosts) {
    KeyPair own = KeyPairs.ec("secp256r1");
    byte[] content =
        content(AUTHORITY, hosts.getFirst(), own, algorithm(pair), tomorrow(), hosts(hosts));
    return new SelfSigned(own, signed(pair, content));
  }

  private static String signed(KeyPair signer, byte[] content) {
    byte[] signature = der(0x03, new byte[1], sign(signer, content));
    return KeyPairs.pem("CERTIFICATE", der(SEQUENCE, content, algorithm(signer), signature));
  }

  private static byte[] content(
      String issuer,
      String subject,
      KeyPair pair,
      byte[] algorithm,
      Instant end,
      byte[] extensions) {
    byte[] times = der(SEQUENCE, time(end.minus(Duration.ofDays(30))), time(end));
    return der(
        SEQUENCE,
        hex("a003020102"),
        // No authority gives a serial number twice.
        hex(issuer.equals(subject) ? "020101" : "020102"),
        algorithm,
        name(issuer),
        times,
        name(subject),
        pair.getPublic().getEncoded(),
        der(0xa3, extensions));
  }

  private static byte[] name(String text) {
    return der(SEQUENCE, der(0x31, der(SEQUENCE, hex("0603550403"), der(0x0c, text(text)))));
  }

  private static byte[] hosts(List<String> hosts) {
    byte[][] names = hosts.stream().map(host -> der(0x82, text(host))).toArray(byte[][]::new);
    byte[] extension = der(0x04, der(SEQUENCE, names));
    return der(SEQUENCE, der(SEQUENCE, hex("0603551d11"), extension));
  }

  private static Instant tomorrow() {
    return Instant.now().plus(Duration.ofDays(1));
  }

  private static byte[] algorithm(KeyPair pair) {
    return hex(
        switch (pair.getPublic().getAlgorithm()) {
          case "RSA" -> "300d06092a864886f70d01010b0500";
          case "EC" -> "300a06082a8648ce3d040302";
          default -> "300506032b6570";
        });
  }

  private static byte[] sign(KeyPair pair, byte[] content) {
    try {
      Signature signer =
          Signature.getInstance(
              switch (pair.getPublic().getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> "Ed25519";
              });
      signer.initSign(pair.getPrivate());
      signer.update(content);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    // In as few bytes as hold it, for BoringSSL reads nothing else.
    if (content.size() >= 256) {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (content.size() >> 8)});
    } else if (content.size() >= 128) {
      out.write(0x81);
    }
    out.write(content.size());
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static byte[] time(Instant instant) {
    return der(0x17, text(TIME.format(instant)));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  /** The private key in PKCS#8. */
  public String key() {
    return KeyPairs.pem(pair.getPrivate());
  }

  /** Writes {@code name.pem} and {@code name.key} into a folder. */
  public void write(Path folder, String name) {
    writeChain(folder, name);
    put(folder.resolve(name + ".key"), key());
  }

  /** Writes {@code name.pem} alone. */
  public void writeChain(Path folder, String name) {
    put(folder.resolve(name + ".pem"), chain);
  }

  private static void put(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
