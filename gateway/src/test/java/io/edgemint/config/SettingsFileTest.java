package io.edgemint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsFileTest {
  @TempDir Path folder;

  @Test
  void read_everyKindOfValue_bringsItTyped() throws IOException {
    Files.writeString(folder.resolve("password.txt"), "s3cret\r\n");
    Server server =
        read(
            """
            name: edge-1
            port: 8080
            open: true
            patience: 15m
            body: 64KiB
            mode: very-strict
            data: edgemint.db
            hosts: [a.example, 1.10, no]
            tls:
              password: {file: password.txt}
            rules:
              - {prefix: fw/, rank: 1}
              - prefix: logs/
            """,
            Map.of());

    assertThat(server)
        .isEqualTo(
            new Server(
                "edge-1",
                8080,
                true,
                Duration.ofMinutes(15),
                65536,
                Mode.VERY_STRICT,
                folder.resolve("edgemint.db"),
                List.of("a.example", "1.10", "no"),
                Optional.of("s3cret"),
                List.of(new Rule("fw/", 1), new Rule("logs/", 7))));
  }

  @Test
  void read_emptyFile_bringsTheFallbacks() throws IOException {
    Server server = read("# nothing\n", Map.of());

    assertThat(server)
        .isEqualTo(
            new Server(
                "edge",
                80,
                false,
                Duration.ofSeconds(30),
                1024,
                Mode.LENIENT,
                folder.resolve("default.db"),
                List.of(),
                Optional.empty(),
                List.of()));
  }

  @Test
  void read_elevenMistakes_reportsAllElevenInTheOrderOfTheFile() {
    List<Problem> problems =
        problems(
            """
            nmae: edge-1
            port: 70000
            open: yes
            patience: 900
            body: 64kb
            mode: very-strct
            data:
            hosts: a.example
            tls:
              password: hunter2
            rules:
              - rank: 1
              - {prefix: /x, rank: 1}
            """,
            Map.of());

    assertThat(problems)
        .extracting(Problem::toString)
        .containsExactly(
            "nmae (line 1): is not a known setting; did you mean 'name'?",
            "port (line 2): must be a whole number from 0 to 65535 (given: a number of 5 digits)",
            "open (line 3): must be true or false (given: a text of 3 characters)",
            "patience (line 4): a duration is a whole number and its unit (ms, s, m, h or d), for"
                + " example 30s or 15m (given: a number of 3 digits)",
            "body (line 5): a size is a whole number and its unit (B, KiB, MiB or GiB), for example"
                + " 64KiB or 10MiB (given: a text of 4 characters)",
            "mode (line 6): must be one of lenient, very-strict; did you mean 'very-strict'?"
                + " (given: a text of 10 characters)",
            "data (line 7): is empty; give it a value or delete the line",
            "hosts (line 8): is a text of 9 characters; write a list: [one, two]",
            "tls.password (line 10): is written into the file; move it and write 'password: {file:"
                + " path}' or 'password: {env: NAME}'",
            "rules[0].prefix (line 12): is missing; add 'prefix: ...'",
            "rules[1] (line 13): a prefix does not begin with a slash");
  }

  @Test
  void read_missingFile_saysSo() {
    assertThatThrownBy(() -> SettingsFile.read(folder.resolve("none.yaml"), Map.of(), Server::read))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContaining("none.yaml has a problem:")
        .hasMessageContaining("there is no such file");
  }

  private Server read(String yaml, Map<String, String> environment) throws IOException {
    Path file = folder.resolve("settings.yaml");
    Files.writeString(file, yaml);
    return SettingsFile.read(file, environment, s -> Server.read(s).get());
  }

  private List<Problem> problems(String yaml, Map<String, String> environment) {
    return catchThrowableOfType(InvalidSettings.class, () -> read(yaml, environment)).problems();
  }

  enum Mode {
    LENIENT,
    VERY_STRICT
  }

  record Rule(String prefix, int rank) {
    Rule {
      if (prefix.startsWith("/")) {
        throw new IllegalArgumentException("a prefix does not begin with a slash");
      }
    }

    static Field<Rule> read(Section s) {
      Field<String> prefix = s.field("prefix", Function.identity());
      int rank = s.integer("rank", 7, 0, 9);
      return s.build(() -> new Rule(prefix.get(), rank));
    }
  }

  record Server(
      String name,
      int port,
      boolean open,
      Duration patience,
      long body,
      Mode mode,
      Path data,
      List<String> hosts,
      Optional<String> password,
      List<Rule> rules) {
    static Field<Server> read(Section s) {
      String name = s.string("name", "edge");
      int port = s.integer("port", 80, 0, 65535);
      boolean open = s.flag("open", false);
      Duration patience =
          s.duration("patience", Duration.ofSeconds(30), Duration.ZERO, Duration.ofHours(2));
      long body = s.bytes("body", 1024, 1, 1 << 20);
      Mode mode = s.oneOf("mode", Mode.LENIENT);
      Path data = s.file("data", "default.db");
      List<String> hosts = s.strings("hosts");
      Section tls = s.section("tls");
      Field<Optional<Secret>> password = tls.optionalSecret("password");
      List<Field<Rule>> rules = s.sections("rules").stream().map(Rule::read).toList();
      return s.build(
          () ->
              new Server(
                  name,
                  port,
                  open,
                  patience,
                  body,
                  mode,
                  data,
                  hosts,
                  password.get().map(p -> new String(p.bytes(), StandardCharsets.UTF_8)),
                  rules.stream().map(Field::get).toList()));
    }
  }
}
