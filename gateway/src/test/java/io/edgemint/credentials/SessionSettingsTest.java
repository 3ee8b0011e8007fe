package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.backend.OrgId;
import java.time.Duration;
import java.util.Map;
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
        .isThrownBy(() -> new SessionSettings(null, Duration.ofSeconds(5), Map.of(ACME, id)))
        .withMessageStartingWith("external id of acme");
  }
}
