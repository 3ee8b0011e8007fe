package io.edgemint.caller;

import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.OrgId;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An authority of one organisation, ready to judge certificates. Immutable; equal only to itself.
 */
final class Anchor {
  private final OrgId org;
  private final CertificateAuthority authority;
  private final X509Certificate certificate;
  private final @Nullable RevocationList revoked;
  private final boolean constrained;
  private final TrustAnchor trust;
  private final boolean genuine;

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it cannot be used
   */
  Anchor(OrgId org, CertificateAuthority authority) {
    this.org = org;
    this.authority = authority;
    this.certificate = CertificateRules.parse(authority.certificate());
    this.revoked = RevocationList.of(authority);
    String unfit = CertificateRules.notAnAuthority(certificate);
    if (unfit != null) {
      throw new IllegalArgumentException(unfit);
    }
    this.constrained = CertificateRules.constrainsNames(certificate);
    // The JDK takes no constraints from an anchor, but does from the first certificate of a path.
    this.trust =
        constrained
            ? new TrustAnchor(
                certificate.getSubjectX500Principal(), certificate.getPublicKey(), null)
            : new TrustAnchor(certificate, null);
    this.genuine = KeyIds.isGenuine(certificate);
  }

  OrgId org() {
    return org;
  }

  CertificateAuthority authority() {
    return authority;
  }

  X509Certificate certificate() {
    return certificate;
  }

  /** Whether its own certificate must stand in the path, for it has rules for names. */
  boolean isConstrained() {
    return constrained;
  }

  TrustAnchor trust() {
    return trust;
  }

  /** Whether nobody else's authority can be called by the same key id. */
  boolean isGenuine() {
    return genuine;
  }

  /** Whether it has withdrawn a certificate that it issued. */
  boolean hasRevoked(X509Certificate issued) {
    return revoked != null && revoked.has(issued);
  }

  /** When its list must have been replaced; null if it has none. */
  @Nullable Instant nextUpdate() {
    return revoked == null ? null : revoked.nextUpdate();
  }

  @Override
  public String toString() {
    return org + "/" + authority.name();
  }
}
