package io.edgemint.backend;

import java.util.Locale;

/**
 * Every reason for which a caller does not get what it asked for. The code is the lower-case name
 * and is stable; what a reason means over HTTP is decided by the {@code http} package alone.
 */
public enum Refusal {
  TOKEN_MISSING,
  TOKEN_INVALID,
  TOKEN_EXPIRED,
  ISSUER_NOT_FOR_ORG,
  CERTIFICATE_REQUIRED,
  CERTIFICATE_INVALID,
  CERTIFICATE_EXPIRED,
  KEY_NOT_ENTITLED,
  REVOKED,
  ORG_UNKNOWN,
  KEY_INVALID,
  TTL_OUT_OF_RANGE,
  REQUEST_INVALID,
  BODY_TOO_LARGE,
  URL_TOO_LONG,
  VERSION_NOT_PINNABLE,
  SCOPE_MISSING,
  OBJECT_MISSING,
  OBJECT_ARCHIVED,
  OBJECT_EXISTS,
  UPLOAD_UNKNOWN,
  UPLOAD_INCOMPLETE,
  UPLOAD_MISMATCH,
  RATE_LIMITED,
  OVERLOADED,
  BACKEND_UNAVAILABLE,
  BACKEND_SUSPENDED,
  SESSION_TOO_SHORT,
  RESIDENCY_HOLD;

  private final String code = name().toLowerCase(Locale.ROOT);

  /** The stable code that callers and dashboards compare with. */
  public String code() {
    return code;
  }
}
