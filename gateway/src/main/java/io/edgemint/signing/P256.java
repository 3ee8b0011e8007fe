package io.edgemint.signing;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The public points of the curve P-256 (SEC 2, section 2.4.2), which is all that is public here.
 */
final class P256 {
  static final ECParameterSpec CURVE = curve();

  private static final int OCTETS = 32;
  private static final BigInteger P = ((ECFieldFp) CURVE.getCurve().getField()).getP();

  private P256() {}

  private static ECParameterSpec curve() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no P-256", e);
    }
  }

  /** The public key whose point is the curve's own base point, that of the private key 1. */
  static ECPublicKeySpec base() {
    return new ECPublicKeySpec(CURVE.getGenerator(), CURVE);
  }

  /**
   * The two public keys with this x coordinate, the one with the even y first; none if off the
   * curve.
   */
  static List<ECPublicKeySpec> at(BigInteger x) {
    BigInteger square =
        x.pow(3).add(CURVE.getCurve().getA().multiply(x)).add(CURVE.getCurve().getB()).mod(P);
    // P is 3 modulo 4, so that a root is one power away.
    BigInteger y = square.modPow(P.add(BigInteger.ONE).shiftRight(2), P);
    if (x.compareTo(P) >= 0 || !y.multiply(y).mod(P).equals(square)) {
      return List.of();
    }
    BigInteger other = P.subtract(y);
    return y.testBit(0) ? List.of(key(x, other), key(x, y)) : List.of(key(x, y), key(x, other));
  }

  private static ECPublicKeySpec key(BigInteger x, BigInteger y) {
    return new ECPublicKeySpec(new ECPoint(x, y), CURVE);
  }

  /** A point as SEC 1, section 2.3.3, writes it, compressed or not; null if it is none. */
  static @Nullable ECPublicKeySpec decode(byte[] point) {
    int form = point.length == 0 ? 0 : point[0];
    if (point.length != (form == 4 ? 1 + 2 * OCTETS : 1 + OCTETS) || form < 2 || form > 4) {
      return null;
    }
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + OCTETS));
    boolean odd = (form == 4 ? point[2 * OCTETS] : point[0]) % 2 != 0;
    List<ECPublicKeySpec> both = at(x);
    if (both.isEmpty()) {
      return null;
    }
    ECPublicKeySpec key = both.get(odd ? 1 : 0);
    boolean whole =
        form != 4
            || key.getW()
                .getAffineY()
                .equals(new BigInteger(1, Arrays.copyOfRange(point, 1 + OCTETS, point.length)));
    return whole ? key : null;
  }
}
