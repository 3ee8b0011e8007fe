package io.edgemint.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
  private static final String EITHER = "write 'key: {file: path}' or 'key: {env: NAME}'";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "'s3cret', 's3cret'",
    "'s3cret\n', 's3cret'",
    "'s3cret\r\n', 's3cret'",
    "'s3cret\n\n', 's3cret\n'",
    "' s3cret ', ' s3cret '",
    "'\ns', '\ns'",
    "'pä€😀', 'pä€😀'"
  })
  void file_content_isTakenWithoutItsLastLineBreak(String content, String secret)
      throws IOException {
    Files.writeString(folder.resolve("key"), content);

    assertThat(read("key: {file: key}", Map.of()).bytes()).isEqualTo(secret.getBytes(UTF_8));
    assertThat(read("key: {file: key}", Map.of()).chars()).isEqualTo(secret.toCharArray());
  }

  @Test
  void bytes_ofAFile_needNotBeText() throws IOException {
    byte[] binary = {0, -1, 10, 13, -128};
    Files.write(folder.resolve("key"), binary);

    assertThat(read("key: {file: key}", Map.of()).bytes()).isEqualTo(binary);
  }

  @Test
  void variable_value_isTakenWhole() {
    assertThat(read("key: {env: DB}", Map.of("DB", "s3cret\n")).bytes())
        .isEqualTo("s3cret\n".getBytes(UTF_8));
  }

  @Test
  void secret_printed_showsNothing() {
    assertThat(read("key: {env: DB}", Map.of("DB", "s3cret"))).hasToString("[redacted]");
  }

  @Test
  void bytes_areACopyAndWipeClearsTheSecret() {
    Secret secret = read("key: {env: DB}", Map.of("DB", "abc"));
    secret.bytes()[0] = 'x';
    assertThat(secret.bytes()).isEqualTo(new byte[] {'a', 'b', 'c'});

    secret.wipe();

    assertThat(secret.bytes()).containsOnly(0);
    assertThat(secret.chars()).containsOnly('\0');
  }

  @Test
  void optionalSecret_absent_isEmpty() {
    assertThatObject(
            SettingsFile.read(
                write(""), Map.of(), s -> s.optionalSecret("key").get().map(Secret::bytes)))
        .isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"key: hunter2", "key: 12345", "key: ''"})
  void secret_writtenIntoTheFile_isRefusedWithTheFix(String yaml) {
    assertThat(problem(yaml, Map.of()))
        .isEqualTo("key (line 1): is written into the file; move it and " + EITHER);
  }

  @Test
  void secret_writtenIntoAVariable_isRefusedUnprinted() {
    assertThat(problem("key: {file: x}", Map.of("EDGEMINT_KEY", "hunter2")))
        .contains("EDGEMINT_KEY: sets more than one value")
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "key: {}", "key: {file: a, env: B}", "key:\n"})
  void secret_withoutOneSource_isRefusedWithTheFix(String yaml) {
    assertThat(problem(yaml, Map.of())).contains("key").contains("is a secret; " + EITHER);
  }

  @Test
  void secret_whoseSourceIsBad_isRefusedUnprinted() throws IOException {
    Files.write(folder.resolve("empty"), new byte[0]);
    Files.writeString(folder.resolve("newline"), "\n");
    Files.write(folder.resolve("large"), new byte[SecretSource.MAX_BYTES + 1]);

    assertThat(problem("key: {file: hunter2}", Map.of()))
        .startsWith("key.file (line 1): no file of this name can be read; ")
        .doesNotContain("hunter2");
    assertThat(problem("key: {file: .}", Map.of())).contains("no file of this name can be read");
    assertThat(problem("key: {file: empty}", Map.of())).contains("the file is empty");
    assertThat(problem("key: {file: newline}", Map.of())).contains("the file is empty");
    assertThat(problem("key: {file: large}", Map.of())).contains("is larger than 65536 bytes");
    assertThat(problem("key: {env: hunter2}", Map.of()))
        .startsWith("key.env (line 1): no environment variable of this name is set")
        .doesNotContain("hunter2");
    assertThat(problem("key: {env: DB}", Map.of("DB", ""))).contains("variable is empty");
  }

  private Secret read(String yaml, Map<String, String> environment) {
    return SettingsFile.read(write(yaml), environment, s -> s.secret("key").get());
  }

  private String problem(String yaml, Map<String, String> environment) {
    return catchThrowableOfType(InvalidSettings.class, () -> read(yaml, environment))
        .problems()
        .getFirst()
        .toString();
  }

  private Path write(String yaml) {
    try {
      return Files.writeString(folder.resolve("settings.yaml"), yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
