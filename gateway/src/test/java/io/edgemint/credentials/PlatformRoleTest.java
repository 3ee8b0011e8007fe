package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.backend.OrgId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformRoleTest {
  private static final String START = "arn:aws:iam::111122223333:role/";

  @Test
  void arn_template_givesEachBackendItsOwn() {
    var role = new PlatformRole(START + "edgemint/binary_backend_{org}_{backend}");

    assertThat(role.arn(new OrgId("acme"), "prod"))
        .isEqualTo(START + "edgemint/binary_backend_acme_prod");
    assertThat(role.account()).isEqualTo("111122223333");
    assertThat(role.pattern()).isEqualTo(START + "edgemint/binary_backend_*_*");
    assertThat(role.covers(START + "edgemint/binary_backend_acme_prod")).isTrue();
    assertThat(role.covers(START + "binary_backend_acme_prod")).isFalse();
  }

  @Test
  void new_longestNamesOfTheSeeds_fitInIam() {
    var role = new PlatformRole(START + "binary_backend_{org}_{backend}");

    String name = RoleArn.name(role.arn(new OrgId("o".repeat(38)), "b".repeat(10)));
    assertThat(name).hasSize(64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PlatformRole(START + "binary_backends_{org}_{backend}"))
        .withMessageContaining("up to 65 characters");
  }

  @Test
  void new_noPlaceholder_isOneRoleForAll() {
    assertThat(new PlatformRole(START + "gateway").arn(new OrgId("acme"), "prod"))
        .isEqualTo(START + "gateway");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{backend}",
        "{org}{backend}",
        "{org}-{backend}",
        "{backend}x{org}",
        "{backend}_x"
      })
  void new_twoOrganisationsCouldGetOneRole_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PlatformRole(START + name))
        .withMessageContaining("write {org}_{backend}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{org}/{backend}", "{org}/x", "{org}_{org}", "x{backend}/{org}"})
  void new_placeholderInThePathOrTwice_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PlatformRole(START + name))
        .withMessageContaining("once each, in the name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "role", "arn:aws:iam::111122223333:user/{org}", "*{org}", "{tenant}"})
  void new_noArnOfARole_isRefused(String text) {
    String template = text.startsWith("arn") || text.isEmpty() ? text : START + text;
    String tried = text.equals("role") ? text : template;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PlatformRole(tried))
        .withMessageContaining("looks like");
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:iam::111122223333:role/a, /, a, aws",
    "arn:aws-cn:iam::111122223333:role/x/y/a, /x/y/, a, aws-cn"
  })
  void roleArn_parts_areRead(String arn, String path, String name, String partition) {
    assertThat(RoleArn.parse(arn)).isEqualTo(arn);
    assertThat(RoleArn.path(arn)).isEqualTo(path);
    assertThat(RoleArn.name(arn)).isEqualTo(name);
    assertThat(RoleArn.partition(arn)).isEqualTo(partition);
    assertThat(RoleArn.account(arn)).isEqualTo("111122223333");
  }
}
