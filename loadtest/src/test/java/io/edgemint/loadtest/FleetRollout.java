package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;

/**
 * A fleet fetches one firmware: a few first, then a burst, then the others evenly. Devices come
 * when they come, whether or not those before them were answered, and each has a token and a
 * connection of its own.
 *
 * <p>System properties: {@code rate} (devices per second on the whole, 300), {@code seconds},
 * {@code target} (the address of a gateway; without it the sandbox is started, asked 3,000 times
 * first, and stopped), {@code tokens} (a file with a token on each line, one for each device),
 * {@code key} (what they ask for).
 */
public final class FleetRollout extends Simulation {
  private static final int RATE = Load.rate(300);
  private static final int DEVICES = RATE * Load.SECONDS;

  /** With the slow beginning, in which also this program warms up, the same number on the whole. */
  private static final double BURST = 5 / 3.0;

  private final Fleet fleet = Fleet.of(DEVICES, SandboxServer::fleet);

  private final ScenarioBuilder device =
      scenario("device").feed(fleet.feeder().queue()).exec(Load.link("link", Load.KEY));

  /** Asks for as many links as there are devices, and lets none of them fail. */
  public FleetRollout() {
    setUp(
            device.injectOpen(
                rampUsersPerSec(RATE / 3.0).to(RATE).during(Load.SECONDS / 3),
                constantUsersPerSec(BURST * RATE).during(Load.SECONDS / 6),
                constantUsersPerSec(RATE)
                    .during(Load.SECONDS - Load.SECONDS / 3 - Load.SECONDS / 6)))
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
