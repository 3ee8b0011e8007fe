package io.edgemint.sandbox;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one sandbox, which runs from before the first until after the last. */
abstract class InSandbox {
  private static @TempDir @Nullable Path folder;
  private static @Nullable Sandbox sandbox;

  @BeforeAll
  static void start() {
    Path place = Objects.requireNonNull(folder).resolve("sandbox");
    sandbox = Sandbox.start(place, InstantSource.system());
  }

  @AfterAll
  static void stop() {
    running().close();
  }

  static Sandbox running() {
    return Objects.requireNonNull(sandbox);
  }
}
