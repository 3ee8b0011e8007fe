package io.edgemint.setup;

import io.edgemint.backend.CloudFront.SigningKey;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the script: values as assignments, each in single quotes, then the commands, which are the
 * same for all and only ever see values as variables.
 */
final class SetupScript {
  private final SetupScope scope;
  private final @Nullable SetupCloudFront cloudFront;
  private final StringBuilder text = new StringBuilder(16 * 1024);

  SetupScript(SetupScope scope, @Nullable SetupCloudFront cloudFront) {
    this.scope = scope;
    this.cloudFront = cloudFront;
  }

  String text() {
    text.append(
        """
        #!/usr/bin/env bash
        # Sets up what %s %s of organisation %s needs in your AWS account.
        # Needs bash, AWS CLI version 2 and, where something stands already, jq.
        # It may run again: it changes what bears its names and keeps everything else.

        set -euo pipefail
        """
            .formatted(scope.kind(), scope.backend(), scope.org()));
    String region = quoted(scope.storage().region());
    text.append(
        "export AWS_REGION=%s AWS_DEFAULT_REGION=%s AWS_PAGER=''\n\n".formatted(region, region));
    role();
    bucket();
    if (cloudFront != null) {
      distribution(cloudFront);
    }
    text.append(Setup.template("setup.sh"));
    if (cloudFront != null) {
      text.append(Setup.template("setup-cloudfront.sh"));
    }
    return text.append(Setup.template("setup-end.sh")).toString();
  }

  private void role() {
    assign("name", scope.name());
    assign("policies", scope.policies());
    assign("account", scope.account());
    assign("region", scope.storage().region());
    assign("role_arn", scope.roleArn());
    assign("role_path", scope.rolePath());
    assign("role_name", scope.roleName());
    assign("trust_policy", new SetupPolicies(scope).trust());
    List<String> pairs = new ArrayList<>();
    new SetupPolicies(scope)
        .permissions()
        .forEach(entry -> pairs.addAll(List.of(entry.getKey(), encoded(entry.getValue()))));
    assign("permission_policies", pairs);
  }

  private void bucket() {
    JsonObject settings = new SetupBucket(scope).settings();
    assign("bucket", scope.storage().bucket());
    for (String part :
        List.of(
            "public_access_block", "ownership_controls", "encryption", "lifecycle", "accelerate")) {
      assign(part, encoded(settings.getValue(part)));
    }
    assign("versioning", settings.getJsonObject("choices").getJsonObject("versioning"));
    assign(
        "bucket_policy",
        (cloudFront == null
            ? settings.getJsonObject("policy")
            : cloudFront.settings().getJsonObject("bucket_policy")));
  }

  private void distribution(SetupCloudFront front) {
    JsonObject settings = front.settings();
    assign("alias", front.aliases().isEmpty() ? "" : front.aliases().get(0));
    for (String part :
        List.of("origin_access_control", "cache_policy", "distribution", "key_policy")) {
      assign(part, encoded(settings.getValue(part)));
    }
    SetupKey key = scope.key();
    assign("kms_key", key == null ? "" : key.given());
    List<String> keys = new ArrayList<>();
    List<JsonObject> configs = front.publicKeys();
    for (int i = 0; i < configs.size(); i++) {
      SigningKey signing = front.cdn().keys().get(i);
      keys.add(signing.name());
      keys.add(signing.id() == null ? "" : signing.id());
      keys.add(configs.get(i).getString("Name"));
      keys.add(configs.get(i).encode());
    }
    assign("public_keys", keys);
  }

  private void assign(String variable, JsonObject value) {
    assign(variable, value.encode());
  }

  private void assign(String variable, String value) {
    text.append(variable).append('=').append(quoted(value)).append('\n');
  }

  private void assign(String variable, List<String> values) {
    text.append(variable).append("=(\n");
    values.forEach(value -> text.append("  ").append(quoted(value)).append('\n'));
    text.append(")\n");
  }

  private static String encoded(@Nullable Object json) {
    return json == null ? "" : ((JsonObject) json).encode();
  }

  /** "Single Quotes", Bash reference manual: nothing has a meaning in them but their end. */
  static String quoted(String value) {
    return '\'' + value.replace("'", "'\\''") + '\'';
  }
}
