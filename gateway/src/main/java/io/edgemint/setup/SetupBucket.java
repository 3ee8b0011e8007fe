package io.edgemint.setup;

import io.edgemint.backend.S3Storage.Encryption;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The settings of an organisation's bucket, in the words of the S3 API. */
final class SetupBucket {
  /** How long the parts of an upload that was given up cost storage. */
  private static final int DAYS = 7;

  private final SetupScope scope;

  SetupBucket(SetupScope scope) {
    this.scope = scope;
  }

  /** All settings; what the backend leaves to the bucket is absent, and so stays as it is. */
  JsonObject settings() {
    JsonObject settings =
        new JsonObject()
            .put("name", scope.storage().bucket())
            .put("region", scope.storage().region())
            .put("public_access_block", publicAccessBlock())
            .put("ownership_controls", ownership());
    JsonObject encryption = encryption();
    if (encryption != null) {
      settings.put("encryption", encryption);
    }
    settings.put("lifecycle", lifecycle());
    if (scope.accelerate()) {
      settings.put("accelerate", JsonObject.of("Status", "Enabled"));
    }
    return settings
        .put("policy", new SetupPolicies(scope).bucket())
        .put("choices", JsonObject.of("versioning", JsonObject.of("Status", "Enabled")));
  }

  private static JsonObject publicAccessBlock() {
    return new JsonObject()
        .put("BlockPublicAcls", true)
        .put("IgnorePublicAcls", true)
        .put("BlockPublicPolicy", true)
        .put("RestrictPublicBuckets", true);
  }

  private static JsonObject ownership() {
    return rules(JsonObject.of("ObjectOwnership", "BucketOwnerEnforced"));
  }

  private @Nullable JsonObject encryption() {
    return switch (scope.storage().encryption()) {
      case Encryption.BucketDefault none -> null;
      case Encryption.SseS3 s3 -> encryption(JsonObject.of("SSEAlgorithm", "AES256"), false);
      case Encryption.SseKms kms ->
          encryption(JsonObject.of("SSEAlgorithm", "aws:kms", "KMSMasterKeyID", kms.keyId()), true);
    };
  }

  private static JsonObject encryption(JsonObject byDefault, boolean bucketKey) {
    return rules(
        JsonObject.of(
            "ApplyServerSideEncryptionByDefault", byDefault, "BucketKeyEnabled", bucketKey));
  }

  /**
   * "Configuring a bucket lifecycle configuration to delete incomplete multipart uploads", S3 user
   * guide.
   */
  private JsonObject lifecycle() {
    return rules(
        new JsonObject()
            .put("ID", scope.name() + "-unfinished-uploads")
            .put("Status", "Enabled")
            .put("Filter", JsonObject.of("Prefix", scope.storage().prefix()))
            .put("AbortIncompleteMultipartUpload", JsonObject.of("DaysAfterInitiation", DAYS)));
  }

  private static JsonObject rules(JsonObject rule) {
    return JsonObject.of("Rules", JsonArray.of(rule));
  }
}
