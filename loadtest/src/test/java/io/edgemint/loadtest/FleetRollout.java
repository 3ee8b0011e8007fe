package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.FeederBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.time.Duration;
import java.util.Map;

/**
 * A fleet fetches one firmware for half a minute: devices come when they come, whether or not those
 * before them were answered, and each has a token and a connection of its own.
 *
 * <p>System properties: {@code rate} (devices per second, 300), {@code target} (the address of a
 * gateway; without it the sandbox is started, asked 3,000 times first, and stopped), {@code tokens}
 * (a file with a token on each line, one for each device), {@code key} (what they ask for).
 */
public final class FleetRollout extends Simulation {
  private static final int SECONDS = 30;
  private static final int RATE = Integer.getInteger("rate", 300);
  private static final int DEVICES = RATE * SECONDS;

  private final Fleet fleet =
      Fleet.of(System.getProperty("target"), System.getProperty("tokens"), DEVICES);

  private final HttpProtocolBuilder protocol = http.baseUrl(fleet.target()).disableWarmUp();

  private final FeederBuilder<Object> tokens =
      listFeeder(
              fleet.tokens().stream().map(token -> Map.<String, Object>of("token", token)).toList())
          .queue();

  private final ScenarioBuilder device =
      scenario("device")
          .feed(tokens)
          .exec(
              http("link")
                  .get("/v1/links/" + System.getProperty("key", SandboxServer.KEY))
                  .header("Authorization", "Bearer #{token}")
                  .check(
                      status().is(200),
                      jmesPath("url").ofString().exists(),
                      jmesPath("expires_in").ofInt().gte(1)));

  /** Asks for as many links as there are devices, and lets none of them fail. */
  public FleetRollout() {
    setUp(device.injectOpen(constantUsersPerSec(RATE).during(Duration.ofSeconds(SECONDS))))
        .protocols(protocol)
        .maxDuration(Duration.ofSeconds(3 * SECONDS))
        .assertions(
            global().failedRequests().count().is(0L),
            global().allRequests().count().is((long) DEVICES));
  }

  @Override
  public void after() {
    fleet.close();
  }
}
