package io.edgemint.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs scripts of set-up in bash, with a stand-in for the AWS CLI that writes down its calls. */
final class AwsStub {
  private final Path folder;

  AwsStub(Path folder) throws IOException {
    this.folder = folder;
    try (var stub = AwsStub.class.getResourceAsStream("aws-stub.sh")) {
      Files.write(folder.resolve("aws"), stub.readAllBytes());
    }
    assertThat(folder.resolve("aws").toFile().setExecutable(true)).isTrue();
  }

  /** What the stand-in prints when it is called so, as {@code iam.get-role}. */
  AwsStub answers(String call, String text) throws IOException {
    Files.writeString(folder.resolve(call), text);
    return this;
  }

  /** The code of the error that a call ends with. */
  AwsStub fails(String call, String code) throws IOException {
    return answers(call + ".error", code);
  }

  /**
   * What a run came to.
   *
   * @param status the exit code
   * @param output what was printed to send back
   * @param errors what was told
   * @param calls the words of each call of the AWS CLI
   */
  record Run(int status, String output, String errors, List<List<String>> calls) {
    /** The words of the one call that begins so. */
    List<String> call(String service, String name) {
      List<List<String>> found = calls(service, name);
      assertThat(found).as(service + " " + name).hasSize(1);
      return found.get(0);
    }

    List<List<String>> calls(String service, String name) {
      return calls.stream().filter(it -> it.subList(0, 2).equals(List.of(service, name))).toList();
    }

    /** The value of an option in the one call that begins so. */
    String option(String service, String name, String option) {
      List<String> words = call(service, name);
      assertThat(words).contains(option);
      return words.get(words.indexOf(option) + 1);
    }

    JsonObject json(String service, String name, String option) {
      return new JsonObject(option(service, name, option));
    }
  }

  /** Whether the tool is there that scripts mix documents with. */
  boolean hasJq() throws Exception {
    return bash(List.of("bash", "-c", "command -v jq")) == 0;
  }

  /** Runs a script, first without effect, which finds what bash cannot read. */
  Run run(String script, String... arguments) throws Exception {
    Path file = Files.writeString(folder.resolve("setup.sh"), script);
    Files.deleteIfExists(folder.resolve("calls"));
    assertThat(bash(List.of("bash", "-n", file.toString()))).isZero();
    List<String> words = new ArrayList<>(List.of("bash", file.toString()));
    words.addAll(List.of(arguments));
    int status = bash(words);
    return new Run(
        status,
        Files.readString(folder.resolve("output")),
        Files.readString(folder.resolve("errors")),
        calls());
  }

  private int bash(List<String> words) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(words);
    Map<String, String> environment = builder.environment();
    environment.put("PATH", folder + ":" + environment.get("PATH"));
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectOutput(folder.resolve("output").toFile());
    builder.redirectError(folder.resolve("errors").toFile());
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private List<List<String>> calls() throws IOException {
    Path file = folder.resolve("calls");
    if (!Files.exists(file)) {
      return List.of();
    }
    List<List<String>> calls = new ArrayList<>();
    List<String> words = new ArrayList<>();
    String text = Files.readString(file, StandardCharsets.UTF_8);
    for (String word : Arrays.asList(text.split("\0", -1))) {
      if (word.equals("\u001e")) {
        calls.add(List.copyOf(words));
        words.clear();
      } else {
        words.add(word);
      }
    }
    return calls;
  }
}
