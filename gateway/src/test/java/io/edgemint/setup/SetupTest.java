package io.edgemint.setup;

import static io.edgemint.setup.Setups.bucket;
import static io.edgemint.setup.Setups.cdn;
import static io.edgemint.setup.Setups.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.Seeded;
import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.Destination;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.S3Storage.Encryption;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.backend.SealedSecret;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SetupTest {
  private static final String HOST = "d111111abcdef8.cloudfront.net";

  private static JsonObject json(Backend backend) {
    return new JsonObject(Setups.of(backend).json());
  }

  private static Backend behindCloudFront(String prefix, String pathPrefix) {
    return Setups.behind(cdn(HOST, pathPrefix, key("2026-a", null)), bucket(prefix));
  }

  private static String golden(String name) throws IOException {
    try (var in = SetupTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void json_bucketBehindCloudFront_isTheGoldenDocument() throws IOException {
    Setup setup = Setups.of(behindCloudFront("releases/", "releases/"));

    assertThat(setup.json()).isEqualTo(golden("setup.json"));
  }

  @Test
  void terraform_bucketBehindCloudFront_beginsWithTheGoldenValues() throws IOException {
    Setup setup = Setups.of(behindCloudFront("releases/", "releases/"));

    assertThat(setup.terraform()).startsWith(golden("setup-values.tf"));
  }

  @Test
  void cli_bucketBehindCloudFront_beginsWithTheGoldenValues() throws IOException {
    Setup setup = Setups.of(behindCloudFront("releases/", "releases/"));

    assertThat(setup.cli()).startsWith(golden("setup-values.sh"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', ''",
    "fw/, fw/, ''",
    "fw/, '', /fw",
    "a/b/, b/, /a",
    "a/b/c/, c/, /a/b",
    "a/b/c/, b/c/, /a",
    "b/b/, b/, /b",
  })
  void originPath_pathPrefixThatThePrefixEndsWith_isWhatComesBefore(
      String prefix, String pathPrefix, String originPath) {
    JsonObject document = json(behindCloudFront(prefix, pathPrefix));
    JsonObject origin =
        document
            .getJsonObject("cloudfront")
            .getJsonObject("distribution")
            .getJsonObject("Origins")
            .getJsonArray("Items")
            .getJsonObject(0);

    assertThat(origin.getString("OriginPath")).isEqualTo(originPath);
    // What CloudFront asks S3 for, and what publishers write.
    assertThat(originPath + '/' + pathPrefix + "key").isEqualTo('/' + prefix + "key");
  }

  @ParameterizedTest
  @CsvSource({"'', fw/", "fw/, other/", "a/b/, a/", "ab/, b/", "fw/, fw/fw/"})
  void of_pathPrefixThatMissesTheObjects_isRefused(String prefix, String pathPrefix) {
    assertRefused(
        behindCloudFront(prefix, pathPrefix), "download.cloudfront.path_prefix: a link asks for ");
  }

  @Test
  void of_originPathThatWouldNeedEncoding_isRefusedWithThePathPrefixThatNeedsNone() {
    assertRefused(
        behindCloudFront("my fw/", ""),
        "download.cloudfront.path_prefix: ",
        "path_prefix: 'my fw/'");
    assertRefused(behindCloudFront("a".repeat(300) + '/', ""), "download.cloudfront.path_prefix: ");
    assertThat(json(behindCloudFront("my fw/", "my fw/")).containsKey("cloudfront")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "us-gov-west-1, aws-us-gov, where CloudFront does not exist",
    "us-iso-east-1, aws-iso, where CloudFront does not exist",
    "cn-north-1, aws-cn, a service apart"
  })
  void of_cloudFrontInAnotherPartition_isRefusedButTheBucketAloneIsNot(
      String region, String partition, String reason) {
    String start = "arn:" + partition + ":iam::123456789012:role/";
    S3Storage storage = Setups.in(region, start + "edgemint", "fw/");
    Backend plain = Setups.plain(storage);
    Backend behind = Setups.behind(cdn(HOST, "fw/", key("a", null)), storage);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Setup.of(Setups.ACME, behind, start + "gw", "acme"))
        .withMessageStartingWith("download.cloudfront: ")
        .withMessageContaining(reason)
        .withMessageContaining("remove 'download'");
    String document = Setup.of(Setups.ACME, plain, start + "gw", "acme").json();
    assertThat(document).contains("arn:" + partition + ":s3:::acme-firmware/fw/*");
    assertThat(document).doesNotContain("arn:aws:");
  }

  private static JsonObject allowed(String action, String resource) {
    return JsonObject.of("Effect", "Allow", "Action", action, "Resource", resource);
  }

  @Test
  void of_destination_allowsNoMoreThanDeliveriesTakeBelowThePrefix() {
    Destination destination = Destination.draft("archive", 1, bucket("tenant-a/"));

    JsonObject document =
        new JsonObject(Setup.of(Setups.ACME, destination, Setups.ROLE, "acme").json());

    assertThat(document.getString("destination")).isEqualTo("archive");
    JsonObject policies = document.getJsonObject("permission_policies");
    assertThat(policies.fieldNames()).containsExactly("deliver", "versions", "sse-kms");
    String bucket = "arn:aws:s3:::acme-firmware";
    JsonArray deliver = policies.getJsonObject("deliver").getJsonArray("Statement");
    assertThat(deliver)
        .containsExactly(
            JsonObject.of(
                "Effect",
                "Allow",
                "Action",
                JsonArray.of(
                    "s3:PutObject",
                    "s3:DeleteObject",
                    "s3:AbortMultipartUpload",
                    "s3:ListMultipartUploadParts"),
                "Resource",
                bucket + "/tenant-a/*"),
            allowed("s3:ListBucket", bucket)
                .put(
                    "Condition",
                    JsonObject.of("StringLike", JsonObject.of("s3:prefix", "tenant-a/*"))),
            allowed("s3:GetLifecycleConfiguration", bucket),
            allowed("s3:GetObject", bucket + "/tenant-a/*"));
    assertThat(policies.getJsonObject("versions").encode())
        .contains("s3:DeleteObjectVersion", bucket + "/tenant-a/edgemint-probe/*")
        .doesNotContain("GetObjectVersion");
    assertThat(document.getJsonObject("trust_policy").encode())
        .contains("\"sts:ExternalId\":\"acme\"", Setups.ROLE);
    assertThat(Setup.of(Setups.ACME, destination, Setups.ROLE, "acme").cli())
        .contains("# Sets up what destination archive of organisation acme needs");
    assertThat(Setup.of(Setups.ACME, destination, Setups.ROLE, "acme").terraform())
        .contains("# Sets up what destination archive of organisation acme needs");
  }

  @Test
  void of_backendWithoutARoleAtAmazon_isRefused() {
    S3Storage own = bucket("");
    var sealed = new SealedSecret(1, "v1.sealed");

    assertRefused(
        Setups.plain(Setups.with(own, new Credentials.StaticKey("AKID", sealed))),
        "upload.s3.credentials: ");
    assertRefused(
        Setups.plain(Setups.with(own, new Credentials.Ambient())), "upload.s3.credentials: ");
    assertRefused(
        Setups.plain(Setups.with(own, new Endpoint(URI.create("https://s3.example"), true))),
        "upload.s3.endpoint: ");
    assertRefused(Setups.plain(bucket("*/")), "upload.s3.prefix: ");
    assertRefused(Setups.plain(bucket("ä/")), "upload.s3.prefix: ");
    assertRefused(Setups.plain(bucket("${aws:username}/")), "upload.s3.prefix: ");
  }

  @Test
  void of_sidesThatLieApart_isRefused() {
    S3Storage own = bucket("fw/");

    assertRefused(Setups.behind(bucket("other/"), own), "download.s3.prefix: ");
    assertRefused(
        Setups.behind(Setups.with(own, new Credentials.Role(Setups.VIA, null)), own),
        "download.s3.credentials: ");
    assertRefused(
        Setups.behind(Setups.with(own, new Endpoint(URI.create("https://s3.example"), true)), own),
        "download.s3.endpoint: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:sts::999999999999:assumed-role/gw/session",
        "arn:aws-cn:iam::999999999999:role/gw",
        "arn:aws:iam::999999999999:role/*",
        "*"
      })
  void of_principalThatIsNoRoleOfThePartition_isRefused(String principal) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Setup.of(Setups.ACME, Setups.plain(bucket("")), principal, "acme"))
        .withMessageStartingWith("principal: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a b", "*", "a\"b"})
  void of_externalIdThatAwsDoesNotTake_isRefused(String externalId) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Setup.of(Setups.ACME, Setups.plain(bucket("")), Setups.VIA, externalId))
        .withMessageStartingWith("external id: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:iam::123456789012:user/edgemint",
        "arn:aws:iam::123456789012:role/",
        "arn:aws-us-gov:iam::123456789012:role/edgemint"
      })
  void of_roleThatCannotBeMade_isRefused(String role) {
    assertRefused(Setups.plain(Setups.in("eu-west-1", role, "")), "upload.s3.credentials.role: ");
    assertRefused(
        Setups.plain(Setups.in("eu-west-1", Setups.ROLE + "x".repeat(60), "")),
        "upload.s3.credentials.role: ");
  }

  @Test
  void of_distributionThatCannotBeMade_isRefused() {
    S3Storage own = bucket("");
    var key = key("a", null);
    CloudFront http = new CloudFront("http", HOST, "", List.of(key), own.ttl());

    assertRefused(Setups.behind(http, own), "download.cloudfront.scheme: ");
    assertRefused(Setups.behind(cdn(HOST + ":8443", "", key), own), "download.cloudfront.host: ");
    assertRefused(Setups.behind(cdn(HOST, ""), own), "download.cloudfront.signing_keys: ");
    assertRefused(
        Setups.behind(cdn(HOST, "", key, key, key, key, key, key), own),
        "download.cloudfront.signing_keys: ");
    assertRefused(
        Setups.behind(cdn(HOST, "", key("a", "K'1")), own), "download.cloudfront.signing_keys: ");
    S3Storage managed = Setups.with(own, new Encryption.SseKms("alias/aws/s3"));
    assertRefused(Setups.behind(cdn(HOST, "", key), managed), "upload.s3.kms_key_id: ");
    assertThat(json(Setups.plain(managed)).containsKey("permission_policies")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "1234abcd-12ab, arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab,",
    "alias/fw, arn:aws:kms:eu-west-1:123456789012:key/*, alias/fw",
    "arn:aws:kms:eu-west-1:210987654321:alias/fw, arn:aws:kms:eu-west-1:210987654321:key/*,"
        + " alias/fw",
    "arn:aws:kms:eu-west-1:210987654321:key/mrk-1, arn:aws:kms:eu-west-1:210987654321:key/mrk-1,"
  })
  void permissionPolicies_keyByAnyName_nameTheKeyAndS3Alone(
      String given, String resource, String alias) {
    JsonObject statement =
        json(Setups.plain(Setups.with(bucket(""), new Encryption.SseKms(given))))
            .getJsonObject("permission_policies")
            .getJsonObject("sse-kms")
            .getJsonArray("Statement")
            .getJsonObject(0);
    JsonObject condition = statement.getJsonObject("Condition");

    assertThat(statement.getString("Resource")).isEqualTo(resource);
    assertThat(condition.getJsonObject("StringLike"))
        .isEqualTo(JsonObject.of("kms:ViaService", "s3.eu-west-1.*"));
    assertThat(condition.getJsonObject("ForAnyValue:StringEquals"))
        .isEqualTo(
            alias == null ? null : JsonObject.of("kms:ResourceAliases", JsonArray.of(alias)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"arn:aws:kms:us-east-1:123456789012:key/1", "arn:aws:s3:::a", "a*", ""})
  void of_keyThatTheBucketCannotUse_isRefused(String key) {
    assertRefused(
        Setups.plain(Setups.with(bucket(""), new Encryption.SseKms(key))),
        "upload.s3.kms_key_id: ");
  }

  @Test
  void bucket_settingsThatTheBackendLeavesOpen_areAbsent() {
    S3Storage own = Setups.with(bucket(""), new Encryption.BucketDefault());
    JsonObject plain = json(Setups.plain(own));
    Endpoint fast = new Endpoint(null, false, true, false, true);
    JsonObject accelerated = json(Setups.behind(Setups.with(own, fast), own));

    assertThat(plain.getJsonObject("permission_policies").containsKey("sse-kms")).isFalse();
    assertThat(plain.getJsonObject("bucket").containsKey("encryption")).isFalse();
    assertThat(plain.getJsonObject("bucket").containsKey("accelerate")).isFalse();
    assertThat(plain.containsKey("cloudfront")).isFalse();
    assertThat(accelerated.getJsonObject("bucket").getJsonObject("accelerate"))
        .isEqualTo(JsonObject.of("Status", "Enabled"));
  }

  @Test
  void permissionPolicies_noPrefix_listWithoutCondition() {
    JsonArray statements =
        json(Setups.plain(bucket("")))
            .getJsonObject("permission_policies")
            .getJsonObject("upload")
            .getJsonArray("Statement");

    assertThat(statements.getJsonObject(1).getString("Action")).isEqualTo("s3:ListBucket");
    assertThat(statements.getJsonObject(1).containsKey("Condition")).isFalse();
  }

  @Test
  void cachePolicy_responseParameters_areInTheKeyAndAuthorizationIsNot() {
    S3Storage own = Setups.answering(bucket(""), Map.of("response-content-type", "a/b"));
    JsonObject parameters =
        json(Setups.behind(cdn(HOST, "", key("a", null)), own))
            .getJsonObject("cloudfront")
            .getJsonObject("cache_policy")
            .getJsonObject("ParametersInCacheKeyAndForwardedToOrigin");

    assertThat(
            parameters
                .getJsonObject("QueryStringsConfig")
                .getJsonObject("QueryStrings")
                .getJsonArray("Items"))
        .isEqualTo(JsonArray.of("versionId", "response-content-type"));
    assertThat(parameters.getJsonObject("HeadersConfig"))
        .isEqualTo(JsonObject.of("HeaderBehavior", "none"));
  }

  @Test
  void documents_signingKeys_showThePublicHalvesAlone() {
    Setup setup = Setups.of(behindCloudFront("fw/", "fw/"));

    assertThat(List.of(setup.json(), setup.cli(), setup.terraform()))
        .allSatisfy(
            document ->
                assertThat(document)
                    .contains("BEGIN PUBLIC KEY")
                    .doesNotContain("PRIVATE", "v1.sealed"));
  }

  @Test
  void json_nastyPrefix_isReadAsItWasWritten() {
    Seeded.run(
        500,
        random -> {
          String prefix = Setups.prefix(random);
          JsonObject document = json(behindCloudFront(prefix, prefix));

          assertThat(
                  document
                      .getJsonObject("permission_policies")
                      .getJsonObject("download")
                      .getJsonArray("Statement")
                      .getJsonObject(0)
                      .getString("Resource"))
              .isEqualTo("arn:aws:s3:::acme-firmware/" + prefix + '*');
          assertThat(
                  document
                      .getJsonObject("bucket")
                      .getJsonObject("lifecycle")
                      .getJsonArray("Rules")
                      .getJsonObject(0)
                      .getJsonObject("Filter")
                      .getString("Prefix"))
              .isEqualTo(prefix);
        });
  }

  private static void assertRefused(Backend backend, String start) {
    assertRefused(backend, start, "");
  }

  private static void assertRefused(Backend backend, String start, String part) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Setups.of(backend))
        .withMessageStartingWith(start)
        .withMessageContaining(part);
  }
}
