package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.KeyPairs;
import io.edgemint.backend.Issuer.Algorithm;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class PublicKeysTest {
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "HS256")
  void pem_everyKind_isRead(Algorithm algorithm) {
    SigningKey key = SigningKey.of(algorithm);
    String pem = key.publicPem();

    assertThat(PublicKeys.pem(pem).getEncoded()).isEqualTo(key.publicKey().getEncoded());
    assertThat(PublicKeys.pem("\n" + pem.replace("\r\n", "\n") + "\n").getEncoded())
        .isEqualTo(key.publicKey().getEncoded());
  }

  @Test
  void pem_anythingElse_isRefusedWithTheFix() {
    SigningKey key = SigningKey.of(Algorithm.ES256);

    assertThatThrownBy(() -> PublicKeys.pem(key.privatePem()))
        .hasMessageContainingAll("found PRIVATE KEY", "openssl pkey -pubout");
    assertThatThrownBy(
            () -> PublicKeys.pem(KeyPairs.pem("CERTIFICATE", key.publicKey().getEncoded())))
        .hasMessageContaining("openssl x509 -pubkey -noout");
    for (String text :
        new String[] {
          "",
          "canary",
          key.publicPem() + key.publicPem(),
          key.publicPem().replace("END PUBLIC", "END PRIVATE"),
          "{\"keys\":[]}"
        }) {
      assertThatThrownBy(() -> PublicKeys.pem(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one PEM block")
          .hasMessageNotContaining("canary");
    }
    assertThatThrownBy(
            () -> PublicKeys.pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"))
        .hasMessageContaining("no RSA, P-256 or Ed25519");
  }

  @Test
  void requireFit_keyOfAnotherKind_isRefused() {
    for (Algorithm made : Algorithm.values()) {
      PublicKey key = SigningKey.of(made).publicKey();
      for (Algorithm asked : Algorithm.values()) {
        boolean rsa = made.name().endsWith("S256") && made != Algorithm.ES256;
        boolean fits =
            made != Algorithm.HS256
                && asked != Algorithm.HS256
                && (made == asked
                    || (rsa && (asked == Algorithm.RS256 || asked == Algorithm.PS256)));
        if (fits) {
          PublicKeys.requireFit(key, asked);
        } else {
          assertThatThrownBy(() -> PublicKeys.requireFit(key, asked))
              .hasMessageContaining("cannot verify");
        }
      }
    }
  }

  @Test
  void requireFit_sizeOfRsaKeys_isBounded() {
    BigInteger exponent = BigInteger.valueOf(65537);
    for (int bits : new int[] {2048, 3072, 8192}) {
      PublicKeys.requireFit(PublicKeys.rsa(oddOf(bits), exponent), Algorithm.RS256);
    }
    for (int bits : new int[] {1024, 2047, 8193, 16384}) {
      PublicKey key = PublicKeys.rsa(oddOf(bits), exponent);
      assertThatThrownBy(() -> PublicKeys.requireFit(key, Algorithm.PS256))
          .hasMessageContaining(bits + " bits");
    }
  }

  @Test
  void requireFit_exponentOfRsaKeys_isOddAndBounded() {
    for (String exponent : new String[] {"3", "65537", "18446744073709551615"}) {
      PublicKeys.requireFit(PublicKeys.rsa(oddOf(2048), new BigInteger(exponent)), Algorithm.RS256);
    }
    for (String exponent : new String[] {"4", "65536", "18446744073709551617"}) {
      PublicKey key = PublicKeys.rsa(oddOf(2048), new BigInteger(exponent));
      assertThatThrownBy(() -> PublicKeys.requireFit(key, Algorithm.RS256))
          .hasMessageContaining("exponent");
    }
  }

  @Test
  void requireFit_modulusOfTheBrokenGenerator_isRefused() {
    // What its primes leave modulo each small prime: a power of 65537, here the zeroth.
    BigInteger primorial = BigInteger.ONE;
    for (int i = 2; i <= 167; i++) {
      BigInteger number = BigInteger.valueOf(i);
      primorial = number.isProbablePrime(30) ? primorial.multiply(number) : primorial;
    }
    BigInteger broken = primorial.multiply(oddOf(2048).divide(primorial)).add(BigInteger.ONE);
    PublicKey key = PublicKeys.rsa(broken, BigInteger.valueOf(65537));

    assertThat(broken.bitLength()).isEqualTo(2048);
    assertThatThrownBy(() -> PublicKeys.requireFit(key, Algorithm.RS256))
        .hasMessageContaining("ROCA");
  }

  @Test
  void requireFit_otherEdwardsCurve_isRefused() {
    PublicKey key = KeyPairs.of("Ed448").getPublic();

    assertThatThrownBy(() -> PublicKeys.requireFit(key, Algorithm.EDDSA))
        .hasMessageContaining("Ed25519");
  }

  /** X is the prime, which stands for zero; the curve has points there. */
  @Test
  void requireFit_coordinateThatIsNotReduced_isRefused() throws GeneralSecurityException {
    ECParameterSpec params = ((ECPublicKey) SigningKey.of(Algorithm.ES256).publicKey()).getParams();
    BigInteger prime = ((ECFieldFp) params.getCurve().getField()).getP();
    BigInteger square = params.getCurve().getB();
    BigInteger y = square.modPow(prime.add(BigInteger.ONE).shiftRight(2), prime);
    KeyFactory jdk = KeyFactory.getInstance("EC", "SunEC");
    PublicKey reduced =
        jdk.generatePublic(new ECPublicKeySpec(new ECPoint(BigInteger.ZERO, y), params));
    PublicKey key = jdk.generatePublic(new ECPublicKeySpec(new ECPoint(prime, y), params));

    PublicKeys.requireFit(reduced, Algorithm.ES256);
    assertThatThrownBy(() -> PublicKeys.requireFit(key, Algorithm.ES256))
        .hasMessageContaining("no point of the curve");
  }

  private static BigInteger oddOf(int bits) {
    return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
  }
}
