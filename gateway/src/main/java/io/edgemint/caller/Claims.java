package io.edgemint.caller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a token, each of its right type; what they mean is judged once the signature has
 * verified.
 *
 * @param iss who issued it
 * @param subject who it is about, one to 256 characters
 * @param audiences whom it is meant for; not empty
 * @param expiry the first second at which it is no longer valid
 * @param issuedAt when it was issued; {@link Long#MIN_VALUE} if it does not say
 * @param notBefore from when on it is valid; {@link Long#MIN_VALUE} if it does not say
 * @param org the organisation, or null
 * @param scopes what it may do beyond reading
 * @param entitlement the keys that it may read, or null
 */
record Claims(
    String iss,
    String subject,
    List<String> audiences,
    long expiry,
    long issuedAt,
    long notBefore,
    @Nullable OrgId org,
    Set<String> scopes,
    @Nullable Entitlement entitlement) {

  /** Seconds by which an issuer's clock may be ahead of ours. */
  private static final long LEEWAY = 60;

  private static final int MAX_SUBJECT = 256;

  /**
   * Reads the claims of a token, some of which go by names of the issuer's own.
   *
   * @throws Refused if a required one is missing or one has the wrong type or form
   */
  static Claims read(Token token, Issuer.ClaimNames names) {
    ObjectNode payload = token.payload();
    List<String> audiences = words(payload.get("aud"));
    JsonNode exp = payload.get("exp");
    if (audiences.isEmpty() || exp == null) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    return new Claims(
        token.iss(),
        subject(payload.path("sub")),
        audiences,
        seconds(exp),
        seconds(payload.get("iat")),
        seconds(payload.get("nbf")),
        org(payload.get(names.org())),
        scopes(payload.get(names.scope())),
        entitlement(payload.get(names.entitlement())));
  }

  /**
   * The caller that a verified token speaks of.
   *
   * <p>The expiry has no leeway: a link may live as long as the token that asked for it, and law
   * one is that nothing outlives what stands behind it. It comes last, for a new token helps only
   * if everything else is right.
   *
   * @param now seconds since 1970
   * @throws Refused if the issuer's settings or the clock say no
   */
  Caller judge(Issuer issuer, long now) {
    requireMeantForUs(issuer, now);
    OrgId speaksFor = org == null ? issuer.org() : org;
    if (speaksFor == null) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    if (issuer.org() != null && !issuer.org().equals(speaksFor)) {
      throw Flaw.NOT_FOR_ORG.refused();
    }
    requireAlive(now);
    return new Caller(iss, subject, speaksFor, scopes, entitlement, expiry);
  }

  /** The administrator that a verified token speaks of, who need not name an organisation. */
  Administrator administrator(Issuer issuer, long now) {
    requireMeantForUs(issuer, now);
    requireAlive(now);
    return new Administrator(iss, subject, org, scopes, expiry);
  }

  private void requireMeantForUs(Issuer issuer, long now) {
    if (Collections.disjoint(audiences, issuer.audiences())) {
      throw Flaw.AUDIENCE.refused();
    }
    if (issuedAt > now + LEEWAY || notBefore > now + LEEWAY) {
      throw Flaw.NOT_YET_VALID.refused();
    }
    if (expiry > now + issuer.maxLife().toSeconds()) {
      throw Flaw.LIFE_TOO_LONG.refused();
    }
    if (expiry <= issuedAt) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
  }

  private void requireAlive(long now) {
    if (expiry <= now) {
      throw Flaw.EXPIRED.refused();
    }
  }

  private static String subject(JsonNode claim) {
    String subject = claim.isTextual() ? claim.textValue() : "";
    if (!isSubject(subject)) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    return subject;
  }

  /**
   * Whether a device may be called so, whatever its credential. Half of a surrogate pair is no
   * text: it could be written in no revocation.
   */
  static boolean isSubject(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_SUBJECT
        && name.chars().noneMatch(Character::isISOControl)
        && StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  /** A NumericDate (RFC 7519, section 2), of which only whole seconds are accepted. */
  private static long seconds(@Nullable JsonNode claim) {
    if (claim == null) {
      return Long.MIN_VALUE;
    }
    if (!claim.isIntegralNumber() || !claim.canConvertToLong() || claim.longValue() < 0) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    return claim.longValue();
  }

  private static @Nullable OrgId org(@Nullable JsonNode claim) {
    if (claim == null) {
      return null;
    }
    if (!claim.isTextual() || !OrgId.isWellFormed(claim.textValue())) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    return new OrgId(claim.textValue());
  }

  /** One string with spaces between (RFC 8693, section 4.2), or an array of strings. */
  private static Set<String> scopes(@Nullable JsonNode claim) {
    if (claim == null) {
      return Set.of();
    }
    if (!claim.isTextual()) {
      return Set.copyOf(words(claim));
    }
    String scopes = claim.textValue().strip();
    return scopes.isEmpty() ? Set.of() : Set.copyOf(List.of(scopes.split(" +")));
  }

  private static @Nullable Entitlement entitlement(@Nullable JsonNode claim) {
    if (claim == null) {
      return null;
    }
    if (!claim.isArray()) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    try {
      return new Entitlement(words(claim));
    } catch (IllegalArgumentException e) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
  }

  /** A string as a list of one, or the strings of an array; nothing if the claim is absent. */
  private static List<String> words(@Nullable JsonNode claim) {
    if (claim == null) {
      return List.of();
    }
    if (claim.isTextual()) {
      return List.of(claim.textValue());
    }
    if (!claim.isArray()) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    List<String> words = new ArrayList<>(claim.size());
    for (JsonNode word : claim) {
      if (!word.isTextual()) {
        throw Flaw.CLAIM_MALFORMED.refused();
      }
      words.add(word.textValue());
    }
    return words;
  }
}
