package io.edgemint.backend;

import org.jspecify.annotations.Nullable;

/**
 * A certificate authority whose devices speak for one organisation (RFC 5280).
 *
 * @param name what the organisation calls it, unique within it
 * @param certificate its certificate, PEM
 * @param publicKey the SHA-256 digest of its SubjectPublicKeyInfo, in hexadecimal
 * @param subject where the device's id stands in a certificate that it issued
 * @param crl its newest revocation list, DER in base64; null if it publishes none
 */
public record CertificateAuthority(
    String name, String certificate, String publicKey, Subject subject, @Nullable String crl) {

  /** The same with another revocation list. */
  public CertificateAuthority withCrl(String other) {
    return new CertificateAuthority(name, certificate, publicKey, subject, other);
  }

  /** Where a device certificate names the device. */
  public enum Subject {
    /** The one common name of the subject. */
    CN,
    /** The one alternative name that is a URI. */
    SAN_URI,
    /** The one alternative name that is a DNS name. */
    SAN_DNS
  }
}
