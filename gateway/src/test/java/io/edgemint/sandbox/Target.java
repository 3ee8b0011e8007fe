package io.edgemint.sandbox;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The build folder of the gateway ({@code gateway/target}), from whichever module it is asked. */
final class Target {
  private static final String PROPERTY = "edgemint.sandbox.target";

  private Target() {}

  /** The folder that the system property names, or else the one that holds these classes. */
  static Path folder() {
    String named = System.getProperty(PROPERTY);
    // The classes are target/test-classes or target/gateway-<version>-tests.jar.
    Path folder = named == null ? classes().resolveSibling("") : Path.of(named);
    return folder.toAbsolutePath().normalize();
  }

  /**
   * A file that the build puts into the folder.
   *
   * @throws IllegalStateException if it is not there
   */
  static Path built(String name) {
    Path file = folder().resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(
          file
              + " is missing: build the gateway first (mvn -pl gateway process-test-resources), or"
              + " name its target folder with -D"
              + PROPERTY);
    }
    return file;
  }

  /** Where the classes of this package were loaded from: a folder or a jar. */
  static Path classes() {
    try {
      var source = Target.class.getProtectionDomain().getCodeSource();
      return Path.of(source.getLocation().toURI()).toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
