package io.edgemint.caller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Issuer.Algorithm;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON Web Key Set (RFC 7517). A key that cannot be used here is skipped with a reason; a
 * set whose keys cannot be told apart is refused whole.
 */
final class Jwks {
  /** The longest set, in bytes of UTF-8. */
  static final int MAX_BYTES = 256 * 1024;

  private static final int MAX_KEYS = 64;
  private static final int MAX_MEMBERS = 4096;
  private static final StrictJson JSON = new StrictJson(MAX_MEMBERS, MAX_BYTES);

  private final Set<Algorithm> allowed;
  private final List<VerifyingKey> keys = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();

  private Jwks(Set<Algorithm> allowed) {
    this.allowed = allowed;
  }

  /**
   * The keys of a set that can verify one of the allowed algorithms.
   *
   * @throws IllegalArgumentException if the text is no set, or one that is refused whole
   */
  static KeySet read(String json, Set<Algorithm> allowed) {
    if (json.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new IllegalArgumentException("the key set is longer than 256 KiB");
    }
    ObjectNode root = JSON.object(json);
    if (root == null || !root.path("keys").isArray()) {
      throw new IllegalArgumentException("the key set is not strict JSON with an array 'keys'");
    }
    JsonNode members = root.path("keys");
    if (members.size() > MAX_KEYS) {
      throw new IllegalArgumentException("the key set has more than 64 keys");
    }
    requireDistinctIds(members);
    Jwks set = new Jwks(allowed);
    for (int i = 0; i < members.size(); i++) {
      set.add(i + 1, members.get(i));
    }
    return KeySet.of(set.keys, set.skipped);
  }

  /**
   * Also among keys that are not usable: one id for two keys means that one is not what it seems.
   */
  private static void requireDistinctIds(JsonNode members) {
    Set<String> kids = new HashSet<>();
    for (JsonNode member : members) {
      JsonNode kid = member.path("kid");
      if (kid.isTextual() && !kids.add(kid.textValue())) {
        throw new IllegalArgumentException("two keys of the set have the same kid");
      }
    }
  }

  private void add(int number, JsonNode jwk) {
    String place = "key " + number;
    try {
      String kid = kid(jwk);
      place = kid == null ? place : place + " (kid '" + kid + "')";
      requireForVerifying(jwk);
      keys.add(VerifyingKey.of(kid, algorithm(jwk), publicKey(jwk)));
    } catch (IllegalArgumentException e) {
      skipped.add(place + ": " + e.getMessage());
    }
  }

  private static @Nullable String kid(JsonNode jwk) {
    JsonNode kid = jwk.get("kid");
    if (kid == null) {
      return null;
    }
    if (!kid.isTextual() || !Token.isKid(kid.textValue())) {
      throw new IllegalArgumentException("its kid is not 1 to 128 characters of A-Za-z0-9._:@+/=-");
    }
    return kid.textValue();
  }

  /** What a key is for (RFC 7517, sections 4.2 and 4.3), and that it is the public half alone. */
  private static void requireForVerifying(JsonNode jwk) {
    JsonNode use = jwk.get("use");
    if (use != null && !use.asText().equals("sig")) {
      throw new IllegalArgumentException("its use is not 'sig'");
    }
    JsonNode operations = jwk.get("key_ops");
    boolean verifies = operations == null;
    for (JsonNode operation : jwk.path("key_ops")) {
      verifies |= operation.asText().equals("verify");
    }
    if (!verifies) {
      throw new IllegalArgumentException("its key_ops do not include 'verify'");
    }
    if (jwk.has("d") || jwk.has("k")) {
      throw new IllegalArgumentException("it shows a private or secret key: replace that key");
    }
  }

  private Algorithm algorithm(JsonNode jwk) {
    JsonNode alg = jwk.get("alg");
    Algorithm algorithm = alg == null ? impliedAlgorithm(jwk) : Token.algorithm(alg.asText());
    if (algorithm == null || !allowed.contains(algorithm)) {
      throw new IllegalArgumentException("its algorithm is not among those of the issuer");
    }
    return algorithm;
  }

  private @Nullable Algorithm impliedAlgorithm(JsonNode jwk) {
    return switch (jwk.path("kty").asText()) {
      case "EC" -> Algorithm.ES256;
      case "OKP" -> Algorithm.EDDSA;
      case "RSA" -> impliedRsa();
      default -> null;
    };
  }

  private Algorithm impliedRsa() {
    boolean pss = allowed.contains(Algorithm.PS256);
    if (pss && allowed.contains(Algorithm.RS256)) {
      throw new IllegalArgumentException("it has no alg, and the issuer has both RS256 and PS256");
    }
    return pss ? Algorithm.PS256 : Algorithm.RS256;
  }

  private static PublicKey publicKey(JsonNode jwk) {
    String kty = jwk.path("kty").asText();
    String curve = jwk.path("crv").asText();
    if (kty.equals("RSA")) {
      return PublicKeys.rsa(number(bytes(jwk, "n")), number(bytes(jwk, "e")));
    }
    if (kty.equals("EC") && curve.equals("P-256")) {
      return PublicKeys.p256(coordinate(jwk, "x"), coordinate(jwk, "y"));
    }
    if (kty.equals("OKP") && curve.equals("Ed25519")) {
      return PublicKeys.ed25519(bytes(jwk, "x"));
    }
    throw new IllegalArgumentException("it is no RSA, P-256 or Ed25519 key");
  }

  /** A coordinate has the full 32 bytes (RFC 7518, section 6.2.1.2). */
  private static BigInteger coordinate(JsonNode jwk, String name) {
    byte[] bytes = bytes(jwk, name);
    if (bytes.length != 32) {
      throw new IllegalArgumentException("its " + name + " has not 32 bytes");
    }
    return number(bytes);
  }

  private static BigInteger number(byte[] bytes) {
    return new BigInteger(1, bytes);
  }

  private static byte[] bytes(JsonNode jwk, String name) {
    JsonNode member = jwk.path(name);
    byte[] bytes = member.isTextual() ? Base64Url.decode(member.textValue()) : null;
    if (bytes == null || bytes.length == 0) {
      throw new IllegalArgumentException("its " + name + " is not base64url");
    }
    return bytes;
  }
}
