package io.edgemint.signing;

import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import java.util.Map;
import java.util.Set;

/**
 * Everything that decides S3 links but the session: it stays as sessions come and go.
 *
 * @param overrides the {@code response-*} parameters, percent-encoded, each after an ampersand, in
 *     the order in which SigV4 sorts them
 */
record S3Target(OrgId org, S3Address address, String region, String overrides) {
  /** Amazon S3 API reference, GetObject: the headers that a signed request may override. */
  private static final Set<String> OVERRIDES =
      Set.of(
          "response-cache-control",
          "response-content-disposition",
          "response-content-encoding",
          "response-content-language",
          "response-content-type",
          "response-expires");

  /**
   * Prepares a storage.
   *
   * @throws IllegalArgumentException if a value cannot stand in a link; the message names it
   */
  static S3Target of(OrgId org, S3Storage storage) {
    StringBuilder overrides = new StringBuilder();
    for (Map.Entry<String, String> override : storage.responseHeaders().entrySet()) {
      if (!OVERRIDES.contains(override.getKey())) {
        throw new IllegalArgumentException(
            "response headers: '" + override.getKey() + "' is not one of " + OVERRIDES);
      }
      overrides.append('&').append(override.getKey()).append('=');
      overrides.append(Rfc3986.encode(override.getValue()));
    }
    return new S3Target(org, S3Address.of(storage), storage.region(), overrides.toString());
  }
}
