package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonIT {
  @TempDir private Path folder;

  @Test
  void close_programThatRuns_endsIt() throws Exception {
    Path log = folder.resolve("log");
    Daemon daemon = Daemon.start(log, List.of("sh", "-c", "echo $$; exec sleep 600"));
    Patience.until(() -> log.toFile().length() > 0);
    long id = Long.parseLong(Files.readString(log).strip());

    assertThat(ProcessHandle.of(id)).hasValueSatisfying(it -> assertThat(it.isAlive()).isTrue());
    daemon.close();

    assertThat(daemon.isAlive()).isFalse();
    assertThat(ProcessHandle.of(id).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void failure_programThatEnded_tellsItsLastWords() throws Exception {
    Daemon daemon =
        Daemon.start(folder.resolve("log"), List.of("sh", "-c", "echo no map of monitors; exit 3"));
    Patience.until(() -> !daemon.isAlive());

    assertThat(daemon.failure("ended as it started"))
        .hasMessageContaining("sh ended as it started")
        .hasMessageContaining("no map of monitors");
  }
}
