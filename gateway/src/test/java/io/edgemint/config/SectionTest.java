package io.edgemint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SectionTest {
  @TempDir Path folder;

  @Test
  void field_present_isParsed() {
    assertThatObject(read("ttl: 5", s -> s.field("ttl", Integer::valueOf).get())).isEqualTo(5);
  }

  @Test
  void field_absent_isAProblem() {
    assertProblems(
        "edge: {}", s -> edge(s, "host"), "edge.host (line 1): is missing; add 'host: ...'");
    assertProblems("", s -> edge(s, "host"), "edge.host: is missing; add 'host: ...'");
  }

  @Test
  void field_parserThatRefuses_isAProblemWithTheShapeAlone() {
    assertProblems(
        "ttl: hunter2",
        s -> s.field("ttl", text -> refuse("must be blue")),
        "ttl (line 1): must be blue (given: a text of 7 characters)");
    assertProblems(
        "ttl: 12345",
        s -> s.field("ttl", text -> refuse("must be blue")),
        "ttl (line 1): must be blue (given: a number of 5 digits)");
    assertProblems(
        "ttl: ''",
        s -> s.field("ttl", text -> refuse("must be blue")),
        "ttl (line 1): must be blue (given: an empty text)");
  }

  @Test
  void optional_absentOrPresent_isEmptyOrParsed() {
    assertThatObject(read("", s -> s.optional("ttl", Integer::valueOf).get()))
        .isEqualTo(Optional.empty());
    assertThatObject(read("ttl: 7", s -> s.optional("ttl", Integer::valueOf).get()))
        .isEqualTo(Optional.of(7));
  }

  @Test
  void scalar_valueOfAnotherKind_isAProblem() {
    assertProblems(
        "a: [1]\nb: {c: 1}\nd:\n",
        s -> List.of(s.string("a", ""), s.string("b", ""), s.string("d", "")),
        "a (line 1): is a list; write one value: 'a: ...'",
        "b (line 2): is a mapping; write one value: 'b: ...'",
        "d (line 3): is empty; give it a value or delete the line");
  }

  @Test
  void numbers_atTheirLimits_areTakenAndBeyondRefused() {
    for (int good : new int[] {-5, 0, 70}) {
      assertThatObject(read("n: " + good, s -> s.integer("n", 1, -5, 70))).isEqualTo(good);
    }
    for (String bad : List.of("-6", "71", "1.0", "0x1", "9999999999", "1e1", "' 1'")) {
      assertThat(problems("n: " + bad, s -> s.integer("n", 1, -5, 70)))
          .singleElement()
          .extracting(Problem::message)
          .asString()
          .startsWith("must be a whole number from -5 to 70");
    }
  }

  @Test
  void sizesAndDurations_beyondTheirLimits_nameThemInUnits() {
    assertProblems(
        "size: 2MiB\ntime: 8d\n",
        s ->
            List.of(
                s.bytes("size", 1, 1024, 1 << 20),
                s.duration(
                    "time", Units.duration("1d"), Units.duration("1s"), Units.duration("7d"))),
        "size (line 1): must be from 1KiB to 1MiB, but is 2MiB (given: a text of 4 characters)",
        "time (line 2): must be from 1s to 7d, but is 8d (given: a text of 2 characters)");
    assertThatObject(read("size: 1MiB", s -> s.bytes("size", 1, 1024, 1 << 20)))
        .isEqualTo(1L << 20);
    assertThatObject(read("size: 1KiB", s -> s.bytes("size", 1, 1024, 1 << 20)))
        .isEqualTo(1L << 10);
  }

  @Test
  void sizesAndDurations_belowTheirLimits_areRefused() {
    assertProblems(
        "size: 1023B\ntime: 999ms\n",
        s ->
            List.of(
                s.bytes("size", 2048, 1024, 1 << 20),
                s.duration(
                    "time", Units.duration("1d"), Units.duration("1s"), Units.duration("7d"))),
        "size (line 1): must be from 1KiB to 1MiB, but is 1023B (given: a text of 5 characters)",
        "time (line 2): must be from 1s to 7d, but is 999ms (given: a text of 5 characters)");
  }

  @Test
  void list_items_areParsedEachWithItsPath() {
    assertThatObject(read("n: [1, 2]", s -> s.list("n", Integer::valueOf).get()))
        .isEqualTo(List.of(1, 2));
    assertThatObject(read("", s -> s.list("n", Integer::valueOf).get())).isEqualTo(List.of());
    assertThatObject(read("n:\n", s -> s.list("n", Integer::valueOf).get())).isEqualTo(List.of());
    assertProblems(
        "n:\n- 1\n- {a: 1}\n- x\n-\n",
        s -> s.list("n", text -> text.equals("1") ? 1 : refuse("must be 1")),
        "n[1] (line 3): is a mapping; write a text",
        "n[2] (line 4): must be 1 (given: a text of 1 character)",
        "n[3] (line 5): is empty; write a text");
    assertProblems(
        "n: {a: 1}",
        s -> s.list("n", Integer::valueOf),
        "n (line 1): is a mapping; begin each item with '- '");
  }

  @Test
  void sections_ofAnotherKind_areProblems() {
    assertProblems(
        "a: 1\nb: [1]\nc: [x, {d: 1}]\n",
        s ->
            List.of(
                s.section("a"), s.section("b"), s.sections("c").getLast().integer("d", 0, 0, 9)),
        "a (line 1): is a number of 1 digit; write 'name: value' lines, indented below it",
        "b (line 2): is a list; write 'name: value' lines, indented below it",
        "c[0] (line 3): is a text of 1 character; write 'name: value' lines, indented below it");
  }

  @Test
  void unknownNames_inEverySectionThatWasRead_areProblems() {
    assertProblems(
        "edge: {prot: 1}\nlist: [{nmae: x}]\nother: {x: 1}\n",
        s ->
            List.of(
                s.section("edge").integer("port", 1, 0, 9),
                s.sections("list").getFirst().string("name", "")),
        "edge.prot (line 1): is not a known setting; did you mean 'port'?",
        "list[0].nmae (line 2): is not a known setting; did you mean 'name'?",
        "other (line 3): is not a known setting; delete it or use one of: edge, list");
  }

  @Test
  void section_readTwice_knowsTheNamesOfBothReaders() {
    assertThatObject(
            read(
                "edge: {a: 1, b: 2}",
                s ->
                    s.section("edge").integer("a", 0, 0, 9)
                        + s.section("edge").integer("b", 0, 0, 9)))
        .isEqualTo(3);
  }

  @Test
  void problem_seenByTwoReaders_isReportedOnce() {
    assertProblems(
        "edge: 1",
        s -> List.of(s.section("edge"), s.section("edge")),
        "edge (line 1): is a number of 1 digit; write 'name: value' lines, indented below it");
  }

  @Test
  void has_whatIsSet_isTrue() {
    Map<String, String> environment = Map.of("EDGEMINT_D__E", "1", "EDGEMINT_F", "1");
    String found =
        read(
            "a: 1\nb:\n",
            environment,
            s -> {
              String has = "";
              for (String name : List.of("a", "b", "c", "d", "f")) {
                has += s.has(name) ? name : "";
              }
              return has + s.section("d").string("e", "") + s.string("f", "");
            });

    assertThat(found).isEqualTo("adf11");
  }

  @Test
  void build_problemInAField_endsItQuietly() {
    assertProblems(
        "a: x\n",
        s -> {
          Field<Integer> a = s.field("a", text -> refuse("must be 1"));
          return s.build(() -> a.get() + 1);
        },
        "a (line 1): must be 1 (given: a text of 1 character)");
  }

  @Test
  void build_recordThatRefuses_isAProblemOfTheSection() {
    assertProblems(
        "edge:\n  a: 1\n",
        s -> {
          Section edge = s.section("edge");
          Field<Integer> a = edge.field("a", Integer::valueOf);
          return edge.build(() -> refuse("a and b go together, but a is " + a.get()));
        },
        "edge (line 1): a and b go together, but a is 1");
  }

  @Test
  void problem_ofTheReader_isReportedAtTheName() {
    assertProblems(
        "a: 1\nb: 2\n",
        s -> {
          s.problem("b", "goes without a");
          s.problem("c", "is wanted with a");
          return s.integer("a", 0, 0, 9);
        },
        "c (line 1): is wanted with a",
        "b (line 2): goes without a");
  }

  @Test
  void words_areTheConstantsInLowerCase() {
    assertThatObject(read("mode: pay-as-you-go", s -> s.word("mode", Plan.class).get()))
        .isEqualTo(Plan.PAY_AS_YOU_GO);
    assertProblems(
        "mode: FREE",
        s -> s.word("mode", Plan.class),
        "mode (line 1): must be one of free, pay-as-you-go; did you mean 'free'? (given: a text of"
            + " 4 characters)");
  }

  @Test
  void file_relativeOrNot_isFoundFromTheSettingsFile() {
    assertThatObject(read("a: data/x.db", s -> s.file("a").get()))
        .isEqualTo(folder.resolve("data/x.db"));
    assertThatObject(read("a: /var/x.db", s -> s.file("a").get())).isEqualTo(Path.of("/var/x.db"));
    assertThatObject(read("", s -> s.file("a", "y.db"))).isEqualTo(folder.resolve("y.db"));
    assertProblems(
        "a: \"x\\0y\"",
        s -> s.file("a"),
        "a (line 1): is no file name on this system (given: a text of 3 characters)");
  }

  @Test
  void read_readerThatUsesAProblemTooEarly_stillReportsIt() {
    assertProblems("", s -> s.field("a", Integer::valueOf).get(), "a: is missing; add 'a: ...'");
    assertThatThrownBy(() -> read("", s -> Field.unusable().get()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void invalidSettings_listsAllProblemsOneALine() {
    InvalidSettings two =
        catchThrowableOfType(
            InvalidSettings.class, () -> read("x: 1\ny: 1\n", s -> s.integer("n", 0, 0, 1)));
    assertThat(two)
        .hasMessage(
            folder.resolve("settings.yaml")
                + " has 2 problems:\n"
                + "  x (line 1): is not a known setting; did you mean 'n'?\n"
                + "  y (line 2): is not a known setting; did you mean 'n'?");
    String many = "- x\n".repeat(150);
    assertThatThrownBy(() -> read("n:\n" + many, s -> s.list("n", text -> refuse("no"))))
        .hasMessageContaining(" has 150 problems:")
        .hasMessageContaining("n[99]")
        .hasMessageNotContaining("n[100]")
        .hasMessageEndingWith("\n  and 50 more");
  }

  private <T> T read(String yaml, Function<Section, T> reader) {
    return read(yaml, Map.of(), reader);
  }

  private <T> T read(String yaml, Map<String, String> environment, Function<Section, T> reader) {
    Path file = folder.resolve("settings.yaml");
    try {
      Files.writeString(file, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return SettingsFile.read(file, environment, reader);
  }

  private <T> List<Problem> problems(String yaml, Function<Section, T> reader) {
    return Optional.ofNullable(
            catchThrowableOfType(InvalidSettings.class, () -> read(yaml, reader)))
        .map(InvalidSettings::problems)
        .orElse(List.of());
  }

  private <T> void assertProblems(String yaml, Function<Section, T> reader, String... lines) {
    assertThat(problems(yaml, reader)).extracting(Problem::toString).containsExactly(lines);
  }

  private static Field<String> edge(Section root, String name) {
    return root.section("edge").field(name, text -> text);
  }

  private static int refuse(String message) {
    throw new IllegalArgumentException(message);
  }

  enum Plan {
    FREE,
    PAY_AS_YOU_GO
  }
}
