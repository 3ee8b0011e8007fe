package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.ClientCertificate;
import java.net.URLDecoder;
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
    String pem;
    try {
      pem = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      throw malformed();
    }
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(pem)) {
      throw malformed();
    }
    return ClientCertificate.ofPem(pem);
  }

  private static Refused malformed() {
    return new Refused(
        Refusal.REQUEST_INVALID,
        "the proxy's header holds no certificate in the form that edge.client_certificates names");
  }
}
