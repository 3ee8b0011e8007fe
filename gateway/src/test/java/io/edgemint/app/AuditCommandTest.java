package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.Samples;
import io.edgemint.registry.SqlRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditCommandTest {
  @TempDir Path folder;

  private String audit(int status, String command, String registry) throws IOException {
    Path settings = folder.resolve("edgemint.yaml");
    Files.writeString(settings, "signing: {provider: jdk}\nregistry: {" + registry + "}\n");
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(new String[] {"audit", command, "-s", settings.toString()}, out, out))
        .as(said.toString())
        .isEqualTo(status);
    assertThat(said.toString()).doesNotContain("\tat ", "Exception");
    return said.toString();
  }

  @Test
  void everyCommand_registryNotThere_saysSoAndMakesNone() throws IOException {
    for (String command : new String[] {"verify", "list"}) {
      assertThat(audit(1, command, "file: lost.db"))
          .contains("there is no registry " + folder.resolve("lost.db"));
    }
    assertThat(folder.resolve("lost.db")).doesNotExist();
  }

  @Test
  void everyCommand_hostileRows_showsThemEscaped() throws Exception {
    Path file = folder.resolve("registry.db");
    try (SqlRegistry registry = SqlRegistry.sqlite(file, Set.of(), InstantSource.system())) {
      registry.write(List.of(Samples.org("acme").withVersion(0)), new Change("alice", "create"));
    }
    sql(file, "UPDATE audit SET actor = 'eve' || char(27) || '[2J'");
    assertThat(audit(0, "list", "file: registry.db"))
        .contains("eve\\u{1b}[2J")
        .doesNotContain("\u001b");

    sql(file, "UPDATE audit SET org = 'acme' || char(27) || '[2J'");
    assertThat(audit(1, "verify", "file: registry.db"))
        .contains("broken at version 1", "acme\\u{1b}[2J")
        .doesNotContain("\u001b");
  }

  private static void sql(Path file, String text) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
