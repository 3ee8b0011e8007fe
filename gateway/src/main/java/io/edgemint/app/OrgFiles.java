package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.config.InvalidSettings;
import io.edgemint.config.SettingsFile;
import io.edgemint.onboarding.OrgFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads organisations from files and from folders of {@code *.yaml}. */
final class OrgFiles {
  private OrgFiles() {}

  /**
   * All organisations in the order of their files.
   *
   * @throws Failure with every problem of every file
   */
  static List<OrgFile> read(
      List<Path> places, OrgFile.Reader reader, Map<String, String> environment) {
    List<OrgFile> orgs = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Path place : places) {
      for (Path file : files(place)) {
        try {
          orgs.add(
              SettingsFile.readWithoutOverrides(
                  file, environment, root -> reader.read(root).get()));
        } catch (InvalidSettings e) {
          problems.add(e.getMessage());
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new Failure(String.join("\n", problems));
    }
    return orgs;
  }

  private static List<Path> files(Path place) {
    if (!Files.isDirectory(place)) {
      return List.of(place);
    }
    try (Stream<Path> entries = Files.list(place)) {
      List<Path> files =
          entries
              .filter(file -> file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new Failure(place + " has no *.yaml");
      }
      return files;
    } catch (IOException e) {
      throw new Failure(place + " cannot be listed: " + e.getMessage());
    }
  }
}
