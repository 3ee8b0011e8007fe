package io.edgemint.setup;

import io.edgemint.probe.Probe;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The policies of an organisation's account: who assumes the role, and what it may do. */
final class SetupPolicies {
  /** Stands for the distribution, whose id AWS makes; no other value has braces. */
  private static final String DISTRIBUTION_ID = "{distribution_id}";

  private final SetupScope scope;

  SetupPolicies(SetupScope scope) {
    this.scope = scope;
  }

  /**
   * Who assumes the role, and with which external id ("Access to AWS accounts owned by third
   * parties", IAM user guide).
   */
  JsonObject trust() {
    return policy(
        new JsonObject()
            .put("Sid", "EdgemintTrust" + scope.mark())
            .put("Effect", "Allow")
            .put("Principal", JsonObject.of("AWS", scope.principalArn()))
            .put("Action", "sts:AssumeRole")
            .put("Condition", when("StringEquals", "sts:ExternalId", scope.externalId())));
  }

  /** What the role may do, by purpose; all of them together are what the gateway needs. */
  JsonObject permissions() {
    JsonObject all = scope.delivers() ? deliveries() : downloadsAndUploads();
    SetupKey key = scope.key();
    if (key != null) {
      all.put("sse-kms", encryption(key));
    }
    if (scope.standbyBucket() != null) {
      all.put("standby", standby(scope.standbyBucket()));
    }
    return all;
  }

  private JsonObject downloadsAndUploads() {
    return new JsonObject()
        .put("download", policy(statement("s3:GetObject", scope.objectsArn())))
        .put("upload", upload())
        .put("versions", versions());
  }

  /** Reading is for comparing what has arrived. */
  private JsonObject deliveries() {
    JsonObject deliver = upload();
    deliver.getJsonArray("Statement").add(statement("s3:GetObject", scope.objectsArn()));
    return new JsonObject()
        .put("deliver", deliver)
        .put("versions", policy(statement("s3:DeleteObjectVersion", testsArn())));
  }

  /**
   * Writes, lists and deletes below the prefix. Names of uploads under way are not listed: S3
   * limits that to no prefix ("Actions, resources, and condition keys for Amazon S3").
   */
  private JsonObject upload() {
    JsonArray actions =
        JsonArray.of(
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts");
    return policy(
        statement(actions, scope.objectsArn()),
        list("s3:ListBucket"),
        statement("s3:GetLifecycleConfiguration", scope.bucketArn()));
  }

  /** Of versions, the gateway deletes those of its own test objects alone. */
  private JsonObject versions() {
    return policy(
        statement("s3:GetObjectVersion", scope.objectsArn()),
        list("s3:ListBucketVersions"),
        statement("s3:DeleteObjectVersion", testsArn()));
  }

  private String testsArn() {
    return scope.bucketArn() + '/' + scope.storage().prefix() + Probe.FOLDER + '*';
  }

  private JsonObject list(String action) {
    return list(action, scope.bucketArn());
  }

  /** Reads from the second bucket, which replication fills. */
  private JsonObject standby(String bucket) {
    String arn = "arn:" + scope.partition().id() + ":s3:::" + bucket;
    return policy(
        statement("s3:GetObject", arn + '/' + scope.storage().prefix() + '*'),
        list("s3:ListBucket", arn));
  }

  /** Without a prefix there is nothing to limit, and a list that names none must be allowed. */
  private JsonObject list(String action, String bucketArn) {
    JsonObject statement = statement(action, bucketArn);
    String prefix = scope.storage().prefix();
    return prefix.isEmpty()
        ? statement
        : statement.put("Condition", when("StringLike", "s3:prefix", prefix + '*'));
  }

  /** Uses the key, and only through S3 ("kms:ViaService", AWS KMS developer guide). */
  private JsonObject encryption(SetupKey key) {
    JsonObject condition =
        when("StringLike", "kms:ViaService", "s3." + scope.storage().region() + ".*");
    if (key.alias() != null) {
      condition.mergeIn(
          when("ForAnyValue:StringEquals", "kms:ResourceAliases", JsonArray.of(key.alias())));
    }
    return policy(
        statement(JsonArray.of("kms:GenerateDataKey", "kms:Decrypt"), key.resource())
            .put("Condition", condition));
  }

  /** Refuses whoever comes without TLS ("Security best practices for Amazon S3"). */
  JsonObject bucket() {
    return policy(withoutTls());
  }

  /**
   * The same, and lets one distribution read below the prefix ("Restrict access to an Amazon S3
   * origin", CloudFront developer guide).
   */
  JsonObject bucketBehindCloudFront() {
    JsonArray actions = JsonArray.of("s3:GetObject", "s3:GetObjectVersion");
    return policy(withoutTls(), distribution(actions, scope.objectsArn()));
  }

  /** Lets the distribution decrypt, for it has no role ("SSE-KMS" in the same page). */
  JsonObject keyBehindCloudFront() {
    return policy(distribution("kms:Decrypt", "*"));
  }

  private JsonObject withoutTls() {
    JsonArray all = JsonArray.of(scope.bucketArn(), scope.bucketArn() + "/*");
    return new JsonObject()
        .put("Sid", "EdgemintTlsOnly")
        .put("Effect", "Deny")
        .put("Principal", "*")
        .put("Action", "s3:*")
        .put("Resource", all)
        .put("Condition", when("Bool", "aws:SecureTransport", "false"));
  }

  private JsonObject distribution(Object actions, String resource) {
    String arn =
        "arn:%s:cloudfront::%s:distribution/%s"
            .formatted(scope.partition().id(), scope.account(), DISTRIBUTION_ID);
    return new JsonObject()
        .put("Sid", "EdgemintRead" + scope.mark())
        .put("Effect", "Allow")
        .put("Principal", JsonObject.of("Service", "cloudfront.amazonaws.com"))
        .put("Action", actions)
        .put("Resource", resource)
        .put("Condition", when("StringEquals", "AWS:SourceArn", arn));
  }

  private static JsonObject policy(JsonObject... statements) {
    return JsonObject.of("Version", "2012-10-17", "Statement", JsonArray.of((Object[]) statements));
  }

  private static JsonObject statement(Object actions, String resource) {
    return JsonObject.of("Effect", "Allow", "Action", actions, "Resource", resource);
  }

  private static JsonObject when(String operator, String key, Object value) {
    return JsonObject.of(operator, JsonObject.of(key, value));
  }
}
