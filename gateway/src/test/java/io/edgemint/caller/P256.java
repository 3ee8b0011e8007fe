package io.edgemint.caller;

import io.edgemint.KeyPairs;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;

/** The arithmetic of the curve P-256 by the textbook, for keys that no generator would make. */
final class P256 {
  private static final ECParameterSpec CURVE =
      ((ECPublicKey) KeyPairs.ec("secp256r1").getPublic()).getParams();
  private static final BigInteger PRIME = ((ECFieldFp) CURVE.getCurve().getField()).getP();
  static final BigInteger ORDER = CURVE.getOrder();

  private P256() {}

  /** The generator added to itself so many times; the number is below the order. */
  static ECPoint timesGenerator(BigInteger number) {
    ECPoint sum = ECPoint.POINT_INFINITY;
    for (int bit = number.bitLength() - 1; bit >= 0; bit--) {
      sum = add(sum, sum);
      sum = number.testBit(bit) ? add(sum, CURVE.getGenerator()) : sum;
    }
    return sum;
  }

  private static ECPoint add(ECPoint a, ECPoint b) {
    if (a.equals(ECPoint.POINT_INFINITY)) {
      return b;
    }
    if (b.equals(ECPoint.POINT_INFINITY)) {
      return a;
    }
    BigInteger slope =
        a.equals(b)
            ? a.getAffineX()
                .pow(2)
                .multiply(BigInteger.valueOf(3))
                .add(CURVE.getCurve().getA())
                .multiply(a.getAffineY().shiftLeft(1).modInverse(PRIME))
            : b.getAffineY()
                .subtract(a.getAffineY())
                .multiply(b.getAffineX().subtract(a.getAffineX()).modInverse(PRIME));
    BigInteger x = slope.pow(2).subtract(a.getAffineX()).subtract(b.getAffineX()).mod(PRIME);
    BigInteger y = slope.multiply(a.getAffineX().subtract(x)).subtract(a.getAffineY()).mod(PRIME);
    return new ECPoint(x, y);
  }
}
