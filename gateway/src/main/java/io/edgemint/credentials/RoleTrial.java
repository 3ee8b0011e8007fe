package io.edgemint.credentials;

import io.edgemint.backend.S3Storage.Credentials.Role;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

/**
 * Tries whether a customer's role can be assumed with its external id, with another and without one
 * (IAM user guide, "Access to AWS accounts owned by third parties": a role that can be assumed
 * without is not to be used). Waits for the network, and is for one thread.
 */
public final class RoleTrial {
  /** STS API reference, AssumeRole: the least {@code DurationSeconds}. */
  private static final int SECONDS = 900;

  /** STS API reference, AssumeRole: the most characters of {@code ExternalId}. */
  private static final int LONGEST_ID = 1224;

  private final StsClient sts;
  private final Role role;
  private final String externalId;
  private final String sessionName;
  private final String policy;
  private final InstantSource clock;
  private @Nullable AwsCredentialsProvider between;

  RoleTrial(
      StsClient sts,
      Role role,
      String externalId,
      String sessionName,
      String policy,
      InstantSource clock) {
    this.sts = sts;
    this.role = role;
    this.externalId = externalId;
    this.sessionName = sessionName;
    this.policy = policy;
    this.clock = clock;
  }

  /** What came of one attempt. */
  public sealed interface Attempt {
    /** The role was assumed. */
    record Granted(Session session) implements Attempt {}

    /** STS answered AccessDenied for a role: the customer's, or the platform's on the way to it. */
    record Denied(String roleArn) implements Attempt {}

    /** Anything else, which says nothing about whom the role trusts; in a few words. */
    record Unclear(String seen) implements Attempt {}
  }

  /** The external id that the role is to ask for. */
  public String externalId() {
    return externalId;
  }

  /** Brings the right external id; what is granted may do what a probe does. */
  public Attempt withRightId() {
    return attempt(externalId, policy);
  }

  /** Brings none; what is granted may do nothing. */
  public Attempt withoutId() {
    return attempt(null, SessionPolicy.nothing());
  }

  /** Brings one that begins with the right one, as {@code acme*} matches it; may do nothing. */
  public Attempt withWrongId(String ending) {
    int kept = Math.min(externalId.length(), LONGEST_ID - ending.length());
    return attempt(externalId.substring(0, kept) + ending, SessionPolicy.nothing());
  }

  private Attempt attempt(@Nullable String broughtId, String narrowed) {
    String asked = role.roleArn();
    try {
      AssumeRoleRequest.Builder last = request(role.roleArn(), narrowed).externalId(broughtId);
      if (role.via() != null) {
        if (between == null) {
          asked = role.via();
          between = between(role.via());
          asked = role.roleArn();
        }
        AwsCredentialsProvider caller = between;
        last.overrideConfiguration(options -> options.credentialsProvider(caller));
      }
      return new Attempt.Granted(
          RoleChain.session(sts.assumeRole(last.build()).credentials(), clock));
    } catch (AwsServiceException e) {
      if (Ailment.isDenial(e)) {
        return new Attempt.Denied(asked);
      }
      String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
      return new Attempt.Unclear("STS answers HTTP " + e.statusCode() + " " + code);
    } catch (SdkException e) {
      return new Attempt.Unclear("no answer of STS, or the gateway has no AWS identity");
    }
  }

  private AwsCredentialsProvider between(String platformRole) {
    AssumeRoleRequest first = request(platformRole, SessionPolicy.assume(role.roleArn())).build();
    return RoleChain.provider(sts.assumeRole(first).credentials());
  }

  private AssumeRoleRequest.Builder request(String arn, String narrowed) {
    return AssumeRoleRequest.builder()
        .roleArn(arn)
        .roleSessionName(sessionName)
        .durationSeconds(SECONDS)
        .policy(narrowed);
  }
}
