package io.edgemint.signing;

import static io.edgemint.signing.AsciiBuffer.ascii;

import io.edgemint.credentials.Session;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What SigV4 derives from a session for one UTC day. A link that is dated in that day is verified
 * with that day's key for as long as it lives, also across midnight.
 */
final class SigningDay {
  private static final String HMAC = "HmacSHA256";

  /** Days since the epoch. */
  final long number;

  final SecretKeySpec key;

  /** The query up to the time of day. */
  final byte[] query;

  /** The string to sign, up to the time of day. */
  final byte[] stringToSign;

  /** What follows the time of day in the string to sign, up to the hash. */
  final byte[] scope;

  SigningDay(Session session, String region, long number) {
    String date = LocalDate.ofEpochDay(number).format(DateTimeFormatter.BASIC_ISO_DATE);
    String scopeText = date + '/' + region + "/s3/aws4_request";
    String credential = Rfc3986.encode(session.accessKeyId() + '/' + scopeText);
    this.number = number;
    this.query =
        ascii(
            "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                + credential
                + "&X-Amz-Date="
                + date
                + 'T');
    this.stringToSign = ascii("AWS4-HMAC-SHA256\n" + date + 'T');
    this.scope = ascii("Z\n" + scopeText + '\n');
    byte[] secret = ("AWS4" + session.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
    byte[] forRegion = hmac(hmac(secret, date), region);
    this.key = new SecretKeySpec(hmac(hmac(forRegion, "s3"), "aws4_request"), HMAC);
  }

  static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }
}
