package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.edgemint.sandbox.Sandbox;
import io.edgemint.sandbox.Tenant;
import io.gatling.javaapi.core.FeederBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Devices of one organisation go on asking while others behave badly: one organisation asks for
 * keys that nobody has asked for, one at twelve times its share, and one device as fast as it can.
 * The report shows the good ones before ("calm") and meanwhile ("noisy"): none of their requests
 * may fail, and the 99th percentiles are there to be compared.
 *
 * <p>System property: {@code rate} (good requests per second, 100). The sandbox is started, whose
 * rates are so high that nobody meets them: what is seen is what the gateway does without.
 */
public final class NoisyNeighbours extends Simulation {
  private static final Duration PHASE = Duration.ofSeconds(20);
  private static final int RATE = Integer.getInteger("rate", 100);
  private static final int SHARE = 12;

  private final Sandbox sandbox = start();
  private final HttpProtocolBuilder protocol =
      http.baseUrl(sandbox.edge().toString()).disableWarmUp().shareConnections();

  private static Sandbox start() {
    try {
      return SandboxServer.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Many devices of an organisation, in turn. */
  private FeederBuilder<Object> fleet(Tenant tenant) {
    List<Map<String, Object>> devices =
        IntStream.range(0, 2000)
            .mapToObj(number -> Map.<String, Object>of("token", token(tenant, "device-" + number)))
            .toList();
    return listFeeder(devices).circular();
  }

  private String token(Tenant tenant, String device) {
    return sandbox
        .world()
        .issuer()
        .token(Map.of("aud", "edgemint", "sub", device, "org", tenant.id()));
  }

  private ScenarioBuilder good(String name) {
    return scenario(name)
        .feed(fleet(Tenant.ACME))
        .exec(
            http(name)
                .get(SandboxServer.PATH)
                .header("Authorization", "Bearer #{token}")
                .check(status().is(200)));
  }

  private ScenarioBuilder bad(String name, String path, FeederBuilder<Object> tokens) {
    return scenario(name)
        .feed(tokens)
        .exec(
            http(name)
                .get(path)
                .header("Authorization", "Bearer #{token}")
                .check(status().in(200, 429, 503)));
  }

  /** Lets the good ones ask alone first, and then beside the bad ones. */
  public NoisyNeighbours() {
    List<Map<String, Object>> one = List.of(Map.of("token", token(Tenant.INITECH, "greedy")));
    setUp(
            good("calm").injectOpen(constantUsersPerSec(RATE).during(PHASE)),
            good("noisy").injectOpen(nothingFor(PHASE), constantUsersPerSec(RATE).during(PHASE)),
            bad("random keys", "/v1/links/fw/#{randomUuid()}", fleet(Tenant.GLOBEX))
                .injectOpen(nothingFor(PHASE), constantUsersPerSec(RATE).during(PHASE)),
            bad("twelve shares", SandboxServer.PATH, fleet(Tenant.UMBRELLA))
                .injectOpen(nothingFor(PHASE), constantUsersPerSec(SHARE * RATE).during(PHASE)),
            bad("one device", SandboxServer.PATH, listFeeder(one).circular())
                .injectOpen(nothingFor(PHASE), constantUsersPerSec(5 * RATE).during(PHASE)))
        .protocols(protocol)
        .maxDuration(PHASE.multipliedBy(4))
        .assertions(
            details("calm").failedRequests().count().is(0L),
            details("noisy").failedRequests().count().is(0L),
            global().failedRequests().count().is(0L));
  }

  @Override
  public void after() {
    sandbox.close();
  }
}
