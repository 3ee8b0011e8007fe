package io.edgemint.backend;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who signs tokens, and how such a token is read (RFC 7519).
 *
 * @param iss the exact value of the {@code iss} claim
 * @param audiences values of {@code aud} of which a token must carry at least one
 * @param algorithms the signature algorithms that are accepted
 * @param keys where the verifying keys come from
 * @param claims the names of the claims that are not registered ones
 * @param maxLife the longest time between now and a token's {@code exp}
 * @param org the only organisation it may speak for; null for an issuer of the platform
 */
public record Issuer(
    String iss,
    Set<String> audiences,
    Set<Algorithm> algorithms,
    KeySource keys,
    ClaimNames claims,
    Duration maxLife,
    @Nullable OrgId org) {

  /** The longest life of a token unless the issuer's settings say otherwise. */
  public static final Duration DEFAULT_MAX_LIFE = Duration.ofHours(24);

  /** Copies the sets. */
  public Issuer {
    audiences = Set.copyOf(audiences);
    algorithms = Set.copyOf(algorithms);
  }

  /** The accepted signature algorithms (RFC 7518, section 3.1; RFC 8037 for Ed25519). */
  public enum Algorithm {
    RS256,
    PS256,
    ES256,
    EDDSA,
    HS256
  }

  /** Where the keys of an issuer come from. */
  public sealed interface KeySource {
    /** Public keys written into the configuration. */
    record Pem(List<PemKey> keys) implements KeySource {
      /** Copies the list. */
      public Pem {
        keys = List.copyOf(keys);
      }
    }

    /** A JSON Web Key Set (RFC 7517) written into the configuration. */
    record Jwks(String json) implements KeySource {}

    /** A JSON Web Key Set that is fetched, and fetched again as keys change. */
    record JwksUrl(URI uri) implements KeySource {}

    /** A secret shared with the issuer, for {@code HS256}: at least 32 bytes once opened. */
    record SharedSecret(@Nullable String kid, SealedSecret secret) implements KeySource {}
  }

  /** One public key in PEM form (SubjectPublicKeyInfo), with the key id that tokens name. */
  public record PemKey(@Nullable String kid, Algorithm algorithm, String pem) {}

  /** The names of the claims for the organisation, the scopes and the entitlement. */
  public record ClaimNames(String org, String scope, String entitlement) {
    /** {@code org}, {@code scope} and {@code entitlement}. */
    public static final ClaimNames DEFAULT = new ClaimNames("org", "scope", "entitlement");
  }
}
