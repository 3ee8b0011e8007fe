package io.edgemint.sandbox;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sts.model.Credentials;

/**
 * A key with which requests to AWS are signed.
 *
 * @param token what goes with a session's key, or null
 */
public record AwsKey(String accessKeyId, String secretAccessKey, @Nullable String token) {
  static AwsKey of(Credentials session) {
    return new AwsKey(session.accessKeyId(), session.secretAccessKey(), session.sessionToken());
  }

  /** For the clients of the SDK. */
  AwsCredentials credentials() {
    return token == null
        ? AwsBasicCredentials.create(accessKeyId, secretAccessKey)
        : AwsSessionCredentials.create(accessKeyId, secretAccessKey, token);
  }

  AwsCredentialsProvider provider() {
    return StaticCredentialsProvider.create(credentials());
  }

  /** Where the SDK of a process finds it. */
  Map<String, String> environment() {
    Map<String, String> variables = new HashMap<>();
    variables.put("AWS_ACCESS_KEY_ID", accessKeyId);
    variables.put("AWS_SECRET_ACCESS_KEY", secretAccessKey);
    if (token != null) {
      variables.put("AWS_SESSION_TOKEN", token);
    }
    return variables;
  }

  @Override
  public String toString() {
    return accessKeyId + " [redacted]";
  }
}
