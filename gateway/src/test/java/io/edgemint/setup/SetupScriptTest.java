package io.edgemint.setup;

import static io.edgemint.setup.Setups.bucket;
import static io.edgemint.setup.Setups.cdn;
import static io.edgemint.setup.Setups.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.edgemint.Seeded;
import io.edgemint.backend.Backend;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Encryption;
import io.edgemint.setup.AwsStub.Run;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetupScriptTest {
  private static final String HOST = "d111111abcdef8.cloudfront.net";

  @TempDir private Path folder;
  private AwsStub aws;

  @BeforeEach
  void start() throws IOException {
    aws = new AwsStub(folder);
  }

  private static Backend behindCloudFront(String prefix) {
    return Setups.behind(cdn(HOST, prefix, key("2026-a", null)), bucket(prefix));
  }

  private static Backend withoutKey(String prefix) {
    return Setups.plain(Setups.with(bucket(prefix), new Encryption.BucketDefault()));
  }

  private static JsonObject filled(Object json, String token, String id) {
    return new JsonObject(((JsonObject) json).encode().replace(token, id));
  }

  @Test
  void cli_newAccount_makesEverythingAndTellsWhatToSendBack() throws Exception {
    assumeTrue(aws.hasJq(), "jq is not on the path");
    Setup setup = Setups.of(behindCloudFront("releases/"));
    JsonObject document = new JsonObject(setup.json());
    JsonObject cloudFront = document.getJsonObject("cloudfront");
    aws.answers("kms.get-key-policy", "{\"Version\":\"2012-10-17\",\"Statement\":[]}");

    Run run = aws.run(setup.cli());

    assertThat(run.status()).as(run.errors()).isZero();
    assertThat(run.output())
        .isEqualTo(
            """
            role: arn:aws:iam::123456789012:role/edgemint
            id of signing key 2026-a: KNEW1
            host: d999.cloudfront.net
            """);
    assertThat(run.call("iam", "create-role")).contains("--role-name=edgemint", "--path", "/");
    assertThat(run.calls("iam", "put-role-policy")).hasSize(4);
    assertThat(run.option("s3api", "create-bucket", "--create-bucket-configuration"))
        .isEqualTo("LocationConstraint=eu-west-1");
    assertThat(run.json("s3api", "put-bucket-lifecycle-configuration", "--lifecycle-configuration"))
        .isEqualTo(document.getJsonObject("bucket").getJsonObject("lifecycle"));
    assertThat(run.json("s3api", "put-bucket-encryption", "--server-side-encryption-configuration"))
        .isEqualTo(document.getJsonObject("bucket").getJsonObject("encryption"));
    assertThat(run.json("cloudfront", "create-public-key", "--public-key-config"))
        .isEqualTo(cloudFront.getJsonArray("public_keys").getJsonObject(0));
    assertThat(
            run.json("cloudfront", "create-key-group", "--key-group-config").getJsonArray("Items"))
        .isEqualTo(JsonArray.of("KNEW1"));
    assertThat(run.json("cloudfront", "create-cache-policy", "--cache-policy-config"))
        .isEqualTo(cloudFront.getJsonObject("cache_policy"));
    JsonObject distribution =
        run.json("cloudfront", "create-distribution", "--distribution-config");
    assertThat(distribution.encode()).doesNotContain("_id}");
    assertThat(
            distribution
                .getJsonObject("DefaultCacheBehavior")
                .getJsonObject("TrustedKeyGroups")
                .getJsonArray("Items"))
        .isEqualTo(JsonArray.of("GROUP1"));
    assertThat(run.json("s3api", "put-bucket-policy", "--policy"))
        .isEqualTo(filled(cloudFront.getValue("bucket_policy"), "{distribution_id}", "DIST1"));
    assertThat(run.json("kms", "put-key-policy", "--policy"))
        .isEqualTo(filled(cloudFront.getValue("key_policy"), "{distribution_id}", "DIST1"));
    assertThat(run.calls("s3api", "put-bucket-versioning")).isEmpty();
  }

  @Test
  void cli_versioningChosen_switchesItOn() throws Exception {
    Run run = aws.run(Setups.of(withoutKey("")).cli(), "--versioning");

    assertThat(run.option("s3api", "put-bucket-versioning", "--versioning-configuration"))
        .isEqualTo("{\"Status\":\"Enabled\"}");
    assertThat(aws.run(Setups.of(withoutKey("")).cli(), "--other").status()).isEqualTo(2);
  }

  @Test
  void cli_whatStandsAlready_isKeptBesideWhatIsOurs() throws Exception {
    assumeTrue(aws.hasJq(), "jq is not on the path");
    Setup setup = Setups.of(behindCloudFront("fw/"));
    JsonObject trust = new JsonObject(setup.json()).getJsonObject("trust_policy");
    String mark = trust.getJsonArray("Statement").getJsonObject(0).getString("Sid");
    JsonObject other = JsonObject.of("Sid", "Other", "Effect", "Deny");
    JsonObject stale = JsonObject.of("Sid", mark, "Effect", "Deny");
    JsonObject nameless = JsonObject.of("Effect", "Deny");
    aws.answers("iam.get-role.Role.Arn", Setups.ROLE);
    aws.answers(
        "iam.get-role.Role.AssumeRolePolicyDocument",
        JsonObject.of("Version", "2012-10-17", "Statement", JsonArray.of(other, stale, nameless))
            .encode());
    aws.answers("s3api.get-bucket-location", "eu-west-1");
    aws.answers("s3api.get-bucket-policy", JsonObject.of("Statement", other).encode());
    aws.answers("kms.get-key-policy", JsonObject.of("Statement", JsonArray.of(other)).encode());
    aws.answers(
        "s3api.get-bucket-lifecycle-configuration",
        "{\"Rules\":[{\"ID\":\"theirs\",\"Status\":\"Enabled\"}]}");
    aws.answers("cloudfront.list-key-groups", "\"GROUP2\"");
    aws.answers("cloudfront.get-key-group.KeyGroup.KeyGroupConfig.Items", "KOLD1\tKOLD2");
    aws.answers("cloudfront.list-distributions", "\"DIST2\"");
    aws.answers(
        "cloudfront.get-distribution-config",
        """
        {"ETag": "E2", "DistributionConfig": {"CallerReference": "theirs", "WebACLId": "acl",
         "DefaultCacheBehavior": {"Compress": true, "SmoothStreaming": false}}}
        """);

    Run run = aws.run(setup.cli());

    assertThat(run.status()).as(run.errors()).isZero();
    assertThat(run.calls("iam", "create-role")).isEmpty();
    assertThat(
            run.json("iam", "update-assume-role-policy", "--policy-document")
                .getJsonArray("Statement"))
        .isEqualTo(JsonArray.of(other, nameless, trust.getJsonArray("Statement").getJsonObject(0)));
    assertThat(run.calls("s3api", "create-bucket")).isEmpty();
    JsonArray statements =
        run.json("s3api", "put-bucket-policy", "--policy").getJsonArray("Statement");
    assertThat(statements).hasSize(3).first().isEqualTo(other);
    assertThat(run.json("kms", "put-key-policy", "--policy").getJsonArray("Statement"))
        .hasSize(2)
        .first()
        .isEqualTo(other);
    assertThat(
            run.json("s3api", "put-bucket-lifecycle-configuration", "--lifecycle-configuration")
                .getJsonArray("Rules"))
        .hasSize(2);
    assertThat(
            run.json("cloudfront", "update-key-group", "--key-group-config").getJsonArray("Items"))
        .isEqualTo(JsonArray.of("KOLD1", "KOLD2", "KNEW1"));
    JsonObject distribution =
        run.json("cloudfront", "update-distribution", "--distribution-config");
    assertThat(run.option("cloudfront", "update-distribution", "--if-match")).isEqualTo("E2");
    assertThat(distribution.getString("CallerReference")).isEqualTo("theirs");
    assertThat(distribution.getString("WebACLId")).isEqualTo("acl");
    assertThat(distribution.getJsonObject("DefaultCacheBehavior").getBoolean("Compress")).isFalse();
    assertThat(run.calls("cloudfront", "create-distribution")).isEmpty();
  }

  @Test
  void cli_bucketPolicyOfOursFromBefore_isReplacedNotRepeated() throws Exception {
    assumeTrue(aws.hasJq(), "jq is not on the path");
    Setup setup = Setups.of(withoutKey("fw/"));
    JsonObject policy =
        new JsonObject(setup.json()).getJsonObject("bucket").getJsonObject("policy");
    aws.answers("s3api.get-bucket-policy", policy.encode());

    Run run = aws.run(setup.cli());

    assertThat(run.json("s3api", "put-bucket-policy", "--policy")).isEqualTo(policy);
  }

  @Test
  void cli_ownName_isCoveredByACertificateOrSaysSo() throws Exception {
    Setup setup =
        Setups.of(
            Setups.behind(
                cdn("fw.acme.example", "", key("a", "KKNOWN")),
                Setups.with(bucket(""), new Encryption.SseS3())));

    Run run = aws.run(setup.cli());

    assertThat(run.status()).as(run.errors()).isZero();
    JsonObject distribution =
        run.json("cloudfront", "create-distribution", "--distribution-config");
    assertThat(distribution.getJsonObject("ViewerCertificate").getString("ACMCertificateArn"))
        .isEqualTo("arn:aws:acm:us-east-1:123456789012:certificate/1");
    assertThat(run.calls("cloudfront", "create-public-key")).isEmpty();
    assertThat(run.output()).contains("id of signing key a: KKNOWN", "host: fw.acme.example (");
    aws.answers("acm.list-certificates", "null");
    Run without = aws.run(setup.cli());
    assertThat(without.status()).isEqualTo(1);
    assertThat(without.errors()).contains("no certificate for fw.acme.example");
  }

  @Test
  void cli_whatCannotBeReadOrLiesElsewhere_stopsBeforeAnythingIsMade() throws Exception {
    String script = Setups.of(withoutKey("")).cli();

    Run denied = aws.fails("iam.get-role", "AccessDenied").run(script);
    aws.fails("iam.get-role", "NoSuchEntity");
    Run path = aws.answers("iam.get-role.Role.Arn", Setups.ROLE + "2").run(script);
    aws.answers("iam.get-role.Role.Arn", "");
    Run region = aws.answers("s3api.get-bucket-location", "None").run(script);
    Run account = aws.answers("sts.get-caller-identity", "210987654321").run(script);

    assertThat(denied.status()).isNotZero();
    assertThat(denied.errors()).contains("(AccessDenied)");
    assertThat(denied.calls("iam", "create-role")).isEmpty();
    assertThat(path.status()).isEqualTo(1);
    assertThat(path.errors()).contains("another path");
    assertThat(region.status()).isEqualTo(1);
    assertThat(region.errors()).contains("the bucket lies in us-east-1");
    assertThat(account.status()).isEqualTo(1);
    assertThat(account.calls()).hasSize(1);
  }

  @Test
  void cli_nastyValues_reachTheCallsAsTheyWere() throws Exception {
    Seeded.run(
        25,
        random -> {
          String prefix = Setups.prefix(random);
          String nasty = "abcXYZ019_+=,.@-";
          String name = Seeded.string(random, nasty, 1, 64);
          String path = "/" + Seeded.string(random, nasty, 1, 9) + "/";
          S3Storage storage =
              Setups.in("us-east-1", "arn:aws:iam::123456789012:role" + path + name, prefix);
          String externalId = Seeded.string(random, nasty + ":/", 2, 40);
          Setup setup = Setup.of(Setups.ACME, Setups.plain(storage), Setups.VIA, externalId);
          JsonObject document = new JsonObject(setup.json());

          Run run = aws.run(setup.cli());

          assertThat(run.status()).as(run.errors()).isZero();
          assertThat(run.call("iam", "create-role")).contains("--role-name=" + name);
          assertThat(run.option("iam", "create-role", "--path")).isEqualTo(path);
          JsonObject trust = run.json("iam", "create-role", "--assume-role-policy-document");
          assertThat(trust).isEqualTo(document.getJsonObject("trust_policy"));
          assertThat(trust.encode()).contains('"' + externalId + '"');
          run.calls("iam", "put-role-policy")
              .forEach(
                  words -> {
                    String policy = words.get(words.indexOf("--policy-name") + 1);
                    assertThat(new JsonObject(words.get(words.size() - 1)))
                        .isEqualTo(
                            document
                                .getJsonObject("permission_policies")
                                .getJsonObject(policy.replace("edgemint-acme-prod-1-", "")));
                  });
          assertThat(
                  run.json(
                          "s3api",
                          "put-bucket-lifecycle-configuration",
                          "--lifecycle-configuration")
                      .getJsonArray("Rules")
                      .getJsonObject(0)
                      .getJsonObject("Filter")
                      .getString("Prefix"))
              .isEqualTo(prefix);
        });
  }

  @Test
  void quoted_anyText_isOneWordOfTheShell() throws Exception {
    Seeded.run(
        40,
        random -> {
          String value = Seeded.string(random, 0, 40).replace("\0", "");
          Run run = aws.run("aws echo " + SetupScript.quoted(value) + "\n");

          assertThat(run.option("echo", value, "echo")).isEqualTo(value);
        });
  }
}
