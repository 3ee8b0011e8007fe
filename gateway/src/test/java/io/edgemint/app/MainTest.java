package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private @TempDir @Nullable Path folder;

  private int run(String... arguments) {
    return Main.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(Objects.requireNonNull(folder).resolve(name), text);
  }

  @Test
  void help_teachesEveryCommand() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains(
            "serve",
            "check-config",
            "apply",
            "backend",
            "key",
            "secrets",
            "explain",
            "platform",
            "token",
            "Exit codes");
  }

  @Test
  void settings_ofEveryCommandThatTakesThem_areOneOption() {
    List<String> without = new ArrayList<>();
    leaves(new CommandLine(Main.class))
        .forEach(
            command -> {
              OptionSpec option = command.getCommandSpec().findOption("--settings");
              if (option == null) {
                without.add(command.getCommandSpec().qualifiedName(" "));
              } else {
                assertThat(option.names()).contains("-s");
                assertThat(option.defaultValue()).isEqualTo("config/edgemint.yaml");
              }
            });
    assertThat(without)
        .containsExactlyInAnyOrder(
            "edgemint serve",
            "edgemint check-config",
            "edgemint secrets new-key",
            "edgemint token",
            "edgemint upload",
            "edgemint list",
            "edgemint delete",
            "edgemint deliver",
            "edgemint prepare",
            "edgemint help");
  }

  @Test
  void commands_oneIsNamed_isAloneAndAsAmongAll() {
    CommandLine all = Main.commands();
    assertThat(all.getSubcommands()).hasSizeGreaterThan(20);
    all.getSubcommands()
        .forEach(
            (name, expected) -> {
              CommandLine named = Main.commands(name, "--help");
              assertThat(named.getSubcommands().keySet())
                  .isEqualTo(name.equals("help") ? all.getSubcommands().keySet() : Set.of(name));
              CommandLine one = Objects.requireNonNull(named.getSubcommands().get(name));
              assertThat(one.getUsageMessage()).isEqualTo(expected.getUsageMessage());
              assertThat(leaves(one).map(CommandLine::getUsageMessage))
                  .containsExactlyElementsOf(
                      leaves(expected).map(CommandLine::getUsageMessage).toList());
            });
  }

  private static Stream<CommandLine> leaves(CommandLine command) {
    Collection<CommandLine> below = command.getSubcommands().values();
    return below.isEmpty() ? Stream.of(command) : below.stream().flatMap(MainTest::leaves);
  }

  @Test
  void unknownCommand_isAUsageErrorWithASuggestion() {
    assertThat(run("serv")).isEqualTo(2);
    assertThat(err.toString()).contains("serve");
  }

  @Test
  void checkConfig_goodFiles_exitsZero() {
    assertThat(run("check-config", "../config/edgemint.yaml")).isZero();
    assertThat(out.toString()).contains("good", "https://issuer.example.com");
  }

  @Test
  void checkConfig_badFile_exitsOneWithoutAStackTrace() throws IOException {
    Path file = file("edgemint.yaml", "edge: {port: nine}\nregistr: {}\n");
    assertThat(run("check-config", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("edge.port", "registr", "registry")
        .doesNotContain("\tat ", "Exception");
  }

  @Test
  void checkConfig_badOrg_namesItsProblems() throws IOException {
    Path org = file("acme.yaml", "org: ACME\nbackends: [{name: prod}]\n");
    assertThat(run("check-config", "../config/edgemint.yaml", org.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("org", "policy.entitlement", "bucket", "region");
  }

  @Test
  void checkConfig_missingFile_saysSo() {
    assertThat(run("check-config", "nowhere.yaml")).isEqualTo(1);
    assertThat(err.toString()).contains("nowhere.yaml", "no such file");
  }

  @Test
  void token_fromSecret_isPrinted() throws IOException {
    Path secret = file("secret", "0123456789abcdef0123456789abcdef");
    String[] arguments = {
      "token",
      "--hs256",
      "--key",
      secret.toString(),
      "--iss",
      "i",
      "--aud",
      "a",
      "--sub",
      "d",
      "--org",
      "acme",
      "--count",
      "3"
    };
    assertThat(run(arguments)).isZero();
    assertThat(out.toString().lines()).hasSize(3).allMatch(line -> line.split("\\.").length == 3);
  }

  @Test
  void token_badKey_exitsOneAndKeepsTheKeyToItself() throws IOException {
    Path key = file("key.pem", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----");
    assertThat(run("token", "--key", key.toString(), "--iss", "i", "--aud", "a", "--sub", "d"))
        .isEqualTo(1);
    assertThat(err.toString()).isNotBlank().doesNotContain("c2VjcmV0", "\tat ");
  }

  @Test
  void apply_thenBackend_refusesWhatIsNotThere() throws IOException {
    Path settings = file("edgemint.yaml", "signing: {provider: jdk}\n");
    Path org = file("acme.yaml", "org: acme\npolicy: {entitlement: [fw/]}\n");
    assertThat(run("apply", "-s", settings.toString(), org.toString())).isZero();
    assertThat(out.toString()).contains("acme: created");
    assertThat(run("apply", "-s", settings.toString(), org.toString())).isZero();
    assertThat(out.toString()).contains("acme: unchanged");
    assertThat(run("backend", "activate", "-s", settings.toString(), "acme", "prod")).isEqualTo(1);
    assertThat(err.toString()).contains("has no backend 'prod'").doesNotContain("\tat ");
    assertThat(run("backend", "validate", "-s", settings.toString(), "Acme", "prod")).isEqualTo(1);
  }

  @Test
  void platformSetup_registryWithARole_writesWhatThePlatformNeeds() throws IOException {
    Path settings =
        file(
            "edgemint.yaml",
            """
            signing: {provider: jdk}
            sessions:
              identity: arn:aws:iam::111122223333:role/edgemint
              platform_role: "arn:aws:iam::111122223333:role/binary_backend_{org}_{backend}"
            """);
    Path org = file("acme.yaml", org("acme"));
    assertThat(run("apply", "-s", settings.toString(), org.toString())).isZero();

    for (String format : List.of("terraform", "cli", "json")) {
      out.getBuffer().setLength(0);
      assertThat(run("platform", "setup", "--format", format, "-s", settings.toString())).isZero();
      assertThat(out.toString())
          .contains(
              "binary_backend_acme_prod",
              "arn:aws:iam::210987654321:role/firmware-acme",
              "arn:aws:iam::111122223333:role/edgemint");
    }
  }

  @Test
  void platformSetup_noIdentity_saysWhatToSet() throws IOException {
    Path settings = file("edgemint.yaml", "signing: {provider: jdk}\n");
    assertThat(run("platform", "setup", "-s", settings.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("sessions.identity").doesNotContain("\tat ");
  }

  @Test
  void platformSetup_help_teachesTheSteps() {
    assertThat(run("platform", "setup", "--help")).isZero();
    assertThat(out.toString()).contains("--format", "edgemint apply", "sessions.platform_role");
  }

  @Test
  void checkConfig_fourFifthsOfTheRoleQuota_warns() throws IOException {
    Path settings =
        file(
            "edgemint.yaml",
            """
            signing: {provider: jdk}
            sessions: {platform_role: "arn:aws:iam::111122223333:role/mid_{org}_{backend}"}
            """);
    Path orgs = Files.createDirectory(Objects.requireNonNull(folder).resolve("orgs"));
    for (int i = 0; i < 799; i++) {
      Files.writeString(orgs.resolve(i + ".yaml"), org("org" + i));
    }
    assertThat(run("check-config", settings.toString(), orgs.toString())).isZero();
    assertThat(out.toString()).doesNotContain("quota");

    Files.writeString(orgs.resolve("last.yaml"), org("last"));
    assertThat(run("check-config", settings.toString(), orgs.toString())).isZero();
    assertThat(out.toString()).contains("warning: 800 roles of the platform", "quota");
  }

  private static String org(String id) {
    return """
    org: %1$s
    policy: {entitlement: [fw/]}
    backends:
      - name: prod
        upload:
          s3:
            bucket: firmware
            region: eu-west-1
            credentials: {role: "arn:aws:iam::210987654321:role/firmware-%1$s"}
    """
        .formatted(id);
  }
}
