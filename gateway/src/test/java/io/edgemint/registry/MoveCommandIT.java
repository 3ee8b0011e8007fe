package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.app.Main;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator moves a registry as the help of the command says. */
class MoveCommandIT {
  @TempDir Path folder;

  @Test
  void move_asWritten_endsInPostgresAndClosesTheFile() throws IOException {
    Path file = folder.resolve("data/registry.db");
    Path before = settings("old.yaml", "file: " + file);
    Postgres place = PostgresServer.database();
    Path after =
        settings(
            "new.yaml",
            "postgresql: {host: %s, port: %d, database: %s, user: %s}"
                .formatted(place.host(), place.port(), place.database(), place.user()));
    try (SqlRegistry registry = SqlRegistry.sqlite(file, Set.of(), InstantSource.system())) {
      registry.write(List.of(org("acme"), org("globex")), CHANGE);
    }
    String verified = run(0, "audit", "verify", "-s", before.toString());
    String head = verified.substring(verified.indexOf("head ")).strip();

    assertThat(run(1, "registry", "move", "-s", before.toString(), "--from", file.toString()))
        .contains("name no registry.postgresql");
    assertThat(run(0, "registry", "move", "-s", after.toString(), "--from", file.toString()))
        .contains("verifying the copy", "moved: " + place, head);
    assertThat(run(0, "registry", "move", "-s", after.toString(), "--from", file.toString()))
        .contains("it is there already", head);

    assertThat(run(0, "audit", "verify", "-s", after.toString())).contains("2 rows verified", head);
    assertThat(run(1, "audit", "verify", "-s", before.toString()))
        .contains("has moved to " + place, "name that under registry.postgresql");
    assertThat(run(1, "registry", "move", "-s", after.toString(), "--from", folder + "/none.db"))
        .contains("there is no registry");
  }

  private Path settings(String name, String registry) throws IOException {
    return Files.writeString(
        folder.resolve(name), "signing: {provider: jdk}\nregistry: {" + registry + "}\n");
  }

  private static String run(int status, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(arguments, out, out)).as(said.toString()).isEqualTo(status);
    assertThat(said.toString()).doesNotContain("Exception", "\tat ");
    return said.toString();
  }
}
