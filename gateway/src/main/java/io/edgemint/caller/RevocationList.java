package io.edgemint.caller;

import io.edgemint.backend.CertificateAuthority;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that an authority has withdrawn (RFC 5280, section 5): one full list, signed by
 * the authority itself. Immutable.
 */
public final class RevocationList {
  /** About 3,500 entries; it stands in the organisation's record, in memory on every gateway. */
  private static final int MOST = 128 * 1024;

  private static final String NUMBER = "2.5.29.20";

  private final X509CRL crl;
  private final byte[] der;
  private final Instant thisUpdate;
  private final Instant nextUpdate;
  private final @Nullable BigInteger number;
  private final Set<BigInteger> serials;

  private RevocationList(X509CRL crl, byte[] der, Instant nextUpdate) {
    this.crl = crl;
    this.der = der;
    this.thisUpdate = crl.getThisUpdate().toInstant();
    this.nextUpdate = nextUpdate;
    this.number = number(crl);
    this.serials = serials(crl);
  }

  /**
   * Reads a text with one PEM block.
   *
   * @throws IllegalArgumentException if it is anything else, or no full list
   */
  public static RevocationList parse(String pem) {
    return parse(Pem.decode(pem, "X509 CRL", "openssl crl -outform PEM writes one"));
  }

  /**
   * That of an authority's record, or null if it has none.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public static @Nullable RevocationList of(CertificateAuthority authority) {
    String crl = authority.crl();
    return crl == null ? null : parse(Base64.getDecoder().decode(crl));
  }

  private static RevocationList parse(byte[] der) {
    if (der.length > MOST) {
      throw new IllegalArgumentException(
          "a revocation list has at most 128 KiB; leave out certificates that have ended");
    }
    X509CRL crl;
    try {
      crl = (X509CRL) CertificateRules.factory().generateCRL(new ByteArrayInputStream(der));
      if (!Arrays.equals(crl.getEncoded(), der)) {
        throw new IllegalArgumentException("more stands behind the revocation list");
      }
    } catch (CRLException e) {
      throw new IllegalArgumentException("the text holds no X.509 revocation list", e);
    }
    Date next = crl.getNextUpdate();
    if (next == null) {
      throw new IllegalArgumentException(
          "the revocation list has no nextUpdate (RFC 5280, section 5.1.2.5)");
    }
    if (crl.hasUnsupportedCriticalExtension() || isPartial(crl)) {
      throw new IllegalArgumentException(
          "the revocation list is a delta, indirect or partitioned one; give the full list");
    }
    return new RevocationList(crl, der, next.toInstant());
  }

  private static boolean isPartial(X509CRL crl) {
    boolean delta = crl.getExtensionValue("2.5.29.27") != null;
    boolean partitioned = crl.getExtensionValue("2.5.29.28") != null;
    return delta
        || partitioned
        || (crl.getRevokedCertificates() != null
            && crl.getRevokedCertificates().stream()
                .anyMatch(entry -> entry.getCertificateIssuer() != null));
  }

  private static @Nullable BigInteger number(X509CRL crl) {
    byte[] value = crl.getExtensionValue(NUMBER);
    // An INTEGER in an OCTET STRING, both short (RFC 5280, section 5.2.3: up to 20 octets).
    return value == null || value.length < 5 || value[2] != 0x02 || value[3] != value.length - 4
        ? null
        : new BigInteger(value, 4, value.length - 4);
  }

  private static Set<BigInteger> serials(X509CRL crl) {
    Set<BigInteger> serials = new HashSet<>();
    Set<? extends X509CRLEntry> entries = crl.getRevokedCertificates();
    if (entries != null) {
      entries.forEach(entry -> serials.add(entry.getSerialNumber()));
    }
    return serials;
  }

  /** Null if the authority signed it with an algorithm that counts, or why it is not its list. */
  public @Nullable String notOf(X509Certificate authority) {
    if (!crl.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
      return "it is the list of another authority";
    }
    String weak =
        CertificateRules.weakSignature(
            crl.getSigAlgOID(), crl.getSigAlgName(), crl.getSigAlgParams());
    if (weak != null) {
      return weak;
    }
    if (!CertificateRules.mayRevoke(authority)) {
      return "the authority's keyUsage does not have cRLSign";
    }
    try {
      crl.verify(authority.getPublicKey());
      return null;
    } catch (GeneralSecurityException | RuntimeException e) {
      return "the authority's key did not sign it";
    }
  }

  /** Whether this list came before another one of the same authority. */
  public boolean isOlderThan(RevocationList other) {
    if (number != null && other.number != null) {
      return number.compareTo(other.number) < 0;
    }
    return thisUpdate.isBefore(other.thisUpdate);
  }

  /** Whether the authority has withdrawn a certificate that it issued. */
  boolean has(X509Certificate certificate) {
    return serials.contains(certificate.getSerialNumber());
  }

  /** When it was written. */
  public Instant thisUpdate() {
    return thisUpdate;
  }

  /** When the next one was to be there. */
  public Instant nextUpdate() {
    return nextUpdate;
  }

  /** How many certificates stand in it. */
  public int size() {
    return serials.size();
  }

  /** Its DER form in base64. */
  public String base64() {
    return Base64.getEncoder().encodeToString(der);
  }
}
