package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Refused;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.impl.jose.JWK;
import io.vertx.ext.auth.impl.jose.JWS;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The public vectors of C2SP/wycheproof for JSON Web Signatures, which are not part of this
 * repository: {@code -Dwycheproof=} names the folder {@code testvectors_v1} of a copy.
 *
 * <p>Their payloads are no claims, so the vectors go through the reader of tokens with claims in
 * the place of the payload, through the choice of the key, and then, with the payload of their own,
 * to the library's signature object.
 */
@EnabledIfSystemProperty(named = "wycheproof", matches = ".+")
class WycheproofTest {
  private static final Set<Algorithm> PUBLIC = EnumSet.complementOf(EnumSet.of(Algorithm.HS256));
  private static final Set<String> OURS = Set.of("RS256", "PS256", "ES256", "HS256");

  /** Called invalid for their padding, but the text is that of the valid vector 357. */
  private static final Set<Integer> SAME_AS_VALID = Set.of(367, 370);

  /** Called valid although a question mark stands between the characters; refused here. */
  private static final Set<Integer> LENIENT = Set.of(372, 373);

  private static JsonNode vectors(String name) throws IOException {
    Path folder = Path.of(System.getProperty("wycheproof", ""));
    return new ObjectMapper().readTree(folder.resolve(name).toFile());
  }

  @Test
  void signatures_invalidAreRefusedAndValidOnesOfOurAlgorithmsAccepted() throws IOException {
    List<String> wrong = new ArrayList<>();
    int refused = 0;
    int accepted = 0;
    for (JsonNode group : vectors("json_web_signature_test.json").path("testGroups")) {
      JsonNode key = group.has("public") ? group.path("public") : group.path("private");
      JsonNode set =
          JsonNodeFactory.instance
              .objectNode()
              .set("keys", JsonNodeFactory.instance.arrayNode().add(key));
      for (JsonNode test : group.path("tests")) {
        boolean passes = passes(set, test.path("jws").asText());
        if (passes != shouldPass(test)) {
          wrong.add(test.path("tcId") + " " + test.path("comment"));
        }
        refused += passes ? 0 : 1;
        accepted += passes ? 1 : 0;
      }
    }

    assertThat(wrong).isEmpty();
    assertThat(refused).isGreaterThanOrEqualTo(353);
    assertThat(accepted).isGreaterThanOrEqualTo(20);
  }

  private static boolean shouldPass(JsonNode test) {
    int id = test.path("tcId").asInt();
    String jws = test.path("jws").asText();
    boolean valid = test.path("result").asText().equals("valid") && !LENIENT.contains(id);
    return (valid && OURS.contains(algorithm(jws))) || SAME_AS_VALID.contains(id);
  }

  private static String algorithm(String jws) {
    byte[] header = Base64.getUrlDecoder().decode(jws.substring(0, jws.indexOf('.')));
    return new JsonObject(Buffer.buffer(header)).getString("alg");
  }

  @Test
  void keys_invalidAreRefused() throws IOException {
    int accepted = 0;
    for (JsonNode group : vectors("json_web_key_test.json").path("testGroups")) {
      JsonNode set = group.has("public") ? group.path("public") : group.path("private");
      for (JsonNode test : group.path("tests")) {
        boolean passes = passes(set, test.path("jws").asText());

        assertThat(passes && test.path("result").asText().equals("invalid"))
            .as("%s %s", test.path("tcId"), test.path("comment"))
            .isFalse();
        accepted += passes ? 1 : 0;
      }
    }

    assertThat(accepted).isEqualTo(2);
  }

  private static boolean passes(JsonNode set, String jws) {
    int first = jws.indexOf('.');
    int second = jws.indexOf('.', first + 1);
    if (first < 0 || second < 0 || Base64Url.decode(jws.substring(first + 1, second)) == null) {
      return false;
    }
    String claims = SigningKey.encode("{\"iss\":\"https://issuer.example\"}");
    try {
      Token token = Token.parse(jws.substring(0, first + 1) + claims + jws.substring(second));
      VerifyingKey key = keys(set, token).find(token.algorithm(), token.kid());
      return key != null
          && key.canHaveMade(token)
          && verifies(set, token, jws.substring(0, second));
    } catch (Refused | IllegalArgumentException e) {
      return false;
    }
  }

  /** A shared secret comes from a set here, which nothing but a test would do. */
  private static KeySet keys(JsonNode set, Token token) {
    JsonNode first = set.path("keys").path(0);
    if (token.algorithm() != Algorithm.HS256 || set.path("keys").size() > 1) {
      return Jwks.read(set.toString(), PUBLIC);
    }
    byte[] secret = Base64.getUrlDecoder().decode(first.path("k").asText());
    String kid = first.path("kid").asText();
    return KeySet.of(List.of(VerifyingKey.shared(kid, secret)), List.of());
  }

  private static boolean verifies(JsonNode set, Token token, String input) {
    for (JsonNode key : set.path("keys")) {
      if (key.path("kid").asText().equals(token.kid())) {
        try {
          return new JWS(new JWK(new JsonObject(key.toString())))
              .verify(token.signature(), input.getBytes(StandardCharsets.US_ASCII));
        } catch (RuntimeException e) {
          return false;
        }
      }
    }
    return false;
  }
}
