package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;

/**
 * A fleet fetches one firmware, half of it within the first fifth of the time: devices come when
 * they come, whether or not those before them were answered, and each has a token and a connection
 * of its own.
 *
 * <p>System properties: {@code rate} (devices per second on the whole, 300), {@code seconds},
 * {@code target} (the address of a gateway; without it the sandbox is started, asked 3,000 times
 * first, and stopped), {@code tokens} (a file with a token on each line, one for each device),
 * {@code key} (what they ask for).
 */
public final class FleetRollout extends Simulation {
  private static final int RATE = Load.rate(300);
  private static final int DEVICES = RATE * Load.SECONDS;
  private static final double BURST = 2.5;
  private static final double REST = 0.625;

  private final Fleet fleet = Fleet.of(DEVICES, SandboxServer::fleet);

  private final ScenarioBuilder device =
      scenario("device").feed(fleet.feeder().queue()).exec(Load.link("link", Load.KEY));

  /** Asks for as many links as there are devices, and lets none of them fail. */
  public FleetRollout() {
    setUp(
            device.injectOpen(
                constantUsersPerSec(BURST * RATE).during(Load.SECONDS / 5),
                constantUsersPerSec(REST * RATE).during(Load.SECONDS - Load.SECONDS / 5)))
        .protocols(Load.connectionEach(fleet))
        .maxDuration(Load.LONGEST)
        .assertions(
            Load.noneFailed("link"),
            Load.allCame("link", DEVICES),
            global().requestsPerSec().gte(0.95 * RATE));
  }

  @Override
  public void after() {
    fleet.close();
  }
}
