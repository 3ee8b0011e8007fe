package io.edgemint.signing;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CloudFront link taken apart by the published rules, without anything of the signer's.
 *
 * @param resource the URL without the signature's parameters
 * @param policy what CloudFront puts together and verifies
 * @param signature the signature's bytes
 * @param rest what follows the signature
 */
@SuppressWarnings("ArrayRecordComponent")
record SignedUrl(String resource, long expires, byte[] policy, byte[] signature, String rest) {
  private static final Pattern FORM =
      Pattern.compile("([^?]+)\\?Expires=([0-9]+)&Signature=([A-Za-z0-9~_-]+)(&.*)");

  static SignedUrl of(String link) {
    Matcher matcher = FORM.matcher(link);
    if (!matcher.matches()) {
      throw new AssertionError("not a signed URL: " + link);
    }
    String policy =
        "{\"Statement\":[{\"Resource\":\"%s\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":%s}}}]}"
            .formatted(matcher.group(1), matcher.group(2));
    String base64 = matcher.group(3).replace('-', '+').replace('_', '=').replace('~', '/');
    return new SignedUrl(
        matcher.group(1),
        Long.parseLong(matcher.group(2)),
        policy.getBytes(StandardCharsets.US_ASCII),
        Base64.getDecoder().decode(base64),
        matcher.group(4));
  }
}
