package io.edgemint.http;

import io.edgemint.backend.Refusal;
import java.util.Locale;

/**
 * The one table of errors: what each reason means over HTTP. The code, the title and whether asking
 * again may help are part of the API (RFC 9457 members of the same names); the table of
 * docs/errors.md is tested against this one.
 */
enum Problem {
  TOKEN_MISSING(401, "No token", false, "gets a token"),
  TOKEN_INVALID(401, "The token is not accepted", false, "gets a new token"),
  TOKEN_EXPIRED(401, "The token has expired", false, "gets a new token"),
  ISSUER_NOT_FOR_ORG(
      401, "The token's issuer may not speak for that organisation", false, "gets a new token"),
  CERTIFICATE_REQUIRED(401, "No client certificate", false, "connects with its certificate"),
  CERTIFICATE_INVALID(
      401, "The client certificate is not accepted", false, "gets a new certificate"),
  CERTIFICATE_EXPIRED(401, "The client certificate has expired", false, "gets a new certificate"),
  KEY_NOT_ENTITLED(403, "The token does not entitle to this key", false, "stops"),
  REVOKED(403, "Access was withdrawn", false, "stops"),
  ORG_UNKNOWN(403, "The organisation is not known", false, "stops"),
  KEY_INVALID(400, "The key cannot be used in a link", false, "stops"),
  TTL_OUT_OF_RANGE(400, "The life asked for is out of range", false, "stops"),
  REQUEST_INVALID(400, "The request is malformed", false, "stops"),
  BODY_TOO_LARGE(413, "The request has too large a body", false, "stops"),
  REQUEST_LINE_TOO_LONG(414, "The request line is too long", false, "stops"),
  HEADERS_TOO_LARGE(431, "The headers are too large", false, "stops"),
  ROUTE_UNKNOWN(404, "There is nothing at this path", false, "stops"),
  METHOD_NOT_ALLOWED(405, "The path does not take this method", false, "stops"),
  URL_TOO_LONG(409, "The link is longer than the caller can hold", false, "stops"),
  VERSION_NOT_PINNABLE(409, "This backend cannot pin a version", false, "stops"),
  SCOPE_MISSING(403, "The token lacks a scope", false, "gets a token with it"),
  OBJECT_MISSING(404, "There is no such object", false, "stops"),
  OBJECT_ARCHIVED(409, "The object must be restored before it can be read", false, "stops"),
  OBJECT_EXISTS(409, "There is an object of that key already", false, "stops"),
  UPLOAD_UNKNOWN(404, "There is no such upload", false, "begins a new upload"),
  UPLOAD_INCOMPLETE(409, "The upload is not complete", false, "sends what is missing"),
  UPLOAD_MISMATCH(409, "What was uploaded is not what was announced", false, "uploads again"),
  RATE_LIMITED(429, "Asked too often", true, "waits `Retry-After`"),
  OVERLOADED(503, "The gateway is busy", true, "waits `Retry-After`"),
  BACKEND_UNAVAILABLE(503, "The backend cannot sign", true, "waits `Retry-After`"),
  BACKEND_SUSPENDED(503, "The organisation has suspended its backend", true, "waits `Retry-After`"),
  SESSION_TOO_SHORT(
      503, "The storage session ends too soon for a link", true, "waits `Retry-After`"),
  RESIDENCY_HOLD(503, "No storage in an allowed region is active yet", true, "waits `Retry-After`"),
  INTERNAL(500, "The gateway failed", true, "asks again later");

  private final int status;
  private final String title;
  private final boolean retryable;
  private final String device;
  private final String code = name().toLowerCase(Locale.ROOT);

  Problem(int status, String title, boolean retryable, String device) {
    this.status = status;
    this.title = title;
    this.retryable = retryable;
    this.device = device;
  }

  /** The row of a reason. */
  static Problem of(Refusal refusal) {
    return switch (refusal) {
      case TOKEN_MISSING -> TOKEN_MISSING;
      case TOKEN_INVALID -> TOKEN_INVALID;
      case TOKEN_EXPIRED -> TOKEN_EXPIRED;
      case ISSUER_NOT_FOR_ORG -> ISSUER_NOT_FOR_ORG;
      case CERTIFICATE_REQUIRED -> CERTIFICATE_REQUIRED;
      case CERTIFICATE_INVALID -> CERTIFICATE_INVALID;
      case CERTIFICATE_EXPIRED -> CERTIFICATE_EXPIRED;
      case KEY_NOT_ENTITLED -> KEY_NOT_ENTITLED;
      case REVOKED -> REVOKED;
      case ORG_UNKNOWN -> ORG_UNKNOWN;
      case KEY_INVALID -> KEY_INVALID;
      case TTL_OUT_OF_RANGE -> TTL_OUT_OF_RANGE;
      case REQUEST_INVALID -> REQUEST_INVALID;
      case BODY_TOO_LARGE -> BODY_TOO_LARGE;
      case URL_TOO_LONG -> URL_TOO_LONG;
      case VERSION_NOT_PINNABLE -> VERSION_NOT_PINNABLE;
      case SCOPE_MISSING -> SCOPE_MISSING;
      case OBJECT_MISSING -> OBJECT_MISSING;
      case OBJECT_ARCHIVED -> OBJECT_ARCHIVED;
      case OBJECT_EXISTS -> OBJECT_EXISTS;
      case UPLOAD_UNKNOWN -> UPLOAD_UNKNOWN;
      case UPLOAD_INCOMPLETE -> UPLOAD_INCOMPLETE;
      case UPLOAD_MISMATCH -> UPLOAD_MISMATCH;
      case RATE_LIMITED -> RATE_LIMITED;
      case OVERLOADED -> OVERLOADED;
      case BACKEND_UNAVAILABLE -> BACKEND_UNAVAILABLE;
      case BACKEND_SUSPENDED -> BACKEND_SUSPENDED;
      case SESSION_TOO_SHORT -> SESSION_TOO_SHORT;
      case RESIDENCY_HOLD -> RESIDENCY_HOLD;
    };
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  /** Whether the same request may succeed later. */
  boolean retryable() {
    return retryable;
  }

  /** Whether the answer says how long to wait. */
  boolean waits() {
    return status == 429 || status == 503;
  }

  /** What a device does on it, in the words of docs/errors.md. */
  String device() {
    return device;
  }

  String code() {
    return code;
  }
}
