package io.edgemint.credentials;

import java.util.Locale;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Why there is no new session for a role; the code is the lower-case name and is stable. */
public enum Ailment {
  /** STS does not answer, or answers with a fault: it may be over the next time. */
  FAILING("no session for the storage can be had at the moment"),

  /** The customer's role does not let the gateway in, which only the organisation can cure. */
  DENIED("the storage denies the gateway its role"),

  /** The platform's role in between cannot be assumed: `edgemint platform setup` writes it. */
  PLATFORM_ROLE_MISSING("the platform's role for the storage cannot be assumed");

  private final String code = name().toLowerCase(Locale.ROOT);
  private final String sentence;

  Ailment(String sentence) {
    this.sentence = sentence;
  }

  /** The stable code that operators and dashboards compare with. */
  public String code() {
    return code;
  }

  /** What callers are told. */
  String sentence() {
    return sentence;
  }

  /** What a failed fetch tells. */
  static Ailment of(Throwable failure) {
    if (failure instanceof RoleChain.FirstHopDenied) {
      return PLATFORM_ROLE_MISSING;
    }
    return failure instanceof AwsServiceException answer && isDenial(answer) ? DENIED : FAILING;
  }

  /** STS API reference, "Common Errors": the code of a call that no policy allows. */
  static boolean isDenial(AwsServiceException answer) {
    return answer.awsErrorDetails() != null
        && "AccessDenied".equals(answer.awsErrorDetails().errorCode());
  }
}
