package io.edgemint.setup;

import io.edgemint.backend.CloudFront.SigningKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the Terraform module: values as locals, then the resources, which are the same for all.
 */
final class SetupTerraform {
  private final SetupScope scope;
  private final @Nullable SetupCloudFront cloudFront;

  SetupTerraform(SetupScope scope, @Nullable SetupCloudFront cloudFront) {
    this.scope = scope;
    this.cloudFront = cloudFront;
  }

  String text() {
    String head =
        """
        # Sets up what %s %s of organisation %s needs in your AWS account.

        locals %s
        """
            .formatted(scope.kind(), scope.backend(), scope.org(), Hcl.expression(values()));
    String tail = Setup.template(cloudFront == null ? "setup-s3.tf" : "setup-cloudfront.tf");
    return head + Setup.template("setup.tf") + tail;
  }

  private JsonObject values() {
    JsonObject bucket = new SetupBucket(scope).settings();
    JsonObject encryption = bucket.getJsonObject("encryption");
    JsonObject byDefault =
        encryption == null
            ? new JsonObject()
            : first(encryption).getJsonObject("ApplyServerSideEncryptionByDefault");
    JsonObject values =
        new JsonObject()
            .put("name", scope.name())
            .put("policies", scope.policies())
            .put("account", scope.account())
            .put("region", scope.storage().region())
            .put("role_path", scope.rolePath())
            .put("role_name", scope.roleName())
            .put("trust_policy", new SetupPolicies(scope).trust())
            .put("permission_policies", new SetupPolicies(scope).permissions())
            .put("bucket", scope.storage().bucket())
            .put("sse_algorithm", byDefault.getString("SSEAlgorithm"))
            .put("kms_key", byDefault.getString("KMSMasterKeyID"))
            .put("accelerate", scope.accelerate())
            .put("lifecycle_rule", first(bucket.getJsonObject("lifecycle")))
            .put("bucket_policy", bucket.getJsonObject("policy"));
    return cloudFront == null ? values : values.mergeIn(distribution(cloudFront));
  }

  private static JsonObject distribution(SetupCloudFront front) {
    JsonObject settings = front.settings();
    JsonObject keys = new JsonObject();
    front.publicKeys().forEach(key -> keys.put(key.getString("Comment"), key));
    List<String> ids =
        front.cdn().keys().stream().map(SigningKey::id).filter(Objects::nonNull).toList();
    return new JsonObject()
        .put("bucket_policy", settings.getJsonObject("bucket_policy"))
        .put("key_policy", settings.getJsonObject("key_policy"))
        .put("aliases", new JsonArray(front.aliases()))
        .put("origin_domain", front.originDomain())
        .put("origin_path", front.originPath())
        .put("public_keys", keys)
        .put("public_key_ids", new JsonArray(ids))
        .put("cache_policy", settings.getJsonObject("cache_policy"))
        .put("query_strings", new JsonArray(front.queryStrings()));
  }

  private static JsonObject first(JsonObject rules) {
    return rules.getJsonArray("Rules").getJsonObject(0);
  }
}
