package io.edgemint.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What CloudFront decides about a signed URL with a canned policy, and the words of its refusal;
 * from "Creating a signed URL using a canned policy" in the Amazon CloudFront developer guide. A
 * custom policy is refused. Where the guide leaves a choice, such as a parameter that stands twice
 * or bits of base64 that mean nothing, the stricter way is taken.
 */
final class CannedPolicy {
  private static final Set<String> RESERVED =
      Set.of("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm");
  private static final Pattern EPOCH = Pattern.compile("[1-9][0-9]{0,9}");
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9~-]+_{0,2}");

  static final XmlError MISSING_KEY =
      new XmlError(403, "MissingKey", "Missing Key-Pair-Id query parameter or cookie value");
  static final XmlError INVALID_KEY = new XmlError(403, "InvalidKey", "Unknown Key");
  static final XmlError MALFORMED_SIGNATURE =
      new XmlError(403, "MalformedSignature", "Could not unencode Signature");
  static final XmlError MALFORMED_POLICY = new XmlError(403, "MalformedPolicy", "Malformed Policy");
  static final XmlError ACCESS_DENIED = new XmlError(403, "AccessDenied", "Access denied");

  private CannedPolicy() {}

  /**
   * Why a request is refused, or null if it is served.
   *
   * @param origin scheme and host as the viewer asked for them, such as {@code https://d1.test}
   * @param target path and query as they were on the wire
   * @param trusted the public keys of the key groups, by their id
   * @param now when the request arrived
   */
  static @Nullable XmlError refusal(
      String origin, String target, Map<String, ViewerKey> trusted, Instant now) {
    RawQuery query = RawQuery.of(target);
    Optional<String> keyId = query.raw("Key-Pair-Id");
    Optional<String> encoded = query.raw("Signature");
    if (keyId.isEmpty() || encoded.isEmpty()) {
      return MISSING_KEY;
    }
    ViewerKey key = trusted.get(keyId.get());
    if (key == null) {
      return INVALID_KEY;
    }
    Optional<byte[]> signature = decode(encoded.get());
    if (signature.isEmpty()) {
      return MALFORMED_SIGNATURE;
    }
    String expires = query.raw("Expires").orElse("");
    if (query.raw("Policy").isPresent() || !isEpoch(expires)) {
      return MALFORMED_POLICY;
    }
    Optional<String> hash = hash(query);
    if (query.repeatsNames() || hash.isEmpty()) {
      return ACCESS_DENIED;
    }
    String policy = policy(origin + resource(target, query), expires);
    boolean genuine =
        key.verifies(hash.get(), policy.getBytes(StandardCharsets.UTF_8), signature.get());
    return genuine && now.getEpochSecond() < Long.parseLong(expires) ? null : ACCESS_DENIED;
  }

  /** The path with the query that is the viewer's own. */
  static String resource(String target) {
    return resource(target, RawQuery.of(target));
  }

  private static String resource(String target, RawQuery query) {
    List<String> own =
        query.parameters().stream()
            .filter(parameter -> !RESERVED.contains(parameter.name()))
            .map(RawQuery.Parameter::text)
            .toList();
    String path = RawQuery.pathOf(target);
    return own.isEmpty() ? path : path + own.stream().collect(Collectors.joining("&", "?", ""));
  }

  private static String policy(String resource, String expires) {
    return "{\"Statement\":[{\"Resource\":\""
        + resource
        + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":"
        + expires
        + "}}}]}";
  }

  private static boolean isEpoch(String text) {
    return EPOCH.matcher(text).matches() && Long.parseLong(text) <= Integer.MAX_VALUE;
  }

  private static Optional<String> hash(RawQuery query) {
    return switch (query.raw("Hash-Algorithm").orElse("SHA1")) {
      case "SHA1" -> Optional.of("SHA1");
      case "SHA256" -> Optional.of("SHA256");
      default -> Optional.empty();
    };
  }

  private static Optional<byte[]> decode(String signature) {
    if (!BASE64.matcher(signature).matches()) {
      return Optional.empty();
    }
    String base64 = signature.replace('-', '+').replace('_', '=').replace('~', '/');
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      boolean canonical = Base64.getEncoder().encodeToString(bytes).equals(base64);
      return canonical ? Optional.of(bytes) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
