package io.edgemint.caller;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;

/**
 * What may be wrong with a token. The details repeat nothing of the token, and do not tell a
 * stranger which issuers, algorithms and key ids are known here; the name of the flaw is for the
 * metrics alone.
 */
enum Flaw {
  TOO_LONG("the token is longer than 4,096 bytes"),
  MALFORMED("the token is not three parts of canonical base64url without padding"),
  NOT_JSON("the token's header or payload is not a strict and small JSON object"),
  HEADER_FORBIDDEN(
      "the token's header has a parameter that is never accepted:"
          + " crit, b64, jku, x5u, jwk, x5c or zip"),
  HEADER_MALFORMED("the token's alg, kid or typ is malformed, or typ is not JWT or at+jwt"),
  CLAIM_MALFORMED("a claim of the token is missing, malformed or of the wrong type"),
  ISSUER_UNKNOWN(Unverified.DETAIL),
  ALGORITHM(Unverified.DETAIL),
  KEY_UNKNOWN(Unverified.DETAIL),
  SIGNATURE(Unverified.DETAIL),
  AUDIENCE("the token is meant for another audience"),
  NOT_YET_VALID("the token's iat or nbf lies in the future"),
  LIFE_TOO_LONG("the token ends later than its issuer's tokens may"),
  NOT_FOR_ORG(Refusal.ISSUER_NOT_FOR_ORG, "the issuer may not speak for that organisation"),
  EXPIRED(Refusal.TOKEN_EXPIRED, "the token has expired");

  @SuppressWarnings("ImmutableEnumChecker") // Nothing in it changes: no stack trace, no cause.
  private final Refused refused;

  Flaw(String detail) {
    this(Refusal.TOKEN_INVALID, detail);
  }

  Flaw(Refusal refusal, String detail) {
    this.refused = new Refused(refusal, detail);
  }

  /** The refusal that the caller gets; one object for all. */
  Refused refused() {
    return refused;
  }

  /** Holds the shared text outside the enum, whose constants come before its own statics. */
  private static final class Unverified {
    static final String DETAIL =
        "no key here verifies the token: check its issuer, algorithm, key id and signature";
  }
}
