package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.Transition;
import software.amazon.awssdk.services.s3.model.TransitionStorageClass;

/** Set-ups with one mistake each: none is verified, and none can be activated. */
class RadosRefusalsIT {
  private static final String BUCKET = "fleet-firmware";
  private static final String ASLEEP = "asleep-firmware";
  private static final String MISSING = "missing-firmware";

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount CUSTOMER = WORLD.account("111122223333");
  private static final RadosSite SITE = new RadosSite(WORLD, "refusals");

  @BeforeAll
  static void setUp() {
    CUSTOMER.addBucket(BUCKET);
    CUSTOMER.addBucket(ASLEEP);
    CUSTOMER
        .s3()
        .putBucketLifecycleConfiguration(
            it -> it.bucket(ASLEEP).lifecycleConfiguration(to -> to.rules(archived())));
    WORLD.addBucketName(MISSING);
    String allowed = Policies.readAndWrite(BUCKET, "");
    add("right", trust("right"), allowed);
    org("right", BUCKET, RadosWorld.REGION);
    add("stranger", trust("another-org"), allowed);
    org("stranger", BUCKET, RadosWorld.REGION);
    add("distrust", Policies.trust(CUSTOMER.userArn("owner"), "distrust"), allowed);
    org("distrust", BUCKET, RadosWorld.REGION);
    add("open", Policies.trust(owner()), allowed);
    org("open", BUCKET, RadosWorld.REGION);
    add("anyid", trust("anyid*").replace("StringEquals", "StringLike"), allowed);
    org("anyid", BUCKET, RadosWorld.REGION);
    add("readonly", trust("readonly"), Policies.read(BUCKET, ""));
    org("readonly", BUCKET, RadosWorld.REGION);
    for (String action :
        List.of(
            "PutObject",
            "GetObject",
            "ListBucket",
            "DeleteObject",
            "AbortMultipartUpload",
            "ListMultipartUploadParts")) {
      String org = "no-" + action.toLowerCase(Locale.ROOT);
      add(org, trust(org), without(allowed, "s3:" + action));
      org(org, BUCKET, RadosWorld.REGION);
    }
    add("nobucket", trust("nobucket"), Policies.readAndWrite(MISSING, ""));
    org("nobucket", MISSING, RadosWorld.REGION);
    add("region", trust("region"), allowed);
    org("region", BUCKET, "eu-west-1");
    add("asleep", trust("asleep"), withLifecycle(Policies.readAndWrite(ASLEEP, "")));
    org("asleep", ASLEEP, RadosWorld.REGION);
    org("norole", BUCKET, RadosWorld.REGION);
    var applied = SITE.apply();
    assertThat(applied.status()).as(applied.said()).isZero();
    SITE.serve();
  }

  private static String owner() {
    return WORLD.platform().userArn("owner");
  }

  private static String trust(String externalId) {
    return Policies.trust(owner(), externalId);
  }

  private static void add(String org, String trust, String permissions) {
    CUSTOMER.addRole(org, trust, permissions);
  }

  private static String without(String permissions, String action) {
    return permissions.replaceFirst('"' + action + "\",?", "");
  }

  private static String withLifecycle(String permissions) {
    return permissions.replace(
        "\"s3:GetBucketLocation\"", "\"s3:GetBucketLocation\", \"s3:GetLifecycleConfiguration\"");
  }

  private static LifecycleRule archived() {
    return LifecycleRule.builder()
        .id("sleep")
        .status(ExpirationStatus.ENABLED)
        .filter(it -> it.prefix(""))
        .transitions(
            Transition.builder().days(30).storageClass(TransitionStorageClass.GLACIER).build())
        .build();
  }

  private static void org(String org, String bucket, String region) {
    SITE.addOrg(org, bucket, region, "", "{role: \"" + CUSTOMER.roleArn(org) + "\"}");
  }

  @AfterAll
  static void close() {
    SITE.close();
    CUSTOMER.close();
  }

  @ParameterizedTest
  @CsvSource({
    "stranger, role_denied",
    "distrust, role_denied",
    "norole, role_denied",
    "open, external_id_not_required external_id_any",
    "anyid, external_id_any",
    "readonly, write_denied multipart_denied",
    "no-putobject, write_denied multipart_denied",
    "no-getobject, read_back_denied read_denied",
    "no-listbucket, list_denied",
    "no-deleteobject, delete_denied",
    "no-abortmultipartupload, multipart_abort_failed",
    "nobucket, bucket_missing",
    "region, wrong_region",
  })
  void validate_oneMistake_isNamedAndKeepsTheBackendOut(String org, String codes) {
    assertThat(String.join(" ", SITE.admin().codes(org))).isEqualTo(codes);
    var activated = SITE.admin().send("POST", org + "/backends/prod/activate", "");

    assertThat(activated.status()).as(activated.text()).isEqualTo(409);
    assertThat(new JsonObject(activated.text()).getString("code")).isEqualTo("not_verified");
  }

  @ParameterizedTest
  @CsvSource({
    "right, ''",
    "no-listmultipartuploadparts, multipart_list_denied",
    "asleep, lifecycle_archives",
  })
  void validate_nothingThatHinders_isVerified(String org, String codes) {
    assertThat(String.join(" ", SITE.admin().codes(org))).isEqualTo(codes);
    assertThat(
            SITE.admin()
                .call("POST", org + "/backends/prod/activate")
                .getJsonObject("serving")
                .getString("state"))
        .isEqualTo("active");
  }

  @Test
  void validate_withAndWithoutMistakes_leavesNothing() {
    SITE.admin().codes("right");

    assertThat(CUSTOMER.s3().listObjectsV2(it -> it.bucket(ASLEEP)).contents()).isEmpty();
    assertThat(CUSTOMER.s3().listMultipartUploads(it -> it.bucket(ASLEEP)).uploads()).isEmpty();
  }
}
