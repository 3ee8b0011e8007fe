package io.edgemint.credentials;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/**
 * The way from the gateway's own identity to a customer's role, over a role of the platform where
 * one is named.
 *
 * @param sts asks as the gateway itself
 * @param via the platform's role in between, or null
 * @param roleArn the customer's role
 * @param externalId what the customer's role asks for
 * @param sessionName what the customer's CloudTrail shows
 * @param policy what the last session is narrowed to
 * @param queue is told how STS takes the pace
 */
record RoleChain(
    StsClient sts,
    @Nullable String via,
    String roleArn,
    String externalId,
    String sessionName,
    String policy,
    StsQueue queue,
    InstantSource clock)
    implements RenewingSession.Source {

  /** IAM user guide, "Role chaining": a session that another session asked for lasts an hour. */
  private static final int SECONDS = 3600;

  @Override
  public Session fetch() {
    AwsCredentialsProvider caller = via == null ? null : between(via);
    return session(assume(caller, request(roleArn, policy).externalId(externalId)), clock);
  }

  /** What STS granted, as a session that begins now. */
  static Session session(Credentials granted, InstantSource clock) {
    return new Session(
        granted.accessKeyId(),
        granted.secretAccessKey(),
        granted.sessionToken(),
        clock.instant(),
        granted.expiration());
  }

  /** Asks on with what STS granted. */
  static AwsCredentialsProvider provider(Credentials granted) {
    return StaticCredentialsProvider.create(
        AwsSessionCredentials.create(
            granted.accessKeyId(), granted.secretAccessKey(), granted.sessionToken()));
  }

  /** How many questions one session takes. */
  int calls() {
    return via == null ? 1 : 2;
  }

  private AwsCredentialsProvider between(String platformRole) {
    Credentials first;
    try {
      first = assume(null, request(platformRole, SessionPolicy.assume(roleArn)));
    } catch (AwsServiceException e) {
      throw Ailment.isDenial(e) ? new FirstHopDenied(e) : e;
    }
    return provider(first);
  }

  private AssumeRoleRequest.Builder request(String arn, String narrowed) {
    return AssumeRoleRequest.builder()
        .roleArn(arn)
        .roleSessionName(sessionName)
        .durationSeconds(SECONDS)
        .policy(narrowed);
  }

  private Credentials assume(
      @Nullable AwsCredentialsProvider caller, AssumeRoleRequest.Builder request) {
    if (caller != null) {
      request.overrideConfiguration(options -> options.credentialsProvider(caller));
    }
    long began = queue.begin();
    try {
      Credentials credentials = sts.assumeRole(request.build()).credentials();
      queue.answered();
      return credentials;
    } catch (AwsServiceException e) {
      if (isThrottling(e)) {
        queue.throttled(began);
      }
      throw e;
    }
  }

  /** By code (Throttling, ThrottlingException, RequestLimitExceeded, ...) or by status. */
  private static boolean isThrottling(AwsServiceException answer) {
    return answer.isThrottlingException() || answer.statusCode() == 503;
  }

  /** The platform's own role does not let the gateway in, or is not there. */
  static final class FirstHopDenied extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private FirstHopDenied(AwsServiceException answer) {
      super(answer.getMessage(), answer);
    }
  }
}
