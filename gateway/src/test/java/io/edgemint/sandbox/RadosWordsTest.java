package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RadosWordsTest {
  @Test
  void of_namesOfRoles_haveNoUnderscore() {
    assertThat(
            RadosWords.of(
                Map.of(
                    "RoleName", "binary_backend_acme_prod",
                    "RoleArn", "arn:aws:iam::999999999999:role/binary_backend_acme_prod",
                    "RoleSessionName", "a_b")))
        .containsOnly(
            Map.entry("RoleName", "binary=backend=acme=prod"),
            Map.entry("RoleArn", "arn:aws:iam::999999999999:role/binary=backend=acme=prod"),
            Map.entry("RoleSessionName", "a_b"));
  }

  @Test
  void of_trustPolicy_losesTheExternalIdAlone() {
    String trust =
        Policies.trust("arn:aws:iam::999999999999:role/a_b", "acme")
            .replace(
                "\"StringEquals\"", "\"Bool\": {\"aws:SecureTransport\": true}, \"StringEquals\"");

    assertThat(words("AssumeRolePolicyDocument", trust))
        .isEqualTo(
            new JsonObject(
                """
                {"Version": "2012-10-17",
                 "Statement": [{"Effect": "Allow",
                                "Principal": {"AWS": ["arn:aws:iam::999999999999:role/a=b"]},
                                "Action": "sts:AssumeRole",
                                "Condition": {"Bool": {"aws:SecureTransport": true}}}]}
                """));
  }

  @Test
  void of_permissions_keepWhatIsAboutObjects() {
    assertThat(
            words(
                "Policy",
                """
                {"Statement": [
                  {"Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*"},
                  {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
                  {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}]}
                """))
        .isEqualTo(
            new JsonObject(
                """
                {"Statement": [
                  {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"},
                  {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}]}
                """));
  }

  @Test
  void of_permissionsOfWhichNothingIsLeft_allowNothing() {
    assertThat(words("Policy", Policies.assume("arn:aws:iam::999999999999:role/a")))
        .isEqualTo(
            new JsonObject(
                """
                {"Version": "2012-10-17",
                 "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
                                "Resource": "arn:aws:s3:::nothing"}]}
                """));
  }

  @Test
  void of_patternsInConditions_needNotTurnBack() {
    assertThat(
            words(
                "Policy",
                """
                {"Statement": [
                  {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*",
                   "Condition": {"StringLike": {"s3:prefix": "a/*"},
                                 "StringLikeIfExists": {"s3:prefix": "a/*bc*"}}}]}
                """))
        .isEqualTo(
            new JsonObject(
                """
                {"Statement": [
                  {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "*",
                   "Condition": {"StringLike": {"s3:prefix": ["a/*"]},
                                 "StringLikeIfExists": {"s3:prefix": ["a/*b*c*"]}}}]}
                """));
  }

  private static JsonObject words(String parameter, String policy) {
    return new JsonObject(RadosWords.of(Map.of(parameter, policy)).get(parameter));
  }
}
