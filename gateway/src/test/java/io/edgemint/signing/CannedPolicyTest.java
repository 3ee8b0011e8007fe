package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The vectors are signatures that the AWS SDK for Ruby publishes in its own tests, with the moduli
 * of the keys (1,024 bits) that verify them.
 */
class CannedPolicyTest {
  private static final String OLD_MODULUS =
      """
      ba61ec27bcdec98f8beb86aaa02fa038e46cb88eef3674f714a1312983bc0273\
      7801caebe71fa420706b08074503925c8427c80e9667ac900be2187c4085f449\
      e37c962a92a92298c793743a391039e3b096c44f50efdb7b484eb5cc65bb02eb\
      c3e0dbd3c9e3719444319992edb7f342e161617ece68b247e06317aa1376cfd5\
      """;
  private static final String NEW_MODULUS =
      """
      bd57701b68092cddcaaaa60857e1d1778b8ae0ad944e9b5d46ec7006e5ec0508\
      4b36d034ace03b51704410cc75d7d8c8e43fda70cfccb86000ad842aff9d122e\
      3f60474b83671b39ac637e14a7eb273033e0b9d362ecfc2b711c809caace1c42\
      cec14e515f937da0cbb3aa90b4db4edb4818c59ab010101cb85b259b2d0e9daf\
      """;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        // A URL with a query of its own, and one with a URL in its path.
        OLD_MODULUS
            + ", SHA1withRSA, https://abc.cloudfront.net/images/image.jpg?color=red, 1357034400, "
            + "GvrDx3aAG1u1sAQF68c~xD6LVORt36mRTvC2u5RwLjsvusXI0sJPxy3D0R8AQp4qFZlRehw"
            + "h~mablw8DBNRFLQ81mazmbrUOhXbuepav5ZmCU-KgOmXtpMS49L7TLG"
            + "USfwSksDx1qriAtB4mS4iJaNt2mfo0C5G-vlt9qMftkJg_",
        OLD_MODULUS
            + ", SHA1withRSA, https://abc.cloudfront.net/images/from/s3://bucket/file.jpg,"
            + " 1357034400, "
            + "Xk0prcC1fjhyROJOIr~x0KUuc-wEOQ~v0zHwQ1GjPZH2rJPDIbjwNcvK8NIwyuQSk4Pxmpa"
            + "I1oVV8t62tuMPiQ8NuP2LM6y-XWFPUkegRVVRC~~HKxvPUghef4iWS~zwIbn4bDpXjqjtA9n"
            + "nyIlasauQypl7Zqm94g48YKTL2U0_",
        NEW_MODULUS
            + ", SHA1withRSA, https://d111111abcdef8.cloudfront.net/image.jpg, 1767290400, "
            + "iONoMLnhiCy9q1~WB9GkR2DiHz18I85i3o6kZ64REf-fCSOg-AyXEZiq7fJuS~DT-kbZXjVpgIQqI4sC"
            + "TcBW9XpO6dyJ5sh8Igk3V~OVncS9acGVnI~ZhHBWiGhU8GmkEMAhn6R2RGO-wKGClrXdJGEUE26XoALd"
            + "HUzHbmU6AGI_",
        NEW_MODULUS
            + ", SHA256withRSA, https://d111111abcdef8.cloudfront.net/image.jpg, 1767290400, "
            + "LiC~LakvNvZtR~AsTcirQ0CAsy-YIZmpHmI9uImK4xJmrhVdJULhWmRt3bXO7qqw2gJDECZN-xC~bKWE"
            + "KcJ9Vgs1IgpRdMkY6XGDKZ1XHBdNbd~0v5UiRf4zXwVMRqoynkQPQcihkze7RkDBsOoYHh9jDdtO1iDm"
            + "0QZ1Qp~cxro_",
        NEW_MODULUS
            + ", SHA256withRSA, https://d111111abcdef8.cloudfront.net/image.jpg?size=large,"
            + " 1767290400, "
            + "g8vzqbTu5PxBzAXD3zowGFNHNlyaGZn7thMiCk27sTfvdy5CMAbECVz-aucgqrKYmqsz1xY7ZoxoMxOi"
            + "zzXWzfzTyJ6k38YwW6QMyJWT7B8pHStQrq0DGFSCnXqgRDXUDzkpIe8mHqyRWtgnFbdFQlbPweykfl7E"
            + "o4RJadveryQ_"
      })
  void of_publishedSignature_verifiesOverOurBytes(
      String modulus, String algorithm, String url, long expiry, String published)
      throws Exception {
    PublicKey key =
        KeyFactory.getInstance("RSA")
            .generatePublic(
                new RSAPublicKeySpec(new BigInteger(modulus, 16), BigInteger.valueOf(65537)));
    byte[] signature =
        Base64.getDecoder().decode(published.replace('-', '+').replace('_', '=').replace('~', '/'));
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(key);
    verifier.update(CannedPolicy.of(url, expiry));

    assertThat(verifier.verify(signature)).isTrue();
    assertThat(CannedPolicy.encode(signature)).isEqualTo(published);
  }

  @Test
  void of_url_isOneLineWithoutSpaces() {
    assertThat(new String(CannedPolicy.of("https://h/k", 2_147_483_647), StandardCharsets.US_ASCII))
        .isEqualTo(
            "{\"Statement\":[{\"Resource\":\"https://h/k\",\"Condition\":"
                + "{\"DateLessThan\":{\"AWS:EpochTime\":2147483647}}}]}");
  }
}
