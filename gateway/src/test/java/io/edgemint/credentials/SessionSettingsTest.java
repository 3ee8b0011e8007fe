package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.backend.OrgId;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSettingsTest {
  private static final OrgId ACME = new OrgId("acme");

  @Test
  void externalId_nothingIssued_isTheOrgItself() {
    assertThat(SessionSettings.DEFAULT.externalId(ACME)).isEqualTo("acme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "with space", "ä4711", "quote\""})
  void new_externalIdThatAwsRefuses_isRefused(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(Map.of(ACME, id), null, null))
        .withMessageStartingWith("external id of acme");
  }

  @Test
  void new_gatewaysRoleInAnotherAccountThanThePlatforms_isRefused() {
    var platform = new PlatformRole("arn:aws:iam::111122223333:role/mid_{org}");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(Map.of(), "arn:aws:iam::444455556666:role/gateway", platform))
        .withMessageContaining("different accounts");
    assertThat(settings(Map.of(), "arn:aws:iam::111122223333:role/gateway", platform).account())
        .isEqualTo("111122223333");
    assertThat(settings(Map.of(), "arn:aws:iam::111122223333:role/gateway", null).account())
        .isEqualTo("111122223333");
    assertThat(SessionSettings.DEFAULT.account()).isNull();
  }

  private static SessionSettings settings(
      Map<OrgId, String> externalIds, @Nullable String identity, @Nullable PlatformRole platform) {
    return new SessionSettings(
        null, Duration.ofSeconds(5), 100, 1, externalIds, identity, platform);
  }
}
