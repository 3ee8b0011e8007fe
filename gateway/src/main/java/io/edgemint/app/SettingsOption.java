package io.edgemint.app;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The settings file, for commands that are about something else. */
final class SettingsOption {
  @Option(
      names = {"-s", "--settings"},
      paramLabel = "FILE",
      defaultValue = "config/edgemint.yaml",
      description = "the gateway's settings (default: ${DEFAULT-VALUE})")
  Path file = Path.of("config/edgemint.yaml");

  Settings read() {
    return Settings.read(file, System.getenv());
  }
}
