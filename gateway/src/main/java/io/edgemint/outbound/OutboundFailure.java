package io.edgemint.outbound;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A call that brought no reply. It is an expected answer, so it carries no stack trace; its message
 * names the host and the fix, and never what the other side sent.
 */
public final class OutboundFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Code code;

  OutboundFailure(Code code, String message) {
    this(code, message, null);
  }

  OutboundFailure(Code code, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.code = code;
  }

  /** Why there is no reply. */
  public Code code() {
    return code;
  }

  /** Why a call brought no reply. */
  public enum Code {
    /** The URL is not one that is ever called. */
    URL_REFUSED,
    /** The host has an address that only the operator may name. */
    ADDRESS_FORBIDDEN,
    /** The name has no address, or the name servers did not answer. */
    UNRESOLVABLE,
    /** The connection was refused, or there is no way to the host. */
    UNREACHABLE,
    /** No TLS connection came about, most often because of the certificate. */
    TLS_FAILED,
    /** The deadline passed. */
    TIMEOUT,
    /** The body is longer than the call takes. */
    TOO_LARGE,
    /** The connection ended early, or what came was not HTTP. */
    BROKEN_REPLY
  }
}
