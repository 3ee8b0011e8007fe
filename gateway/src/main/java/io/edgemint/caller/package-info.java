/**
 * Turns a credential, a token or a client certificate, into a verified caller (organisation,
 * subject, scopes, entitlement, expiry) or administrator, or a typed refusal, and holds the
 * issuers' current keys.
 */
@NullMarked
package io.edgemint.caller;

import org.jspecify.annotations.NullMarked;
