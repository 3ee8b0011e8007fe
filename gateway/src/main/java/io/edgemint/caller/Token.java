package io.edgemint.caller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Refused;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Web Token in compact form (RFC 7515, section 7.1) that is well-formed and asks for nothing
 * unusual; nothing of it is verified.
 *
 * @param text the whole token as it came
 * @param algorithm the algorithm that it names
 * @param kid the id of the key that it names, or null
 * @param signature the bytes of its signature
 * @param iss the issuer that it names
 * @param payload its claims
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and read here alone.
record Token(
    String text,
    Algorithm algorithm,
    @Nullable String kid,
    byte[] signature,
    String iss,
    ObjectNode payload) {
  private static final int MAX_LENGTH = 4096;

  /**
   * Wide enough for the ids of large issuers, which use base64 or addresses; only ever looked up.
   */
  private static final Pattern KID = Pattern.compile("[A-Za-z0-9._:@+/=-]{1,128}");

  /** Parameters that name keys, add rules or change the bytes (RFC 7515, section 4.1). */
  private static final List<String> FORBIDDEN =
      List.of("crit", "b64", "jku", "x5u", "jwk", "x5c", "zip");

  /** No type, the general one, and that of access tokens (RFC 9068, section 2.1). */
  private static final Set<String> TYPES = Set.of("JWT", "at+jwt");

  private static final Map<String, Algorithm> ALGORITHMS =
      Map.of(
          "RS256", Algorithm.RS256,
          "PS256", Algorithm.PS256,
          "ES256", Algorithm.ES256,
          "EdDSA", Algorithm.EDDSA,
          "HS256", Algorithm.HS256);

  private static final StrictJson JSON = new StrictJson(64, MAX_LENGTH);

  /**
   * Reads a token.
   *
   * @throws Refused if it is not well-formed, or names nothing that could verify it
   */
  static Token parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw Flaw.TOO_LONG.refused();
    }
    int first = text.indexOf('.');
    int second = text.indexOf('.', first + 1);
    if (first < 1 || second < first + 2) {
      throw Flaw.MALFORMED.refused();
    }
    byte[] header = decode(text.substring(0, first));
    byte[] payload = decode(text.substring(first + 1, second));
    // A further dot is not in the alphabet.
    byte[] signature = decode(text.substring(second + 1));
    return read(text, object(header), object(payload), signature);
  }

  private static Token read(String text, ObjectNode header, ObjectNode payload, byte[] signature) {
    for (String name : FORBIDDEN) {
      if (header.has(name)) {
        throw Flaw.HEADER_FORBIDDEN.refused();
      }
    }
    Algorithm algorithm = ALGORITHMS.get(header.path("alg").asText());
    if (algorithm == null) {
      throw Flaw.ALGORITHM.refused();
    }
    JsonNode type = header.get("typ");
    JsonNode kid = header.get("kid");
    if ((type != null && !(type.isTextual() && TYPES.contains(type.textValue())))
        || (kid != null && !(kid.isTextual() && isKid(kid.textValue())))) {
      throw Flaw.HEADER_MALFORMED.refused();
    }
    JsonNode iss = payload.path("iss");
    if (!iss.isTextual()) {
      throw Flaw.CLAIM_MALFORMED.refused();
    }
    String keyId = kid == null ? null : kid.textValue();
    return new Token(text, algorithm, keyId, signature, iss.textValue(), payload);
  }

  /** Tells whether a text may be the id of a key. */
  static boolean isKid(String text) {
    return KID.matcher(text).matches();
  }

  /** The algorithm of that name (RFC 7518, section 3.1), or null if it is none of ours. */
  static @Nullable Algorithm algorithm(String name) {
    return ALGORITHMS.get(name);
  }

  private static byte[] decode(String part) {
    byte[] bytes = Base64Url.decode(part);
    if (bytes == null || bytes.length == 0) {
      throw Flaw.MALFORMED.refused();
    }
    return bytes;
  }

  private static ObjectNode object(byte[] bytes) {
    ObjectNode object = JSON.object(bytes);
    if (object == null) {
      throw Flaw.NOT_JSON.refused();
    }
    return object;
  }

  @Override
  public String toString() {
    return "[token]";
  }
}
