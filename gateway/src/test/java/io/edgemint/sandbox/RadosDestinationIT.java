package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Destination;
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

/** A customer that applies exactly the documents of a destination, in a bucket with others'. */
class RadosDestinationIT {
  private static final String BUCKET = "umbrella-archive";

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount CUSTOMER = WORLD.account("666677778888");
  private static final String OWNER = WORLD.platform().userArn("owner");
  private static final String ROLE = CUSTOMER.roleArn("archive");
  private static final RadosSite SITE = new RadosSite(WORLD, "destination");

  @BeforeAll
  static void setUp() {
    JsonObject setup = setup();
    CUSTOMER.addBucket(BUCKET);
    CUSTOMER
        .iam()
        .createRole(
            it ->
                it.roleName("archive")
                    .assumeRolePolicyDocument(setup.getJsonObject("trust_policy").encode()));
    setup
        .getJsonObject("permission_policies")
        .forEach(it -> CUSTOMER.putPermissions("archive", it.getKey(), it.getValue().toString()));
    // A role that may do everything in the bucket and asks for no external id.
    CUSTOMER.addRole("careless", Policies.trust(OWNER), Policies.readAndWrite(BUCKET, ""));
    SITE.addDestination("umbrella", BUCKET, "tenant-a/", "{role: \"" + ROLE + "\"}");
    SITE.addDestination(
        "careless", BUCKET, "tenant-b/", "{role: \"" + CUSTOMER.roleArn("careless") + "\"}");
    Outcome applied = SITE.apply();
    assertThat(applied.status()).as(applied.said()).isZero();
  }

  private static JsonObject setup() {
    var storage =
        new S3Storage(
            BUCKET,
            RadosWorld.REGION,
            "tenant-a/",
            S3Storage.Endpoint.AMAZON,
            new S3Storage.Credentials.Role(ROLE, null),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>());
    Destination destination = Destination.draft("archive", 1, storage);
    return new JsonObject(Setup.of(new OrgId("umbrella"), destination, OWNER, "umbrella").json());
  }

  @AfterAll
  static void close() {
    SITE.close();
    CUSTOMER.close();
  }

  @Test
  void validate_documentsApplied_verifiesAndProvesTheSessionsPolicy() {
    Outcome validated = SITE.validateDestination("umbrella");

    assertThat(validated.status()).as(validated.said()).isZero();
    assertThat(validated.said())
        .contains("archive revision 1: verified", "ok   act outside the prefix")
        .doesNotContain("FAIL", "warn");
  }

  /**
   * The role may look everywhere; the session of a delivery is held below the prefix all the same.
   */
  @Test
  void validate_carelessRole_isHeldBelowThePrefixAndFailsForItsTrust() {
    Outcome validated = SITE.validateDestination("careless");

    assertThat(validated.status()).as(validated.said()).isEqualTo(1);
    assertThat(validated.said())
        .contains("external_id_not_required", "external_id_any", "ok   act outside the prefix");
  }
}
