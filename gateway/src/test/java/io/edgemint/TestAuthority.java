package io.edgemint;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority of a test, which issues whatever it is told, also what RFC 5280 forbids.
 * Written by hand, so that it shares nothing with the code under test.
 */
public final class TestAuthority {
  private static final int SEQUENCE = 0x30;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private final String name;
  private final KeyPair pair;
  private final byte[] der;
  private long serials = 100;

  private TestAuthority(String name, KeyPair pair, byte[] der) {
    this.name = name;
    this.pair = pair;
    this.der = der;
  }

  /** One that vouches for itself, on P-256, for ten years around an instant. */
  public static TestAuthority root(String name, Instant now) {
    return root(draft(name, now).authority());
  }

  /** One that vouches for itself. */
  public static TestAuthority root(Draft draft) {
    byte[] der = draft.signed(draft.pair, draft.name(), 1);
    return new TestAuthority(draft.name(), draft.pair, der);
  }

  /** An authority below this one. */
  public TestAuthority intermediate(Draft draft) {
    return new TestAuthority(draft.name(), draft.pair, issue(draft));
  }

  /** A certificate of this authority. */
  public byte[] issue(Draft draft) {
    return draft.signed(pair, name, serials++);
  }

  /** The certificate of a device, and its key. */
  public Device device(String id, Instant now) {
    return device(draft(id, now).device());
  }

  /** The certificate of a device as it was drafted, with this authority's own behind it. */
  public Device device(Draft draft) {
    return new Device(draft.pair, List.of(issue(draft)));
  }

  /**
   * What a device shows.
   *
   * @param chain DER, its own first
   */
  public record Device(KeyPair pair, List<byte[]> chain) {
    /** The same with another certificate behind its own. */
    public Device with(byte[] other) {
      List<byte[]> next = new ArrayList<>(chain);
      next.add(other);
      return new Device(pair, next);
    }

    /** The chain in PEM. */
    public String pem() {
      StringBuilder pem = new StringBuilder();
      chain.forEach(each -> pem.append(KeyPairs.pem("CERTIFICATE", each)));
      return pem.toString();
    }
  }

  public byte[] der() {
    return der.clone();
  }

  public KeyPair pair() {
    return pair;
  }

  /** Its certificate in PEM. */
  public String pem() {
    return KeyPairs.pem("CERTIFICATE", der);
  }

  /** The digest by which its key is registered. */
  public String fingerprint() {
    return HexFormat.of().formatHex(digest("SHA-256", pair.getPublic().getEncoded()));
  }

  /** A certificate over a nonce, as registration asks for. */
  public String proof(String nonce, Instant now) {
    return KeyPairs.pem("CERTIFICATE", issue(draft(nonce, now).device()));
  }

  /** Its revocation list in DER. */
  public byte[] crl(long number, Instant from, Instant to, BigInteger... serials) {
    byte[][] entries = new byte[serials.length][];
    for (int i = 0; i < serials.length; i++) {
      entries[i] = der(SEQUENCE, der(0x02, serials[i].toByteArray()), time(from));
    }
    byte[] numbered =
        der(
            SEQUENCE,
            hex("0603551d14"),
            der(0x04, der(0x02, BigInteger.valueOf(number).toByteArray())));
    byte[] content =
        der(
            SEQUENCE,
            hex("020101"),
            algorithm(pair, "SHA256"),
            name(List.of(name)),
            time(from),
            time(to),
            serials.length == 0 ? new byte[0] : der(SEQUENCE, entries),
            der(0xa0, der(SEQUENCE, numbered)));
    return wrapped(content, pair, "SHA256");
  }

  /** The same in PEM. */
  public String crlPem(long number, Instant from, Instant to, BigInteger... serials) {
    return KeyPairs.pem("X509 CRL", crl(number, from, to, serials));
  }

  /** A draft for somebody of that name, on P-256, valid for five years before and after. */
  public static Draft draft(String name, Instant now) {
    return new Draft(name, now);
  }

  /** What a certificate is to say. */
  public static final class Draft {
    private List<String> names;
    private KeyPair pair = KeyPairs.ec("secp256r1");
    private Instant from;
    private Instant to;
    private int version = 3;
    private String hash = "SHA256";
    private boolean keyIds = true;
    private byte @Nullable [] ownId;
    private final List<byte[]> extensions = new ArrayList<>();

    private Draft(String name, Instant now) {
      this.names = List.of(name);
      this.from = now.minus(Duration.ofDays(5 * 365));
      this.to = now.plus(Duration.ofDays(5 * 365));
    }

    private String name() {
      return names.getFirst();
    }

    /** An authority that may issue whatever there is. */
    public Draft authority() {
      return extension("551d13", true, hex("30030101ff"))
          .extension("551d0f", true, hex("03020106"));
    }

    /** An authority below which so many others may stand. */
    public Draft authority(int length) {
      return extension(
              "551d13", true, der(SEQUENCE, hex("0101ff"), hex("0201"), new byte[] {(byte) length}))
          .extension("551d0f", true, hex("03020106"));
    }

    /** A TLS client. */
    public Draft device() {
      return extension("551d0f", true, hex("03020780")).purpose("2b06010505070302", false);
    }

    /** An extended key usage, by the hexadecimal content of its OID. */
    public Draft purpose(String oid, boolean critical) {
      return extension("551d25", critical, der(SEQUENCE, der(0x06, hex(oid))));
    }

    /** Alternative names: tag 0x86 is a URI, 0x82 a DNS name. */
    public Draft alternatives(int tag, String... values) {
      byte[][] all = Arrays.stream(values).map(it -> der(tag, utf8(it))).toArray(byte[][]::new);
      return extension("551d11", false, der(SEQUENCE, all));
    }

    /** Permits DNS names below one alone. */
    public Draft permits(String dns) {
      byte[] subtree = der(SEQUENCE, der(0x82, utf8(dns)));
      return extension("551d1e", true, der(SEQUENCE, der(0xa0, subtree)));
    }

    /** Any extension, by the hexadecimal content of its OID. */
    public Draft extension(String oid, boolean critical, byte[] value) {
      byte[] flag = critical ? hex("0101ff") : new byte[0];
      extensions.add(der(SEQUENCE, der(0x06, hex(oid)), flag, der(0x04, value)));
      return this;
    }

    public Draft names(String... all) {
      names = List.of(all);
      return this;
    }

    public Draft key(KeyPair other) {
      pair = other;
      return this;
    }

    public Draft valid(Instant begin, Instant end) {
      from = begin;
      to = end;
      return this;
    }

    public Draft hash(String other) {
      hash = other;
      return this;
    }

    public Draft version1() {
      version = 1;
      return this;
    }

    /** Without naming its own key or its issuer's. */
    public Draft withoutKeyIds() {
      keyIds = false;
      return this;
    }

    /** Calls its key by another's name. */
    public Draft keyIdOf(KeyPair other) {
      ownId = keyId(other);
      return this;
    }

    private byte[] signed(KeyPair signer, String issuer, long serial) {
      List<byte[]> all = new ArrayList<>(extensions);
      if (keyIds) {
        byte[] own = ownId != null ? ownId : keyId(pair);
        all.add(der(SEQUENCE, hex("0603551d0e"), der(0x04, der(0x04, own))));
        byte[] above = der(SEQUENCE, der(0x80, keyId(signer)));
        all.add(der(SEQUENCE, hex("0603551d23"), der(0x04, above)));
      }
      byte[] content =
          der(
              SEQUENCE,
              version == 3 ? hex("a003020102") : new byte[0],
              der(0x02, BigInteger.valueOf(serial).toByteArray()),
              algorithm(signer, hash),
              TestAuthority.name(List.of(issuer)),
              der(SEQUENCE, time(from), time(to)),
              TestAuthority.name(names),
              pair.getPublic().getEncoded(),
              version == 3 && !all.isEmpty()
                  ? der(0xa3, der(SEQUENCE, all.toArray(byte[][]::new)))
                  : new byte[0]);
      return wrapped(content, signer, hash);
    }
  }

  private static byte[] keyId(KeyPair pair) {
    byte[] info = pair.getPublic().getEncoded();
    // The BIT STRING at the end, less what says how many bits are unused.
    int length = info.length - (info[1] == (byte) 0x82 ? 4 : info[1] == (byte) 0x81 ? 3 : 2);
    int start = info.length - length;
    int algorithm = 2 + info[start + 1];
    int bits = start + algorithm;
    int head = info[bits + 1] == (byte) 0x82 ? 4 : info[bits + 1] == (byte) 0x81 ? 3 : 2;
    return digest("SHA-1", Arrays.copyOfRange(info, bits + head + 1, info.length));
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] wrapped(byte[] content, KeyPair signer, String hash) {
    try {
      Signature signature =
          Signature.getInstance(
              switch (signer.getPublic().getAlgorithm()) {
                case "RSA" -> hash + "withRSA";
                case "EC" -> hash + "withECDSA";
                default -> "Ed25519";
              });
      signature.initSign(signer.getPrivate());
      signature.update(content);
      return der(
          SEQUENCE, content, algorithm(signer, hash), der(0x03, new byte[1], signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] algorithm(KeyPair signer, String hash) {
    boolean sha1 = hash.equals("SHA1");
    return hex(
        switch (signer.getPublic().getAlgorithm()) {
          case "RSA" -> "300d06092a864886f70d0101" + (sha1 ? "05" : "0b") + "0500";
          case "EC" -> sha1 ? "300906072a8648ce3d0401" : "300a06082a8648ce3d040302";
          default -> "300506032b6570";
        });
  }

  private static byte[] name(List<String> commonNames) {
    byte[][] parts =
        commonNames.stream()
            .map(it -> der(0x31, der(SEQUENCE, hex("0603550403"), der(0x0c, utf8(it)))))
            .toArray(byte[][]::new);
    return der(SEQUENCE, parts);
  }

  private static byte[] time(Instant instant) {
    return der(0x17, utf8(TIME.format(instant)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  /** A value in DER. */
  public static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    // In as few bytes as hold it, for BoringSSL reads nothing else.
    if (length >= 65_536) {
      out.writeBytes(new byte[] {(byte) 0x83, (byte) (length >> 16), (byte) (length >> 8)});
    } else if (length >= 256) {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8)});
    } else if (length >= 128) {
      out.write(0x81);
    }
    out.write(length);
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
