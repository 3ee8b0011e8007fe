package io.edgemint.sandbox;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.AbortIncompleteMultipartUpload;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;

/**
 * Applies documents of set-up in an account, each as it is and nothing else; but for what RADOS
 * Gateway 16.2 does not have as AWS has it: public access blocks and ownership controls.
 */
final class RadosCustomer {
  private final AwsAccount account;

  RadosCustomer(AwsAccount account) {
    this.account = account;
  }

  /** Applies what {@code edgemint platform setup --format json} wrote for the platform. */
  void applyPlatform(JsonObject setup) {
    for (Object each : setup.getJsonArray("middle_roles")) {
      JsonObject role = (JsonObject) each;
      JsonObject trust = role.getJsonObject("trust_policy");
      String name = role.getString("name");
      putRole(name, trust);
      account.putPermissions(name, "edgemint-assume", role.getJsonObject("policy").encode());
    }
  }

  /** Applies what {@code setup?format=json} answered for a backend, and makes its bucket. */
  void apply(JsonObject setup) {
    String role = setup.getJsonObject("role").getString("name");
    putRole(role, setup.getJsonObject("trust_policy"));
    setup
        .getJsonObject("permission_policies")
        .forEach(policy -> account.putPermissions(role, policy.getKey(), text(policy.getValue())));
    applyBucket(setup.getJsonObject("bucket"));
  }

  private static String text(Object policy) {
    return ((JsonObject) policy).encode();
  }

  private void putRole(String name, JsonObject trust) {
    try {
      account.iam().createRole(it -> it.roleName(name).assumeRolePolicyDocument(trust.encode()));
    } catch (EntityAlreadyExistsException e) {
      account.putTrust(name, trust.encode());
    }
  }

  private void applyBucket(JsonObject bucket) {
    String name = bucket.getString("name");
    account.addBucket(name);
    List<LifecycleRule> rules = rules(bucket.getJsonObject("lifecycle").getJsonArray("Rules"));
    account
        .s3()
        .putBucketLifecycleConfiguration(
            it -> it.bucket(name).lifecycleConfiguration(to -> to.rules(rules)));
    String versioning =
        bucket.getJsonObject("choices").getJsonObject("versioning").getString("Status");
    account
        .s3()
        .putBucketVersioning(
            it ->
                it.bucket(name)
                    .versioningConfiguration(
                        to -> to.status(BucketVersioningStatus.fromValue(versioning))));
    account
        .s3()
        .putBucketPolicy(it -> it.bucket(name).policy(bucket.getJsonObject("policy").encode()));
  }

  private static List<LifecycleRule> rules(JsonArray rules) {
    return rules.stream().map(rule -> rule((JsonObject) rule)).toList();
  }

  private static LifecycleRule rule(JsonObject rule) {
    int days =
        rule.getJsonObject("AbortIncompleteMultipartUpload").getInteger("DaysAfterInitiation");
    return LifecycleRule.builder()
        .id(rule.getString("ID"))
        .status(ExpirationStatus.fromValue(rule.getString("Status")))
        .filter(it -> it.prefix(rule.getJsonObject("Filter").getString("Prefix")))
        .abortIncompleteMultipartUpload(
            AbortIncompleteMultipartUpload.builder().daysAfterInitiation(days).build())
        .build();
  }
}
