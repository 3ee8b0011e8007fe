package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.ClientCertificate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads certificates from the texts in which proxies hand them on. */
final class ForwardedChain {
  /** More than 16 KiB of certificates take in any of the forms. */
  private static final int MOST = 64 * 1024;

  private ForwardedChain() {}

  /**
   * Reads the header fields of RFC 9440: a byte sequence (RFC 9651, section 3.3.5), and a list of
   * those.
   *
   * @param chain the list, empty for none
   * @throws Refused if they are anything else
   */
  static ClientCertificate ofByteSequences(String leaf, String chain) {
    List<byte[]> certificates = new ArrayList<>();
    certificates.add(bytes(leaf.strip()));
    if (!chain.isBlank()) {
      for (String each : chain.split(",", -1)) {
        certificates.add(bytes(each.strip()));
      }
    }
    return ClientCertificate.of(certificates);
  }

  private static byte[] bytes(String item) {
    if (item.length() < 2 || item.length() > MOST || !item.startsWith(":") || !item.endsWith(":")) {
      throw malformed();
    }
    try {
      return Base64.getDecoder().decode(item.substring(1, item.length() - 1));
    } catch (IllegalArgumentException e) {
      throw malformed();
    }
  }

  /**
   * Reads PEM blocks with percent escapes. A plus is a plus: load balancers leave it as it is.
   *
   * @throws Refused if the text is anything else
   */
  static ClientCertificate ofEscapedPem(String text) {
    if (text.length() > MOST) {
      throw malformed();
    }
    StringBuilder pem = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '%') {
        pem.append(c);
        continue;
      }
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
      int octet = high << 4 | low;
      if (high < 0 || low < 0 || octet > 0x7e) {
        throw malformed();
      }
      pem.append((char) octet);
      i += 2;
    }
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(pem)) {
      throw malformed();
    }
    return ClientCertificate.ofPem(pem.toString());
  }

  private static Refused malformed() {
    return new Refused(
        Refusal.REQUEST_INVALID,
        "the proxy's header holds no certificate in the form that edge.client_certificates names");
  }
}
