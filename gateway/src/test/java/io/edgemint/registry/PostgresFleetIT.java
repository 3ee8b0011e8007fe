package io.edgemint.registry;

import java.time.InstantSource;
import java.util.Set;

class PostgresFleetIT extends FleetContract {
  @Override
  SqlRegistry open(InstantSource clock) {
    return SqlRegistry.open(PostgresServer.database(), Set.of(), clock);
  }
}
