package io.edgemint.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {
  private final List<Problem> problems = new ArrayList<>();

  @Test
  void read_scalars_stayAsTheyAreWritten() {
    Node.Mapping root =
        read(
            """
            version: 1.10
            octal: 0640
            hex: 0x1F
            grouped: 1_000
            norway: no
            time: 12:30:00
            date: 2026-11-20
            flag: TRUE
            quoted: "a: \\u00e4"
            blank: ""
            null_text: 'null'
            folded: >-
              one
              two
            nothing:
            tilde: ~
            """);

    assertThat(problems).isEmpty();
    assertThat(text(root, "version")).isEqualTo("1.10");
    assertThat(text(root, "octal")).isEqualTo("0640");
    assertThat(text(root, "hex")).isEqualTo("0x1F");
    assertThat(text(root, "grouped")).isEqualTo("1_000");
    assertThat(text(root, "norway")).isEqualTo("no");
    assertThat(text(root, "time")).isEqualTo("12:30:00");
    assertThat(text(root, "date")).isEqualTo("2026-11-20");
    assertThat(text(root, "flag")).isEqualTo("TRUE");
    assertThat(text(root, "quoted")).isEqualTo("a: ä");
    assertThat(text(root, "blank")).isEmpty();
    assertThat(text(root, "null_text")).isEqualTo("null");
    assertThat(text(root, "folded")).isEqualTo("one two");
    assertThat(root.entries().get("nothing")).isInstanceOf(Node.Nothing.class);
    assertThat(root.entries().get("tilde")).isInstanceOf(Node.Nothing.class);
  }

  @Test
  void read_entries_knowTheLineOfTheirNames() {
    Node.Mapping root = read("# first\nedge:\n\n  port: 1\nlist:\n  - a\n  -\n    b: 1\n");

    assertThat(root.entries().values()).extracting(Node::line).containsExactly(2, 5);
    assertThat(((Node.Mapping) entry(root, "edge")).entries().values())
        .extracting(Node::line)
        .containsExactly(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# only a comment\n", "---\n", "~\n"})
  void read_emptyFile_isAnEmptyMapping(String yaml) {
    assertThat(read(yaml).entries()).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void read_sameNameTwice_isAProblemForEach() {
    read("a: 1\nb:\n  c: 1\n  c: 2\na: 2\na: 3\n");

    assertProblems(
        "b.c (line 4): stands already in line 3; delete one of them",
        "a (line 5): stands already in line 1; delete one of them",
        "a (line 6): stands already in line 1; delete one of them");
  }

  @Test
  void read_severalDocuments_areAProblem() {
    read("a: 1\n---\nb: 1\n");

    assertProblems("line 3: a second document begins; put it into another file");
  }

  @Test
  void read_rootThatIsNoMapping_isAProblem() {
    refuse("- a\n- b\n");
    refuse("hunter2\n");

    assertProblems(
        "line 1: the file is a list; write 'name: value' lines",
        "line 1: the file is a text of 7 characters; write 'name: value' lines");
  }

  @Test
  void read_aliases_areRefusedAndNeverUnfolded() {
    var yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      yaml.append("a%d: &a%d [".formatted(i, i));
      yaml.append("*a%d, ".formatted(i - 1).repeat(10)).append("]\n");
    }
    read(yaml.toString());

    assertThat(problems).hasSize(90);
    assertThat(problems.getFirst())
        .hasToString("a1[0] (line 2): is an alias ('*name'); write the value itself");
  }

  @Test
  void read_tags_areRefused() {
    read("a: !!binary aGk=\nb: !x {c: 1}\nc: !!java.net.URL [x]\n");

    assertProblems(
        "a (line 1): has a tag ('!name'); delete the tag",
        "b (line 2): has a tag ('!name'); delete the tag",
        "c (line 3): has a tag ('!name'); delete the tag");
  }

  @Test
  void read_strangeName_isPrintedShortAndPlain() {
    read("\"a\\e[31m\\n\": *x\n? " + "b".repeat(1000) + "\n: *x\n");

    assertThat(problems).extracting(Problem::path).containsExactly("a?[31m?", "b".repeat(64));
  }

  @Test
  void read_depth_isLimited() {
    int inside = YamlReader.MAX_DEPTH - 2;
    read("a: " + "[".repeat(inside) + "x" + "]".repeat(inside));
    assertThat(problems).isEmpty();

    refuse("a: " + "[".repeat(inside + 1) + "x" + "]".repeat(inside + 1));
    assertProblems("line 1: more than 16 levels; flatten this part");
    problems.clear();
    refuse("a: " + "[".repeat(500_000));
    assertThat(problems).hasSize(1);
  }

  @Test
  void read_size_isLimited() {
    String most = "a: " + "x".repeat(YamlReader.MAX_BYTES - 4) + "\n";
    assertThat(text(read(most), "a")).hasSize(YamlReader.MAX_BYTES - 4);

    refuse(most + "\n");
    assertProblems("the file has 1048577 bytes; at most 1048576 are read");
  }

  @Test
  void read_otherEncoding_isAProblem() {
    assertThat(YamlReader.read(new byte[] {'a', ':', ' ', (byte) 0xE4}, problems)).isEmpty();

    assertProblems("the file is not UTF-8; save it in that encoding");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ok: 1\npassword: \"hunter2\n",
        "ok: 1\npassword: hunter2: x\n",
        "ok: 1\n\tpassword: hunter2\n",
        "ok: 1\npassword: {hunter2\n",
        "ok: 1\npassword: @hunter2\n",
        "ok: 1\n  password: hunter2\n",
        "ok: 1\n? [hunter2] : 1\n",
        "ok: 1\npassword: *hunter2\n",
        "ok: &hunter2 1\n*hunter2 : 1\n",
        "ok: 1\npassword: \"\\qhunter2\"\n"
      })
  void read_whatIsNoYaml_isAProblemThatQuotesNothing(String yaml) {
    YamlReader.read(yaml.getBytes(UTF_8), problems);

    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().message()).doesNotContain("hunter2");
    assertThat(problems.getFirst().line()).isPositive();
  }

  @Test
  void read_anyBytes_endsInNodesOrProblems() {
    String alphabet = "ab:- []{}&*!|>'\"%@`#,?\n\n  \t~=<";
    Seeded.run(
        5_000,
        random -> {
          problems.clear();
          boolean read =
              YamlReader.read(Seeded.string(random, alphabet, 0, 40).getBytes(UTF_8), problems)
                  .isPresent();
          assertThat(read || !problems.isEmpty()).isTrue();
        });
    Seeded.run(2_000, random -> YamlReader.read(Seeded.bytes(random, 0, 40), problems));
  }

  private Node.Mapping read(String yaml) {
    return YamlReader.read(yaml.getBytes(UTF_8), problems).orElseThrow();
  }

  private void refuse(String yaml) {
    assertThat(YamlReader.read(yaml.getBytes(UTF_8), problems)).isEmpty();
  }

  private void assertProblems(String... lines) {
    assertThat(problems).extracting(Problem::toString).containsExactly(lines);
  }

  private static Node entry(Node.Mapping mapping, String name) {
    Node node = mapping.entries().get(name);
    assertThat(node).isNotNull();
    return node == null ? mapping : node;
  }

  private static String text(Node.Mapping mapping, String name) {
    return ((Node.Text) entry(mapping, name)).text();
  }
}
