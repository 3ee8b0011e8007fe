package io.edgemint.caller;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.OrgId;
import io.edgemint.config.Field;
import io.edgemint.config.Section;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a token issuer from settings: {@code issuer}, {@code audiences}, {@code algorithms} and
 * {@code keys}; and, with defaults, {@code claims} and {@code max_life}.
 */
public final class IssuerSettings {
  private static final int MAX_NAME = 256;
  private static final Duration LEAST_LIFE = Duration.ofMinutes(1);
  private static final Duration LONGEST_LIFE = Duration.ofDays(366);

  private IssuerSettings() {}

  /**
   * Reads one issuer.
   *
   * @param org the organisation that it is bound to; null for an issuer of the platform, which
   *     alone may have its keys at a plain http address
   * @param sealer takes over the issuer's shared secret, if it has one
   */
  public static Field<Issuer> read(Section section, @Nullable OrgId org, SecretSealer sealer) {
    Field<String> iss = section.field("issuer", IssuerSettings::name);
    Field<List<String>> audiences = section.list("audiences", IssuerSettings::name);
    Field<List<Algorithm>> algorithms = section.list("algorithms", IssuerSettings::algorithm);
    Field<ClaimNames> claims = claims(section.section("claims"));
    Duration maxLife =
        section.duration("max_life", Issuer.DEFAULT_MAX_LIFE, LEAST_LIFE, LONGEST_LIFE);
    requireSome(section, "audiences", audiences);
    requireSome(section, "algorithms", algorithms);
    Field<KeySource> keys =
        new KeySettings(section.section("keys"), iss, algorithms).read(org == null, sealer);
    return section.build(
        () ->
            new Issuer(
                iss.get(),
                Set.copyOf(audiences.get()),
                Set.copyOf(algorithms.get()),
                keys.get(),
                claims.get(),
                maxLife,
                org));
  }

  private static Field<ClaimNames> claims(Section section) {
    Field<Optional<String>> org = section.optional("org", IssuerSettings::name);
    Field<Optional<String>> scope = section.optional("scope", IssuerSettings::name);
    Field<Optional<String>> entitlement = section.optional("entitlement", IssuerSettings::name);
    return section.build(
        () ->
            new ClaimNames(
                org.get().orElse(ClaimNames.DEFAULT.org()),
                scope.get().orElse(ClaimNames.DEFAULT.scope()),
                entitlement.get().orElse(ClaimNames.DEFAULT.entitlement())));
  }

  private static void requireSome(Section section, String name, Field<? extends List<?>> list) {
    section.build(
        () -> {
          if (list.get().isEmpty()) {
            section.problem(name, "is missing or empty; write a list: '" + name + ": [...]'");
          }
          return list;
        });
  }

  private static String name(String text) {
    if (text.isBlank()
        || text.length() > MAX_NAME
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("must be 1 to 256 printable characters");
    }
    return text;
  }

  static Algorithm algorithm(String text) {
    Algorithm algorithm = Token.algorithm(text);
    if (algorithm == null) {
      throw new IllegalArgumentException("must be one of RS256, PS256, ES256, EdDSA, HS256");
    }
    return algorithm;
  }
}
