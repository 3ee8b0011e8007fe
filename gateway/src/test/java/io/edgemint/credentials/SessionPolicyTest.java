package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.edgemint.Seeded;
import io.edgemint.backend.S3Storage;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionPolicyTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/edgemint/reader";

  private static S3Storage storage(String bucket, String region, String prefix) {
    return new S3Storage(
        bucket,
        region,
        prefix,
        S3Storage.Endpoint.AMAZON,
        new S3Storage.Credentials.Role(ROLE, null),
        new S3Storage.Encryption.BucketDefault(),
        Duration.ofMinutes(15),
        new TreeMap<>());
  }

  @Test
  void read_plainStorage_allowsItsObjectsAndTheirKeysAlone() throws Exception {
    JsonNode policy =
        new ObjectMapper()
            .readTree(SessionPolicy.read(storage("acme-fw", "eu-central-1", "prod/")));

    assertThat(policy)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"Version": "2012-10-17",
                     "Statement": [
                      {"Effect": "Allow",
                       "Action": ["s3:GetObject", "s3:GetObjectVersion"],
                       "Resource": "arn:aws:s3:::acme-fw/prod/*"},
                      {"Effect": "Allow",
                       "Action": "s3:ListBucket",
                       "Resource": "arn:aws:s3:::acme-fw",
                       "Condition": {"StringLikeIfExists": {"s3:prefix": "prod/*"}}},
                      {"Effect": "Allow",
                       "Action": "kms:Decrypt",
                       "Resource": "*",
                       "Condition": {"StringLike": {"kms:ViaService": "s3.eu-central-1.*"}}}]}
                    """));
  }

  @Test
  void publish_plainStorage_allowsToWriteBelowItsPrefixAlone() throws Exception {
    String policy = SessionPolicy.publish(storage("acme-fw", "eu-central-1", "prod/"));

    assertThat(new ObjectMapper().readTree(policy))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"Version": "2012-10-17",
                     "Statement": [
                      {"Effect": "Allow",
                       "Action": ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload",
                                  "s3:ListMultipartUploadParts"],
                       "Resource": "arn:aws:s3:::acme-fw/prod/*"},
                      {"Effect": "Allow",
                       "Action": "s3:ListBucket",
                       "Resource": "arn:aws:s3:::acme-fw",
                       "Condition": {"StringLikeIfExists": {"s3:prefix": "prod/*"}}},
                      {"Effect": "Allow",
                       "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
                       "Resource": "*",
                       "Condition": {"StringLike": {"kms:ViaService": "s3.eu-central-1.*"}}}]}
                    """));
  }

  @Test
  void delete_plainStorage_allowsToDeleteBelowItsPrefixAlone() throws Exception {
    String policy = SessionPolicy.delete(storage("acme-fw", "cn-north-1", "prod/"));

    assertThat(new ObjectMapper().readTree(policy).get("Statement"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    [{"Effect": "Allow",
                      "Action": ["s3:DeleteObject", "s3:GetObject"],
                      "Resource": "arn:aws-cn:s3:::acme-fw/prod/*"}]
                    """));
  }

  @Test
  void sweep_plainStorage_allowsToEndUploadsBelowItsPrefixAlone() throws Exception {
    String policy = SessionPolicy.sweep(storage("acme-fw", "eu-central-1", "prod/"));

    assertThat(new ObjectMapper().readTree(policy).get("Statement"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    [{"Effect": "Allow",
                      "Action": "s3:ListBucketMultipartUploads",
                      "Resource": "arn:aws:s3:::acme-fw"},
                     {"Effect": "Allow",
                      "Action": "s3:AbortMultipartUpload",
                      "Resource": "arn:aws:s3:::acme-fw/prod/*"}]
                    """));
  }

  @Test
  void publish_prefixThatIamWouldInterpret_isRefused() {
    S3Storage storage = storage("acme-fw", "eu-central-1", "${aws:username}/");

    assertThatIllegalArgumentException().isThrownBy(() -> SessionPolicy.publish(storage));
    assertThatIllegalArgumentException().isThrownBy(() -> SessionPolicy.delete(storage));
    assertThatIllegalArgumentException().isThrownBy(() -> SessionPolicy.sweep(storage));
  }

  @Test
  void probe_plainStorage_allowsToTryItsFolderAlone() throws Exception {
    S3Storage storage = storage("acme-fw", "eu-central-1", "prod/");
    JsonNode statements =
        new ObjectMapper().readTree(SessionPolicy.probe(storage, "probe/")).get("Statement");

    assertThat(statements).hasSize(3);
    assertThat(statements.get(0).get("Action"))
        .map(JsonNode::textValue)
        .containsExactly(
            "s3:PutObject",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts");
    assertThat(statements.get(0).get("Resource").textValue())
        .isEqualTo("arn:aws:s3:::acme-fw/prod/probe/*");
    assertThat(statements.get(1).get("Resource").textValue()).isEqualTo("arn:aws:s3:::acme-fw");
    assertThat(statements.get(1).get("Condition").toString())
        .isEqualTo("{\"StringLikeIfExists\":{\"s3:prefix\":\"*probe/*\"}}");
    assertThat(statements.get(2).get("Condition").toString())
        .isEqualTo("{\"StringLike\":{\"kms:ViaService\":\"s3.eu-central-1.*\"}}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.probe(storage("a*b", "eu-west-1", ""), "probe/"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.probe(storage.withPrefix("*/"), "probe/"));
  }

  @Test
  void probe_longestNames_fitsIntoASession() {
    S3Storage storage = storage("b".repeat(63), "us-isob-east-1", "p".repeat(511) + "/");

    assertThat(SessionPolicy.probe(storage, "edgemint-probe/")).hasSizeLessThan(2048);
  }

  @Test
  void nothing_deniesEverything() throws Exception {
    JsonNode statement = new ObjectMapper().readTree(SessionPolicy.nothing()).at("/Statement/0");

    assertThat(statement.get("Effect").textValue()).isEqualTo("Deny");
    assertThat(statement.get("Action").textValue()).isEqualTo("*");
  }

  @ParameterizedTest
  @CsvSource({
    "cn-north-1, arn:aws-cn:s3:::acme/*",
    "us-gov-west-1, arn:aws-us-gov:s3:::acme/*",
    "us-isob-east-1, arn:aws-iso-b:s3:::acme/*",
    "eusc-de-east-1, arn:aws-eusc:s3:::acme/*",
    "sa-east-1, arn:aws:s3:::acme/*"
  })
  void read_regionOfAPartition_namesThatPartition(String region, String resource) {
    assertThat(SessionPolicy.read(storage("acme", region, ""))).contains('"' + resource + '"');
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a*b/",
        "a?b/",
        "${aws:username}/",
        "a\"b/",
        "a\\b/",
        "a{b/",
        "a}b/",
        "ä/",
        "a\n/"
      })
  void read_prefixThatIamWouldInterpret_isRefused(String prefix) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.read(storage("acme", "eu-west-1", prefix)))
        .withMessageStartingWith("prefix: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "acme/other", "acme*", "ac\"me", "*"})
  void read_bucketThatIsNone_isRefused(String bucket) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.read(storage(bucket, "eu-west-1", "")))
        .withMessageStartingWith("bucket: ");
  }

  @Test
  void read_regionThatIsNone_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.read(storage("acme", "*", "")))
        .withMessageStartingWith("region: ");
  }

  @Test
  void read_anyPrefix_isOneResourceOrRefused() {
    Seeded.run(
        2_000,
        random -> {
          String prefix = Seeded.string(random, 0, 30);
          String policy;
          try {
            policy = SessionPolicy.read(storage("acme", "eu-west-1", prefix));
          } catch (IllegalArgumentException e) {
            return;
          }
          JsonNode first = new ObjectMapper().readTree(policy).get("Statement").get(0);
          assertThat(first.get("Resource").textValue())
              .isEqualTo("arn:aws:s3:::acme/" + prefix + "*");
          assertThat(prefix).doesNotContain("*", "?", "$");
        });
  }

  @Test
  void read_longestThatStsTakes_isAllowedAndNoMore() {
    int frame = SessionPolicy.read(storage("acme", "eu-west-1", "")).length();
    // The prefix stands in it twice.
    String fits = "p".repeat((2048 - frame) / 2);

    assertThat(SessionPolicy.read(storage("acme", "eu-west-1", fits)))
        .hasSize(frame + 2 * fits.length());
    assertThat(fits.length()).isGreaterThan(512 + 39);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.read(storage("acme", "eu-west-1", fits + "p")))
        .withMessageContaining("%d characters".formatted(frame + 2 * fits.length() + 2));
  }

  @Test
  void assume_role_allowsThatRoleAlone() throws Exception {
    JsonNode statement = new ObjectMapper().readTree(SessionPolicy.assume(ROLE)).get("Statement");

    assertThat(statement).hasSize(1);
    assertThat(statement.get(0).get("Action").textValue()).isEqualTo("sts:AssumeRole");
    assertThat(statement.get(0).get("Resource").textValue()).isEqualTo(ROLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:iam::123456789012:user/reader",
        "arn:aws:iam::12345678901:role/reader",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/*",
        "arn:aws:iam::123456789012:role/a\",\"b",
        "reader"
      })
  void role_notTheArnOfOneRole_isRefused(String arn) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.role(arn, "eu-west-1"))
        .withMessageStartingWith("role: not the ARN of a role");
  }

  @Test
  void role_otherPartitionThanTheRegion_isRefused() {
    assertThat(SessionPolicy.role(ROLE, "eu-west-1")).isEqualTo(ROLE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionPolicy.role(ROLE, "cn-north-1"))
        .withMessageContaining("aws-cn");
  }
}
