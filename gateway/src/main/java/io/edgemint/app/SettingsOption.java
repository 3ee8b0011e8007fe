package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.onboarding.Impossible;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The settings file, for commands that are about what it describes. */
final class SettingsOption {
  @Option(
      names = {"-s", "--settings"},
      paramLabel = "FILE",
      defaultValue = "config/edgemint.yaml",
      description = "the gateway's settings (default: ${DEFAULT-VALUE})")
  private Path file = Path.of("config/edgemint.yaml");

  /** Who uses the command line, for the audit trail. */
  static String actor() {
    return "command line (" + System.getProperty("user.name", "unknown") + ")";
  }

  /** Where the settings stand. */
  Path file() {
    return file;
  }

  /** Reads the settings, for a task that needs no more than what they say. */
  Settings read() {
    return Settings.read(file, System.getenv());
  }

  /** Runs a task of the command line on what the settings describe, and closes that again. */
  <T> T with(Function<Foundation, T> task) {
    Settings settings = read();
    Vertx vertx = Vertx.vertx();
    try (Foundation foundation =
        new Foundation(settings, vertx, InstantSource.system(), new SimpleMeterRegistry())) {
      return task.apply(foundation);
    } catch (Impossible | Conflict e) {
      throw new Failure(e.getMessage());
    } finally {
      vertx.close().await();
    }
  }
}
