package io.edgemint.signing;

import io.edgemint.KeyPairs;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.HexFormat;

/** Writes keys in the forms in which people have them. */
public final class PemForms {
  static final byte[] PRIME256V1 = HexFormat.of().parseHex("06082a8648ce3d030107");
  static final byte[] SECP384R1 = HexFormat.of().parseHex("06052b81040022");

  private PemForms() {}

  static String pkcs8(KeyPair pair) {
    return KeyPairs.pem(pair.getPrivate());
  }

  static String spki(KeyPair pair) {
    return KeyPairs.pem(pair.getPublic());
  }

  /** PKCS#1 is what PKCS#8 holds for RSA. */
  public static String pkcs1(KeyPair pair) {
    Der pkcs8 = new Der(pair.getPrivate().getEncoded()).enter(Der.SEQUENCE);
    pkcs8.number();
    pkcs8.enter(Der.SEQUENCE);
    return KeyPairs.pem("RSA PRIVATE KEY", pkcs8.read(Der.OCTET_STRING));
  }

  /** What OpenSSL writes for P-256 unless it is asked for PKCS#8. */
  public static String sec1(KeyPair pair) {
    return sec1(scalar(pair), PRIME256V1, point(pair, false));
  }

  static String sec1(byte[] scalar, byte[] curve, byte[] point) {
    return KeyPairs.pem("EC PRIVATE KEY", sec1Der(scalar, curve, point));
  }

  /** Leaves out the curve or the point where it is empty. */
  static byte[] sec1Der(byte[] scalar, byte[] curve, byte[] point) {
    byte[] none = {};
    byte[] bits = new byte[point.length + 1];
    System.arraycopy(point, 0, bits, 1, point.length);
    return Der.write(
        Der.SEQUENCE,
        Der.write(Der.INTEGER, new byte[] {1}),
        Der.write(Der.OCTET_STRING, scalar),
        curve.length == 0 ? none : Der.write(Der.CONTEXT_0, curve),
        point.length == 0 ? none : Der.write(Der.CONTEXT_1, Der.write(Der.BIT_STRING, bits)));
  }

  static byte[] scalar(KeyPair pair) {
    return octets(((ECPrivateKey) pair.getPrivate()).getS());
  }

  static byte[] point(KeyPair pair, boolean compressed) {
    var w = ((ECPublicKey) pair.getPublic()).getW();
    byte[] x = octets(w.getAffineX());
    byte[] y = octets(w.getAffineY());
    byte[] point = new byte[compressed ? 33 : 65];
    point[0] = (byte) (compressed ? 2 + (y[31] & 1) : 4);
    System.arraycopy(x, 0, point, 1, 32);
    if (!compressed) {
      System.arraycopy(y, 0, point, 33, 32);
    }
    return point;
  }

  private static byte[] octets(BigInteger number) {
    byte[] octets = new byte[32];
    byte[] signed = number.toByteArray();
    int length = Math.min(32, signed.length);
    System.arraycopy(signed, signed.length - length, octets, 32 - length, length);
    return octets;
  }
}
