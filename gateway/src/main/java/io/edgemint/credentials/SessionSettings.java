package io.edgemint.credentials;

import io.edgemint.backend.OrgId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How sessions are fetched.
 *
 * @param stsEndpoint where STS is asked; null for the endpoint of each bucket's own region
 * @param stsTimeout how long one question to STS may take
 * @param externalIds external ids that the platform issued to organisations; the id of the
 *     organisation itself stands for all others
 */
public record SessionSettings(
    @Nullable URI stsEndpoint, Duration stsTimeout, Map<OrgId, String> externalIds) {
  /** STS API reference, AssumeRole: the grammar of {@code ExternalId}. */
  private static final Pattern EXTERNAL_ID = Pattern.compile("[A-Za-z0-9_+=,.@:/-]{2,1224}");

  /** STS of each region, five seconds, no external ids but the organisations' own. */
  public static final SessionSettings DEFAULT =
      new SessionSettings(null, Duration.ofSeconds(5), Map.of());

  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException if an external id is not one that AWS takes
   */
  public SessionSettings {
    externalIds = Map.copyOf(externalIds);
    externalIds.forEach(
        (org, id) -> {
          if (!EXTERNAL_ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                "external id of "
                    + org
                    + ": it has 2 to 1,224 characters of A-Z a-z 0-9 and _+=,.@:/-");
          }
        });
  }

  /** The external id that goes with an organisation's role. */
  String externalId(OrgId org) {
    return externalIds.getOrDefault(org, org.value());
  }
}
