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

/** The settings file, for commands that are about something else. */
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

  /** Runs a task of the command line on what the settings describe, and closes that again. */
  <T> T with(Function<Foundation, T> task) {
    return with(file, task);
  }

  /** The same for a settings file that was named in another way. */
  static <T> T with(Path file, Function<Foundation, T> task) {
    Settings settings = Settings.read(file, System.getenv());
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
