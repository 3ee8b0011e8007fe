package io.edgemint.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads a YAML file of settings, or the JSON of a request, into records. */
public final class SettingsFile {
  private SettingsFile() {}

  /**
   * Reads the main settings. A variable such as {@code EDGEMINT_EDGE__PORT} in the environment
   * stands before {@code edge.port} in the file; two underscores go one level down.
   *
   * @param reader turns the root into a record; it reads everything before it uses any {@link
   *     Field}
   * @throws InvalidSettings with every problem of the file and the environment
   */
  public static <T> T read(
      Path file, Map<String, String> environment, Function<Section, T> reader) {
    return read(file, environment, new Overrides(environment), reader);
  }

  /**
   * Reads a file beside the main settings, in which the environment serves for secrets alone.
   *
   * @throws InvalidSettings with every problem of the file
   */
  public static <T> T readWithoutOverrides(
      Path file, Map<String, String> environment, Function<Section, T> reader) {
    return read(file, environment, new Overrides(Map.of()), reader);
  }

  private static <T> T read(
      Path file,
      Map<String, String> environment,
      Overrides overrides,
      Function<Section, T> reader) {
    List<Problem> problems = new ArrayList<>();
    Node.Mapping root =
        bytes(file, problems)
            .flatMap(bytes -> YamlReader.read(bytes, problems))
            .orElseThrow(() -> new InvalidSettings(file.toString(), problems));
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    var reading = new Reading(folder, environment, overrides, false, problems);
    return conclude(file.toString(), reading, root, reader);
  }

  /**
   * Reads the body of a request, in which secrets and keys stand themselves: nothing of this
   * machine, neither file nor environment, is read for whoever sent it.
   *
   * @throws InvalidSettings with every problem of the body
   */
  public static <T> T readRequest(byte[] json, Function<Section, T> reader) {
    List<Problem> problems = new ArrayList<>();
    Node.Mapping root =
        YamlReader.readJson(json, problems)
            .orElseThrow(() -> new InvalidSettings("the body", problems));
    var reading = new Reading(Path.of(""), Map.of(), new Overrides(Map.of()), true, problems);
    return conclude("the body", reading, root, reader);
  }

  private static <T> T conclude(
      String name, Reading reading, Node.Mapping root, Function<Section, T> reader) {
    Optional<T> result = attempt(() -> reader.apply(reading.section("", root)));
    List<Problem> found = reading.conclude();
    if (!found.isEmpty()) {
      throw new InvalidSettings(name, found);
    }
    return result.orElseThrow(
        () -> new IllegalStateException("a setting was unusable, but no problem was reported"));
  }

  private static <T> Optional<T> attempt(Supplier<T> reader) {
    try {
      return Optional.of(reader.get());
    } catch (Field.Unusable signal) {
      return Optional.empty();
    }
  }

  private static Optional<byte[]> bytes(Path file, List<Problem> problems) {
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(in.readNBytes(YamlReader.MAX_BYTES + 1));
    } catch (NoSuchFileException e) {
      problems.add(new Problem("", 0, "there is no such file; create it or name another"));
    } catch (IOException e) {
      problems.add(
          new Problem(
              "",
              0,
              "the file cannot be read (" + e.getClass().getSimpleName() + "); check its rights"));
    }
    return Optional.empty();
  }
}
