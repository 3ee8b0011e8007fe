package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import java.util.regex.Pattern;

/**
 * What a publisher announces.
 *
 * @param key what the object will be called
 * @param size its length in bytes
 * @param sha256 its SHA-256 digest, in 64 lower-case hexadecimal digits
 * @param contentType its media type
 * @param partDigests whether the digest of each part is known before it is sent
 */
public record UploadOrder(
    ObjectKey key, long size, String sha256, String contentType, boolean partDigests) {
  /** What an object is without a word from its publisher. */
  public static final String BYTES = "application/octet-stream";

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** A media type as RFC 9110 (8.3.1) has it, with parameters, in printable ASCII. */
  private static final Pattern TYPE =
      Pattern.compile("[!#$&^_.+0-9A-Za-z-]+/[!#$&^_.+0-9A-Za-z-]+( *;[ -~]*)?");

  private static final int MAX_TYPE = 255;

  /**
   * Accepts what can be signed.
   *
   * @throws Refused if a member has another form; it names the member and the fix
   */
  public UploadOrder {
    requireDigest("sha256", sha256);
    if (contentType.length() > MAX_TYPE
        || !TYPE.matcher(contentType).matches()
        || contentType.endsWith(" ")) {
      throw new Refused(
          Refusal.REQUEST_INVALID,
          "content_type: a media type of at most 255 ASCII characters, such as " + BYTES);
    }
  }

  /** The same text, if it is a digest; a refusal names the member. */
  static String requireDigest(String member, String text) {
    if (!DIGEST.matcher(text).matches()) {
      throw new Refused(
          Refusal.REQUEST_INVALID,
          member + ": the SHA-256 in 64 lower-case hexadecimal digits, as sha256sum prints it");
    }
    return text;
  }
}
