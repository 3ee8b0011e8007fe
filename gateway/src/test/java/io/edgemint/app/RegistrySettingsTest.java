package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.canary.Canaries;
import io.edgemint.config.InvalidSettings;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrySettingsTest {
  @TempDir private Path folder;

  private Path file(String registry) throws IOException {
    return Files.writeString(folder.resolve("edgemint.yaml"), "registry: " + registry);
  }

  private Postgres read(String registry) throws IOException {
    return (Postgres) Settings.read(file(registry), Map.of()).registry();
  }

  @Test
  void read_postgresqlWithAHostAlone_hasTheDefaults() throws IOException {
    Postgres place = read("{postgresql: {host: db.example.com}}");

    assertThat(place).hasToString("PostgreSQL edgemint at db.example.com:5432");
    assertThat(place.user()).isEqualTo("edgemint");
    assertThat(place.password()).isEmpty();
    assertThat(place.sslMode()).hasToString("VERIFY_FULL");
    assertThat(read("{postgresql: {host: 127.0.0.1}}").sslMode()).hasToString("PREFER");
    assertThat(read("{postgresql: {host: localhost, sslmode: require}}").sslMode())
        .hasToString("REQUIRE");
  }

  @Test
  void read_passwordChangedInItsFile_isTheNewOneWithoutAnotherStart() throws IOException {
    Path secret = password(Canaries.text("old-password"));
    Postgres place = read("{postgresql: {host: db, password: {file: secrets/db}}}");
    String changed = Canaries.text("new-password");

    Files.writeString(secret, changed + "\n");

    assertThat(new String(place.password().orElseThrow().get().chars())).isEqualTo(changed);
    assertThat(place.toString()).doesNotContain("password");
    Files.delete(secret);
    assertThatThrownBy(() -> place.password().orElseThrow().get())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Path password(String text) throws IOException {
    Path file = Files.createDirectories(folder.resolve("secrets")).resolve("db");
    return Files.writeString(file, text + "\n");
  }

  @Test
  void read_everythingWrong_isReportedAtOnce() throws IOException {
    Path file =
        file(
            "{file: r.db, postgresql: {host: 'db:1/x', port: 0, password: open, sslmode: some,"
                + " databse: x}}");
    assertThatThrownBy(() -> Settings.read(file, Map.of()))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContainingAll(
            "registry.postgresql",
            "stands beside 'file'",
            "registry.postgresql.host",
            "registry.postgresql.port",
            "registry.postgresql.password",
            "registry.postgresql.sslmode",
            "databse");
  }

  @Test
  void auditAndMove_onThisSettingsFile_areToldInWords() throws IOException {
    Path sqlite = file("{file: r.db}");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String name = sqlite.toString();

    assertThat(run(out, err, "audit", "verify", "-s", name)).isOne();
    assertThat(err.toString()).contains("there is no registry " + folder.resolve("r.db"));
    assertThat(run(out, err, "audit", "verify", "-s", name, "--head", "x")).isOne();
    assertThat(err.toString()).contains("--head a head is VERSION:HASH");
    assertThat(run(out, err, "registry", "move", "-s", name, "--from", "r.db")).isOne();
    assertThat(err.toString()).contains("name no registry.postgresql");

    String password = Canaries.text("password");
    var _ = password(password);
    Path away = file("{postgresql: {host: 127.0.0.1, port: 1, password: {file: secrets/db}}}");
    assertThat(run(out, err, "audit", "list", "-s", away.toString())).isOne();
    assertThat(err.toString())
        .contains("cannot open the registry PostgreSQL edgemint at 127.0.0.1:1")
        .doesNotContain("\tat ", password);
  }

  private static int run(StringWriter out, StringWriter err, String... arguments) {
    return Main.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
  }
}
