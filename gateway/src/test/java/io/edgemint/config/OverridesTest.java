package io.edgemint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverridesTest {
  private static final String YAML =
      """
      edge:
        port: 1
        trusted_proxies: [10.0.0.0/8]
        tls:
          key: {file: absent.pem}
      """;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("settings.yaml"), YAML);
  }

  @Test
  void variable_ofASetting_standsBeforeTheFile() {
    assertThat(port(Map.of("EDGEMINT_EDGE__PORT", "9090"))).isEqualTo(9090);
    assertThat(port(Map.of())).isEqualTo(1);
  }

  @Test
  void variable_inAnAbsentSection_counts() {
    String host =
        SettingsFile.read(file, Map.of("EDGEMINT_A__B_C__D", "x"), s -> known(s, "a.b-c.d"));

    assertThat(host).isEqualTo("x");
  }

  @Test
  void variable_withABadValue_isAProblemOfItsOwnName() {
    assertProblems(
        Map.of("EDGEMINT_EDGE__PORT", "hunter2"),
        "EDGEMINT_EDGE__PORT: must be a whole number from 0 to 65535 (given: a text of 7"
            + " characters)");
  }

  @Test
  void variable_ofAListOrMapping_isAProblem() {
    assertProblems(
        Map.of("EDGEMINT_EDGE", "{}", "EDGEMINT_EDGE__TRUSTED_PROXIES", "10.0.0.0/8"),
        "EDGEMINT_EDGE: sets more than one value; set it in the file",
        "EDGEMINT_EDGE__TRUSTED_PROXIES: sets more than one value; set it in the file");
  }

  @Test
  void variable_ofNoSetting_isAProblemWithASuggestion() {
    assertProblems(
        Map.of("EDGEMINT_EDGE__PROT", "1", "EDGEMINT_EDGE_PORT", "1", "EDGEMINT_WHATEVER", "1"),
        "EDGEMINT_EDGE_PORT: sets nothing that exists; did you mean 'EDGEMINT_EDGE__PORT'?",
        "EDGEMINT_EDGE__PROT: sets nothing that exists; did you mean 'EDGEMINT_EDGE__PORT'?",
        "EDGEMINT_WHATEVER: sets nothing that exists; unset it, or write EDGEMINT_EDGE__PORT for"
            + " the setting edge.port");
  }

  @Test
  void variables_ofTheLauncherAndOfOthers_areLeftAlone() {
    assertThat(port(Map.of("EDGEMINT_JAVA", "x", "EDGEMINT_JAVA_OPTS", "-Xmx1g", "EDGEMINT", "y")))
        .isEqualTo(1);
  }

  @Test
  void readWithoutOverrides_variables_changeNothing() {
    Map<String, String> environment = Map.of("EDGEMINT_EDGE__PORT", "9090", "EDGEMINT_X", "1");

    assertThat(SettingsFile.readWithoutOverrides(file, environment, OverridesTest::read))
        .isEqualTo(1);
  }

  @Test
  void secret_fromAVariableUnderOurPrefix_isNoMistake() throws IOException {
    Files.writeString(file, "password: {env: EDGEMINT_DB_PASSWORD}\n");

    byte[] secret =
        SettingsFile.read(
            file,
            Map.of("EDGEMINT_DB_PASSWORD", "s3cret"),
            s -> s.secret("password").get().bytes());

    assertThat(secret).asString(StandardCharsets.UTF_8).isEqualTo("s3cret");
  }

  @Test
  void secret_whosePlaceIsOverridden_isReadFromThere() throws IOException {
    Files.writeString(folder.resolve("other.pem"), "pem");

    String secret =
        SettingsFile.read(
            file,
            Map.of("EDGEMINT_EDGE__TLS__KEY__FILE", "other.pem"),
            s -> {
              read(s);
              return new String(s.section("edge").section("tls").secret("key").get().chars());
            });

    assertThat(secret).isEqualTo("pem");
  }

  private int port(Map<String, String> environment) {
    return SettingsFile.read(file, environment, OverridesTest::read);
  }

  private void assertProblems(Map<String, String> environment, String... lines) {
    InvalidSettings refused =
        catchThrowableOfType(
            InvalidSettings.class, () -> SettingsFile.read(file, environment, OverridesTest::read));
    assertThat(refused.problems()).extracting(Problem::toString).containsExactly(lines);
  }

  private static int read(Section s) {
    Section edge = s.section("edge");
    List<String> proxies = edge.strings("trusted_proxies");
    boolean tls = edge.section("tls").section("key").has("file");
    return edge.integer("port", proxies.size() + (tls ? 1 : 0), 0, 65535);
  }

  /** Reads the settings of the file, and one more at a path of its own. */
  private static String known(Section root, String path) {
    read(root);
    List<String> names = List.of(path.split("\\.", -1));
    Section section = root;
    for (String name : names.subList(0, names.size() - 1)) {
      section = section.section(name);
    }
    return section.string(names.getLast(), "");
  }
}
