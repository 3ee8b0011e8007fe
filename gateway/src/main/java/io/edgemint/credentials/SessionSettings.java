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
 * @param stsRate how many questions per second the whole platform may put to STS
 * @param nodes how many gateways share that
 * @param externalIds external ids that the platform issued to organisations; the id of the
 *     organisation itself stands for all others
 * @param identity the ARN of the gateway's own role, if the operator named it
 * @param platformRole the roles of the platform over which those of organisations are assumed, if
 *     there are any
 */
public record SessionSettings(
    @Nullable URI stsEndpoint,
    Duration stsTimeout,
    int stsRate,
    int nodes,
    Map<OrgId, String> externalIds,
    @Nullable String identity,
    @Nullable PlatformRole platformRole) {
  /** STS API reference, AssumeRole: the grammar of {@code ExternalId}. */
  private static final Pattern EXTERNAL_ID = Pattern.compile("[A-Za-z0-9_+=,.@:/-]{2,1224}");

  /**
   * STS of each region, five seconds, and a sixth of the 600 questions per second that an account
   * may put to STS of a region (awslabs/mountpoint-s3 issue 1358), for it has other users too.
   */
  public static final SessionSettings DEFAULT =
      new SessionSettings(null, Duration.ofSeconds(5), 100, 1, Map.of(), null, null);

  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException if an external id is not one that AWS takes, or the gateway's
   *     role and those of the platform lie in different accounts
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
    if (identity != null
        && platformRole != null
        && !RoleArn.account(identity).equals(platformRole.account())) {
      throw new IllegalArgumentException(
          "identity and platform_role lie in different accounts; keep both in one");
    }
  }

  /** The external id that goes with an organisation's role. */
  public String externalId(OrgId org) {
    return externalIds.getOrDefault(org, org.value());
  }

  /** The platform's own account, if the operator named it. */
  public @Nullable String account() {
    if (platformRole != null) {
      return platformRole.account();
    }
    return identity == null ? null : RoleArn.account(identity);
  }
}
