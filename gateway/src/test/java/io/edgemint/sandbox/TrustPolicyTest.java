package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustPolicyTest {
  private static final String ROLE = "arn:aws:iam::999999999999:role/middle";

  @ParameterizedTest
  @CsvSource({"acme, true", "ACME, false", "other, false", ", false"})
  void admits_externalId_asTheConditionSays(@Nullable String externalId, boolean admitted) {
    var policy = policy(Policies.trust(ROLE, "acme"));

    assertThat(policy.admits("999999999999", ROLE, externalId)).isEqualTo(admitted);
    assertThat(policy.admits("999999999999", ROLE + "2", externalId)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:iam::999999999999:role/middle, true",
    "arn:aws:iam::999999999999:root, true",
    "999999999999, true",
    "*, true",
    "arn:aws:iam::111111111111:root, false",
    "arn:aws:iam::999999999999:role/mid*, false",
  })
  void admits_principal_isTheCallerOrItsAccount(String principal, boolean admitted) {
    assertThat(policy(Policies.trust(principal)).admits("999999999999", ROLE, null))
        .isEqualTo(admitted);
  }

  @Test
  void admits_otherStatement_needsNoExternalIdOfTheFirst() {
    var policy =
        policy(
            """
            {"Statement": [
              {"Effect": "Allow", "Principal": {"AWS": ["a", "b"]}, "Action": "sts:AssumeRole",
               "Condition": {"StringEquals": {"sts:ExternalId": ["x", "y"]}}},
              {"Effect": "Allow", "Principal": {"AWS": "c"}, "Action": ["sts:AssumeRole"]},
              {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole",
               "Condition": {"StringEquals": {"sts:ExternalId": "bad"}}}]}
            """);

    assertThat(policy.admits("1", "b", "y")).isTrue();
    assertThat(policy.admits("1", "b", null)).isFalse();
    assertThat(policy.admits("1", "c", null)).isTrue();
    assertThat(policy.admits("1", "c", "bad")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "acme*, acme-2, true",
    "acme*, acm, false",
    "acme*, , false",
    "a.me, acme, false",
    "a?me, acme, true"
  })
  void admits_patternOfExternalIds_isNoMoreThanThat(
      String pattern, @Nullable String externalId, boolean admitted) {
    var policy = policy(Policies.trust(ROLE, pattern).replace("StringEquals", "StringLike"));

    assertThat(policy.admits("999999999999", ROLE, externalId)).isEqualTo(admitted);
  }

  @Test
  void admits_operatorThatIsNotKnown_isNoGuess() {
    var policy =
        policy(Policies.trust(ROLE, "acme").replace("StringEquals", "StringEqualsIgnoreCase"));

    assertThatThrownBy(() -> policy.admits("999999999999", ROLE, "acme"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("StringEqualsIgnoreCase");
  }

  @Test
  void principals_usersAndRoles_areNamed() {
    assertThat(policy(Policies.trust(ROLE)).principals()).containsExactly(ROLE);
    assertThat(policy(Policies.trust("arn:aws:iam::999999999999:root")).principals()).isEmpty();
  }

  private static TrustPolicy policy(String json) {
    return new TrustPolicy(new JsonObject(json));
  }
}
