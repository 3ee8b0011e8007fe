package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.RadosSite.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Set-ups with one mistake each: none is verified, and none can be activated. */
class RadosRefusalsIT {
  private static final String BUCKET = "fleet-firmware";

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount CUSTOMER = WORLD.account("111122223333");
  private static final RadosSite SITE = new RadosSite(WORLD, "refusals");

  @BeforeAll
  static void setUp() {
    String owner = WORLD.platform().userArn("owner");
    String allowed = Policies.readAndWrite(BUCKET, "");
    CUSTOMER.addBucket(BUCKET);
    WORLD.addBucketName("missing-firmware");
    add("stranger", Policies.trust(owner, "another-org"), allowed);
    add("distrust", Policies.trust(CUSTOMER.userArn("owner"), "distrust"), allowed);
    add("readonly", Policies.trust(owner, "readonly"), Policies.read(BUCKET, ""));
    add(
        "nobucket",
        Policies.trust(owner, "nobucket"),
        Policies.readAndWrite("missing-firmware", ""));
    add("region", Policies.trust(owner, "region"), allowed);
    org("stranger", BUCKET, RadosWorld.REGION);
    org("distrust", BUCKET, RadosWorld.REGION);
    org("readonly", BUCKET, RadosWorld.REGION);
    org("nobucket", "missing-firmware", RadosWorld.REGION);
    org("region", BUCKET, "eu-west-1");
    Outcome applied = SITE.apply();
    assertThat(applied.status()).as(applied.said()).isZero();
  }

  private static void add(String org, String trust, String permissions) {
    CUSTOMER.addRole(org, trust, permissions);
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
  @ValueSource(strings = {"stranger", "distrust", "readonly", "nobucket", "region"})
  void validate_oneMistake_keepsTheBackendOut(String org) {
    Outcome validated = SITE.validate(org);
    Outcome activated = SITE.activate(org);

    assertThat(validated.said()).contains("FAIL").doesNotContain("upload verified");
    assertThat(validated.status()).isOne();
    assertThat(activated.status()).as(activated.said()).isOne();
    assertThat(CUSTOMER.s3().listObjectsV2(it -> it.bucket(BUCKET)).contents()).isEmpty();
  }
}
