package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Does what {@code docs/devices.md} tells its readers: all shell blocks, pasted one after the other
 * into one shell that stops at the first failure, with the variables of the first block set to a
 * device of the sandbox. A block of text or JSON right below shows what a block prints; {@code ...}
 * in it is anything but a quote.
 */
class DevicesGuideIT extends InSandbox {
  private static final Path PAGE = Path.of("..", "docs", "devices.md");
  private static final String END_OF_BLOCK = "== end of block ==";
  private static final Firmware WANTED = Firmware.SMALL;

  static List<Tenant> tenants() {
    return Tenant.ALL;
  }

  /**
   * Lines to paste.
   *
   * @param prints what the page says that they print; null if it says nothing
   */
  private record Block(String lines, @Nullable String prints) {}

  @ParameterizedTest
  @MethodSource("tenants")
  void page_pastedByADeviceOfEachStorage_doesWhatItSays(Tenant tenant, @TempDir Path place)
      throws Exception {
    follow(place, variables(tenant));

    assertThat(Firmware.sha256(Files.readAllBytes(place.resolve("app.bin"))))
        .isEqualTo(WANTED.sha256(tenant.id()));
  }

  @ParameterizedTest
  @CsvSource({
    "SHA256, 0000000000000000000000000000000000000000000000000000000000000000",
    "TOKEN, none",
    "KEY, fw/none.bin"
  })
  void page_somethingWrong_isNoticed(String name, String value, @TempDir Path place) {
    Map<String, String> variables = new HashMap<>(variables(Tenant.ACME));
    variables.put(name, value);

    assertThatThrownBy(() -> follow(place, variables)).isInstanceOf(AssertionError.class);
  }

  @Test
  void page_firstBlock_setsTheVariablesOfAllOthers() throws IOException {
    List<String> names =
        blocks().getFirst().lines().lines().map(line -> line.replaceFirst("=.*", "")).toList();

    assertThat(names).containsExactlyInAnyOrderElementsOf(variables(Tenant.ACME).keySet());
  }

  /** The page is about keys of AWS, whose ids are longer than some of the sandbox's. */
  @ParameterizedTest
  @CsvSource({
    "globex, KGLOBEXSANDBOX, K2JCJMDEHXQW5F, 'CloudFront, ECDSA'",
    "acme, KACMESANDBOX, K2JCJMDEHXQW5F, 'CloudFront, RSA'",
    "initech, AKIAINITECHEXAMPLE, AKIAIOSFODNN7EXAMPLE, 'S3-compatible storage, with a key pair'"
  })
  void lengths_linksOfTheSandbox_areThoseOfTheTable(
      String org, String sandboxId, String awsId, String row) throws IOException {
    String answer =
        Viewer.send(
                "GET",
                running().edge() + "/v1/links/" + WANTED.path(),
                Map.of("Authorization", "Bearer " + token(org)))
            .text();
    String url = answer.substring(answer.indexOf("http"), answer.indexOf("\",\"method\""));
    String query = url.substring(url.indexOf('?')).replace(sandboxId, awsId);
    int stated = length(row);

    // One ECDSA signature of many is a little shorter.
    assertThat(query.length()).as(query).isBetween(stated - 4, stated);
  }

  private static int length(String row) throws IOException {
    String line =
        Files.readAllLines(PAGE).stream()
            .filter(candidate -> candidate.startsWith("| " + row))
            .findFirst()
            .orElseThrow();
    return Integer.parseInt(line.split("\\|", -1)[2].strip());
  }

  /** Pastes all blocks but the first, and compares what each prints. */
  private static void follow(Path place, Map<String, String> variables) throws Exception {
    List<Block> blocks = blocks();
    blocks.removeFirst();
    String script =
        blocks.stream()
            .map(block -> block.lines() + "\necho '" + END_OF_BLOCK + "'\n")
            .collect(Collectors.joining());
    ProcessBuilder builder = new ProcessBuilder("sh", "-eu", "-c", script);
    builder.directory(place.toFile()).redirectErrorStream(true).environment().putAll(variables);
    Process shell = builder.start();
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
    List<String> parts = Arrays.asList(printed.split(END_OF_BLOCK + "\n", -1));
    for (int i = 0; i < blocks.size(); i++) {
      assertThat(parts)
          .as("blocks that end well, before\n%s", blocks.get(i))
          .hasSizeGreaterThan(i + 1);
      String prints = blocks.get(i).prints();
      if (prints != null) {
        assertThat(parts.get(i).strip()).as(blocks.get(i).lines()).matches(pattern(prints));
      }
    }
    assertThat(shell.exitValue()).as(printed).isZero();
  }

  /** Dots stand for a value, and after a comma for members that are there once they are known. */
  private static Pattern pattern(String prints) {
    return Pattern.compile(
        Arrays.stream(prints.split(", \\.\\.\\.", -1))
            .map(DevicesGuideIT::values)
            .collect(Collectors.joining("[^}]*")));
  }

  private static String values(String prints) {
    return Arrays.stream(prints.split("\\.\\.\\.", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining("[^\"]*"));
  }

  private static List<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    Iterator<String> lines = Files.readAllLines(PAGE).iterator();
    boolean below = false;
    while (lines.hasNext()) {
      String line = lines.next();
      switch (line) {
        case "```sh" -> blocks.add(new Block(String.join("\n", fenced(lines)), null));
        case "```text" -> prints(blocks, below, String.join("\n", fenced(lines)));
        // Broken over several lines for the page alone.
        case "```json" ->
            prints(
                blocks,
                below,
                fenced(lines).stream().map(String::strip).collect(Collectors.joining()));
        default -> assertThat(line).as("a fence that is not known").doesNotStartWith("```");
      }
      below = line.equals("```sh") || (below && line.isBlank());
    }
    return blocks;
  }

  private static List<String> fenced(Iterator<String> lines) {
    List<String> inside = new ArrayList<>();
    for (String line = lines.next(); !line.equals("```"); line = lines.next()) {
      inside.add(line);
    }
    return inside;
  }

  private static void prints(List<Block> blocks, boolean below, String printed) {
    assertThat(below).as("right below a block of sh: %s", printed).isTrue();
    blocks.add(new Block(blocks.removeLast().lines(), printed));
  }

  private static Map<String, String> variables(Tenant tenant) {
    return Map.of(
        "EDGE", running().edge().toString(),
        "TOKEN", token(tenant.id()),
        "KEY", WANTED.path(),
        "SHA256", WANTED.sha256(tenant.id()));
  }

  private static String token(String org) {
    return Objects.requireNonNull(running().world().files().tokens().get(org + "-device"));
  }
}
