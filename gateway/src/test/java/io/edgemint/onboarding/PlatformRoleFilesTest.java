package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.config.InvalidSettings;
import io.edgemint.config.SettingsFile;
import io.edgemint.credentials.PlatformRole;
import io.edgemint.credentials.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an organisation's file may say of roles once the platform has a rule for them. */
class PlatformRoleFilesTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final String OWN = "arn:aws:iam::111122223333:role/binary_backend_acme_prod";
  private static final SessionSettings SETTINGS =
      new SessionSettings(
          null,
          Duration.ofSeconds(5),
          100,
          1,
          Map.of(),
          null,
          new PlatformRole("arn:aws:iam::111122223333:role/binary_backend_{org}_{backend}"));

  private @TempDir @Nullable Path folder;

  private Role read(SessionSettings settings, String credentials) throws IOException {
    Path at = Objects.requireNonNull(folder);
    Path file =
        Files.writeString(
            at.resolve("s3.yaml"),
            "{bucket: acme-fw, region: eu-west-1, credentials: {" + credentials + "}}");
    var reader = new S3Reader(VaultSecrets.in(at.resolve("key")), host -> false, settings);
    S3Storage storage =
        SettingsFile.readWithoutOverrides(
            file, Map.of(), root -> reader.read(root, ACME, "prod", false).get());
    return (Role) storage.credentials();
  }

  @Test
  void via_absent_isWhatTheTemplateGives() throws IOException {
    assertThat(read(SETTINGS, "role: 'arn:aws:iam::210987654321:role/fw'").via()).isEqualTo(OWN);
  }

  @Test
  void via_same_isTaken() throws IOException {
    assertThat(
            read(SETTINGS, "role: 'arn:aws:iam::210987654321:role/fw', via: '" + OWN + "'").via())
        .isEqualTo(OWN);
  }

  @Test
  void via_roleOfAnotherOrganisation_isRefusedWithTheFix() {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(
            () ->
                read(
                    SETTINGS,
                    "role: 'arn:aws:iam::210987654321:role/fw',"
                        + " via: 'arn:aws:iam::111122223333:role/binary_backend_zeta_prod'"))
        .withMessageContaining("via: ")
        .withMessageContaining(OWN)
        .withMessageContaining("delete the line");
  }

  @Test
  void role_ofThePlatformsOwnAccount_isRefused() {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> read(SETTINGS, "role: 'arn:aws:iam::111122223333:role/other'"))
        .withMessageContaining("platform's own account");
  }

  @Test
  void via_noTemplate_isTheFilesOwnWord() throws IOException {
    String role = "role: 'arn:aws:iam::210987654321:role/fw'";
    assertThat(read(SessionSettings.DEFAULT, role).via()).isNull();
    assertThat(read(SessionSettings.DEFAULT, role + ", via: '" + OWN + "'").via()).isEqualTo(OWN);
  }
}
