package io.edgemint.caller;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;

/**
 * What may be wrong with a device's certificate. The details do not tell a stranger which
 * authorities are known here; the name of the flaw is for the metrics alone.
 */
enum ChainFlaw {
  TOO_LONG("send at most 4 certificates of 16 KiB in all, the device's own first"),
  MALFORMED("what was sent is no X.509 certificate"),
  UNKNOWN("no authority that is known here issued the certificate, or one in between is missing"),
  AMBIGUOUS("the certificate fits authorities of two organisations"),
  NOT_A_DEVICE("the certificate is an authority's, not a device's"),
  USAGE("the certificate is not for TLS clients: clientAuth and digitalSignature are needed"),
  WEAK("the certificate's key or signature is too weak"),
  SUBJECT("the certificate does not name exactly one device where its authority names devices"),
  NOT_YET_VALID("the certificate is not valid yet"),
  PATH("the chain breaks a rule of RFC 5280, or one of its authorities has ended"),
  REVOKED("the authority has revoked the certificate"),
  LIST_OVERDUE("the authority's revocation list is overdue; its organisation must renew it"),
  EXPIRED(Refusal.CERTIFICATE_EXPIRED, "the certificate has expired");

  @SuppressWarnings("ImmutableEnumChecker") // Nothing in it changes: no stack trace, no cause.
  private final Refused refused;

  ChainFlaw(String detail) {
    this(Refusal.CERTIFICATE_INVALID, detail);
  }

  ChainFlaw(Refusal refusal, String detail) {
    this.refused = new Refused(refusal, detail);
  }

  /** The refusal that the caller gets; one object for all. */
  Refused refused() {
    return refused;
  }
}
