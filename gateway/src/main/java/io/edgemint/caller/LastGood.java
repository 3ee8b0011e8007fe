package io.edgemint.caller;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.KeySource.JwksUrl;
import org.jspecify.annotations.Nullable;

/**
 * The form in which a fetched key set is kept: together with the organisation and the address that
 * it came for. Were it kept bare, an organisation that takes over the name of a former issuer would
 * for a while trust the former one's keys.
 */
final class LastGood {
  private static final StrictJson JSON = new StrictJson(8, Jwks.MAX_BYTES);

  private LastGood() {}

  static String wrap(String jwks, Issuer issuer) {
    return place(issuer).put("jwks", jwks).toString();
  }

  /** The key set, or null if nothing was kept, or not for this organisation and address. */
  static @Nullable String unwrap(@Nullable String kept, Issuer issuer) {
    ObjectNode object = kept == null ? null : JSON.object(kept);
    if (object == null || !object.path("jwks").isTextual()) {
      return null;
    }
    String jwks = object.remove("jwks").textValue();
    return object.equals(place(issuer)) ? jwks : null;
  }

  private static ObjectNode place(Issuer issuer) {
    String uri = issuer.keys() instanceof JwksUrl url ? url.uri().toString() : "";
    String org = issuer.org() == null ? "" : issuer.org().value();
    return JsonNodeFactory.instance.objectNode().put("org", org).put("uri", uri);
  }
}
