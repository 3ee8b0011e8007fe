package io.edgemint.signing;

import static io.edgemint.signing.AsciiBuffer.ascii;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * The part of SigV4 that needs a digest, a MAC and room to write: one for each thread, used again
 * for every link, so that a link leaves little more garbage than itself.
 */
final class SigV4 {
  private static final ThreadLocal<SigV4> OF_THREAD = ThreadLocal.withInitial(SigV4::new);
  private static final byte[] METHOD = ascii("GET\n");

  /** The link that this thread is writing. */
  final AsciiBuffer link = new AsciiBuffer(4096);

  private final AsciiBuffer text = new AsciiBuffer(256);
  private final MessageDigest digest;
  private final Mac mac;
  private @Nullable SigningDay keyed;

  private SigV4() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
      mac = Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  static SigV4 ofThread() {
    return OF_THREAD.get();
  }

  /**
   * Signs the link.
   *
   * @param path where its path begins
   * @param query where its query begins, after the question mark; it ends with the link
   * @param headers the rest of the canonical request, from the line end after the query
   */
  byte[] sign(int path, int query, byte[] headers, SigningDay day, int timeOfDay) {
    digest.reset();
    digest.update(METHOD);
    digest.update(link.bytes(), path, query - 1 - path);
    digest.update((byte) '\n');
    digest.update(link.bytes(), query, link.length() - query);
    digest.update(headers);
    text.clear()
        .append(day.stringToSign)
        .appendTime(timeOfDay)
        .append(day.scope)
        .appendHex(digest.digest());
    keyWith(day);
    mac.update(text.bytes(), 0, text.length());
    return mac.doFinal();
  }

  private void keyWith(SigningDay day) {
    if (keyed == day) {
      mac.reset();
      return;
    }
    try {
      mac.init(day.key);
      keyed = day;
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("no key for HMAC", e);
    }
  }
}
