package io.edgemint.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Backend;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.sandbox.RadosSite.Outcome;
import io.edgemint.setup.Setup;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A customer that applies exactly the documents that the gateway wrote, and nothing else. */
class RadosSetupIT {
  private static final String BUCKET = "initech-firmware";

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount CUSTOMER = WORLD.account("555566667777");
  private static final String ROLE = CUSTOMER.roleArn("edgemint");
  private static final RadosSite SITE = new RadosSite(WORLD, "setup");

  @BeforeAll
  static void setUp() {
    AwsAccount platform = WORLD.platform();
    String middle =
        platform.addRole(
            "binary_backend_initech_prod",
            Policies.trust(platform.userArn("owner")),
            Policies.assume(ROLE));
    JsonObject setup = setup(middle);
    String role = setup.getJsonObject("role").getString("name");
    CUSTOMER.addBucket(BUCKET);
    CUSTOMER
        .iam()
        .createRole(
            it ->
                it.roleName(role)
                    .assumeRolePolicyDocument(setup.getJsonObject("trust_policy").encode()));
    setup
        .getJsonObject("permission_policies")
        .forEach(it -> CUSTOMER.putPermissions(role, it.getKey(), it.getValue().toString()));
    CUSTOMER
        .s3()
        .putBucketPolicy(
            it ->
                it.bucket(BUCKET)
                    .policy(setup.getJsonObject("bucket").getJsonObject("policy").encode()));
    SITE.addOrg(
        "initech",
        BUCKET,
        RadosWorld.REGION,
        "releases/",
        "{role: \"" + ROLE + "\", via: \"" + middle + "\"}");
  }

  private static JsonObject setup(String middle) {
    var storage =
        new S3Storage(
            BUCKET,
            RadosWorld.REGION,
            "releases/",
            S3Storage.Endpoint.AMAZON,
            new S3Storage.Credentials.Role(ROLE, middle),
            new S3Storage.Encryption.SseKms(
                "arn:aws:kms:eu-central-1:555566667777:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
            Duration.ofMinutes(15),
            new TreeMap<>());
    Backend backend = Backend.draft("prod", 1, storage, storage);
    return new JsonObject(Setup.of(new OrgId("initech"), backend, middle, "initech").json());
  }

  @AfterAll
  static void close() {
    SITE.close();
    CUSTOMER.close();
  }

  @Test
  void validate_documentsApplied_findsNothingWrong() {
    Outcome applied = SITE.apply();
    Outcome validated = SITE.validate("initech");
    Outcome activated = SITE.activate("initech");

    assertThat(applied.status()).as(applied.said()).isZero();
    assertThat(validated.said()).doesNotContain("FAIL", "warn");
    assertThat(validated.status()).as(validated.said()).isZero();
    assertThat(activated.status()).as(activated.said()).isZero();
  }

  @Test
  void role_documentsApplied_reachesNothingOutsideThePrefix() {
    String middle = WORLD.platform().roleArn("binary_backend_initech_prod");
    AwsKey between = WORLD.session(WORLD.platform().key(), middle, null, null);
    CUSTOMER.put(BUCKET, "private/key.pem", "secret".getBytes(UTF_8));
    try (S3Client s3 = WORLD.s3(WORLD.session(between, ROLE, "initech", null))) {
      s3.putObject(it -> it.bucket(BUCKET).key("releases/x"), RequestBody.fromString("x"));
      assertThat(s3.listObjectsV2(it -> it.bucket(BUCKET).prefix("releases/")).contents())
          .isNotEmpty();
      s3.deleteObject(it -> it.bucket(BUCKET).key("releases/x"));

      assertThatThrownBy(() -> s3.getObjectAsBytes(it -> it.bucket(BUCKET).key("private/key.pem")))
          .isInstanceOf(S3Exception.class)
          .hasMessageContaining("403");
      assertThatThrownBy(
              () ->
                  s3.putObject(
                      it -> it.bucket(BUCKET).key("private/x"), RequestBody.fromString("x")))
          .isInstanceOf(S3Exception.class)
          .hasMessageContaining("403");
      assertThatThrownBy(() -> s3.listObjectsV2(it -> it.bucket(BUCKET)))
          .isInstanceOf(S3Exception.class)
          .hasMessageContaining("403");
    }
  }
}
