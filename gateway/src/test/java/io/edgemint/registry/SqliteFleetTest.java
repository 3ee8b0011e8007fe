package io.edgemint.registry;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

class SqliteFleetTest extends FleetContract {
  @TempDir private Path folder;

  @Override
  SqlRegistry open(InstantSource clock) {
    return SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), clock);
  }
}
