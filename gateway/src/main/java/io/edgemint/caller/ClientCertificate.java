package io.edgemint.caller;

import io.edgemint.caller.ChainJudge.Verdict;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a device that has proved to hold the key of the first, and what was found of
 * them. Belongs to one event loop.
 */
public final class ClientCertificate {
  private static final int MOST = 4;
  private static final int MOST_BYTES = 16 * 1024;

  private final List<X509Certificate> chain;

  /** What {@link CertificateVerifier} found last; null if it was not accepted yet. */
  @Nullable Verdict accepted;

  private ClientCertificate(List<X509Certificate> chain) {
    this.chain = List.copyOf(chain);
  }

  /**
   * Reads certificates in DER, the device's own first.
   *
   * @throws io.edgemint.backend.Refused if there are too many or none, or one cannot be read
   */
  public static ClientCertificate of(List<byte[]> encoded) {
    if (encoded.size() > MOST || encoded.stream().mapToLong(der -> der.length).sum() > MOST_BYTES) {
      throw ChainFlaw.TOO_LONG.refused();
    }
    if (encoded.isEmpty()) {
      throw ChainFlaw.MALFORMED.refused();
    }
    List<X509Certificate> chain = new ArrayList<>(encoded.size());
    for (byte[] der : encoded) {
      try {
        chain.add(CertificateRules.parse(der));
      } catch (IllegalArgumentException e) {
        throw ChainFlaw.MALFORMED.refused();
      }
    }
    return new ClientCertificate(chain);
  }

  /**
   * Reads a text of PEM blocks, the device's own first.
   *
   * @throws io.edgemint.backend.Refused if there are too many or none, or one cannot be read
   */
  public static ClientCertificate ofPem(String text) {
    if (text.length() > 2 * MOST_BYTES) {
      throw ChainFlaw.TOO_LONG.refused();
    }
    return of(Pem.blocks(text, "CERTIFICATE").orElseThrow(() -> ChainFlaw.MALFORMED.refused()));
  }

  List<X509Certificate> chain() {
    return chain;
  }
}
