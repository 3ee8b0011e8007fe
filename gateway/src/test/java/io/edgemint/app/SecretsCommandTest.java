package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator changes, loses and mistakes key-encryption keys. */
class SecretsCommandTest {
  private static final String FIRST = "{key_file: data/kek-1.key}";
  private static final String BOTH = "{key_file: kek-2.key, previous_key_files: [data/kek-1.key]}";

  @TempDir Path folder;
  private Path org;

  @BeforeEach
  void applyOrganisation() throws IOException {
    Files.writeString(folder.resolve("s3"), "the-secret-of-acme");
    org =
        Files.writeString(
            folder.resolve("acme.yaml"),
            """
            org: acme
            policy: {entitlement: [fw/]}
            backends:
              - name: prod
                upload:
                  s3:
                    bucket: firmware
                    region: eu-west-1
                    endpoint: https://s3.test
                    credentials: {static: {access_key_id: AKIDEXAMPLE, secret_access_key: {file: s3}}}
            """);
    settings(FIRST);
    assertThat(run(0, "apply", "-s", settings(), org.toString())).contains("acme: created");
  }

  private String settings() {
    return folder.resolve("edgemint.yaml").toString();
  }

  private void settings(String secrets) throws IOException {
    Files.writeString(
        folder.resolve("edgemint.yaml"),
        "signing: {provider: jdk}\nedge: {port: 0}\nadmin: {port: 0}\nsecrets: " + secrets + "\n");
  }

  private static String run(int status, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(arguments, out, out)).as(said.toString()).isEqualTo(status);
    assertThat(said.toString()).doesNotContain("\tat ", "Exception", "the-secret-of-acme");
    return said.toString();
  }

  private String secrets(int status, String command, String... more) {
    Stream<String> named = Stream.of("secrets", command, "-s", settings());
    return run(status, Stream.concat(named, Stream.of(more)).toArray(String[]::new));
  }

  private String newKey(String name) {
    String said = run(0, "secrets", "new-key", folder.resolve(name).toString());
    return said.replaceFirst("(?s).*key ([0-9a-f]{16}).*", "$1");
  }

  @Test
  void rotation_asWritten_leavesTheOldKeySpare() throws IOException {
    assertThat(secrets(0, "status")).contains("1 secrets  seals").doesNotContain("spare");
    String fresh = newKey("kek-2.key");
    assertThat(run(1, "secrets", "new-key", folder.resolve("kek-2.key").toString()))
        .contains("never overwritten");

    settings("{key_file: data/kek-1.key, previous_key_files: [kek-2.key]}");
    assertThat(secrets(0, "status")).contains(fresh, "No secret of the registry needs");
    assertThat(run(0, "check-config", settings())).contains("kek-2.key (only opens)");

    settings(BOTH);
    assertThat(secrets(0, "status")).contains("is needed; 'edgemint secrets rewrap'");
    assertThat(secrets(0, "rewrap", "--dry-run"))
        .contains("Would re-wrap: 1 secrets of 1 organisations", "Nothing was written");
    assertThat(secrets(0, "status")).contains("is needed");
    assertThat(secrets(0, "rewrap"))
        .contains("Re-wrapped: 1 secrets of 1 organisations", "backups of the registry");
    assertThat(secrets(0, "rewrap")).contains("Re-wrapped: 0 secrets");
    assertThat(run(0, "audit", "list", "-s", settings()))
        .contains(" command line (%s) re-wrap secrets ".formatted(System.getProperty("user.name")));

    settings("{key_file: kek-2.key}");
    assertThat(secrets(0, "status")).contains(fresh, "1 secrets  seals");
    assertThat(run(0, "apply", "-s", settings(), org.toString()))
        .as("the secret is still the one of the file")
        .contains("acme: unchanged");
  }

  @Test
  void everyCommand_keyFileGone_saysSoAndMakesNone() throws IOException {
    Path key = folder.resolve("data/kek-1.key");
    Path backup = Files.move(key, folder.resolve("backup"));

    for (String said :
        new String[] {
          run(1, "serve", settings()),
          secrets(1, "status"),
          run(1, "apply", "-s", settings(), org.toString())
        }) {
      assertThat(said)
          .contains(
              key + " is not there, but the registry holds 1 secrets",
              "No key was made",
              "from a backup",
              "edgemint secrets new-key");
    }
    assertThat(key).doesNotExist();
    assertThat(run(0, "check-config", settings())).contains("not there");

    Files.move(backup, key);
    assertThat(secrets(0, "status")).contains("1 secrets  seals");
  }

  @Test
  void serve_keyFileGoneAndRegistryDown_namesBoth() throws IOException {
    Path key = folder.resolve("data/kek-1.key");
    Files.delete(key);
    Files.writeString(
        folder.resolve("edgemint.yaml"),
        "signing: {provider: jdk}\nsecrets: "
            + FIRST
            + "\nregistry: {postgresql: {host: 127.0.0.1, port: 1}}\n");

    assertThat(run(1, "serve", settings()))
        .contains("secrets.key_file: " + key, "PostgreSQL edgemint at 127.0.0.1:1", "backup");
    assertThat(key).doesNotExist();
  }

  @Test
  void wrongKey_isToldAtStartAndCuredByApply() throws IOException {
    String right = secrets(0, "status").substring(0, 16);
    Files.delete(folder.resolve("data/kek-1.key"));
    String wrong = newKey("data/kek-1.key");

    assertThat(run(1, "serve", settings()))
        .contains(
            "none of the registry's 1 sealed secrets can be opened",
            right,
            wrong + " in " + folder.resolve("data/kek-1.key"));
    assertThat(secrets(1, "status")).contains(right, "NOT HERE, needed by acme");
    assertThat(secrets(1, "rewrap"))
        .contains("left as it is: s3-secret-key of acme/prod", "put that key file back");
    assertThat(secrets(1, "rewrap", "--dry-run")).contains("left as it is");

    assertThat(run(0, "apply", "-s", settings(), org.toString()))
        .contains("warning: none of the registry's 1 sealed secrets can be opened");
    // Set again for upload and download, each by itself.
    assertThat(secrets(0, "status")).contains(wrong, "2 secrets  seals");
  }

  @Test
  void checkConfig_badKeyFiles_reportsThemTogether() throws IOException {
    Files.writeString(folder.resolve("broken"), "no key");
    settings("{key_file: data/kek-1.key, previous_key_files: [data/kek-1.key, missing, broken]}");

    assertThat(run(1, "check-config", settings()))
        .contains("name each key once", "missing is not there", "broken holds");
  }

  @Test
  void rewrap_rateOfNothing_isRefused() throws IOException {
    assertThat(secrets(1, "rewrap", "--rate", "0")).contains("--rate is at least 1");
  }
}
