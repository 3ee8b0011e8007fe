package io.edgemint.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the list of codes in the guide against those in the sources. */
class ChecksGuideTest {
  private static final Pattern IN_SOURCE =
      Pattern.compile("\"([a-z]+(?:_[a-z]+)+|archived|blocked|inconclusive)\"");
  private static final Pattern IN_GUIDE =
      Pattern.compile("`([a-z]+(?:_[a-z]+)+|archived|blocked|inconclusive)`");

  @Test
  void guide_everyCodeOfTheSources_isListed() throws IOException {
    Set<String> listed = found(IN_GUIDE, Files.readString(Path.of("../docs/checks.md")));
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.list(Path.of("src/main/java/io/edgemint/probe"))) {
      for (Path file :
          files
              .filter(it -> it.toString().matches(".*(Checks|Diagnosis|Answers|Probe)\\.java"))
              .toList()) {
        used.addAll(found(IN_SOURCE, Files.readString(file)));
      }
    }

    assertThat(used).hasSizeGreaterThan(40);
    assertThat(listed).containsAll(used);
    listed.removeAll(used);
    assertThat(listed)
        .as("made up from the codes of outbound")
        .allMatch(it -> it.startsWith("host_"));
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
