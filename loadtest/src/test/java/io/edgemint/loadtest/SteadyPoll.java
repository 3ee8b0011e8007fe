package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.core.CoreDsl.uniformRandomSwitch;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.FeederBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpRequestActionBuilder;

/**
 * An ordinary day: devices that have asked before and devices that have not, redirects, batches,
 * questions about the object, and now and then a request that must be refused, with the code that
 * the table of errors has for it.
 *
 * <p>System properties: {@code rate} (requests per second, 200), {@code seconds}, {@code target}
 * and {@code tokens} (of one organisation, which has the object {@code key} and may not read {@code
 * factory/}), {@code key}; without a target the sandbox is started.
 */
public final class SteadyPoll extends Simulation {
  private static final int RATE = Load.rate(200);
  private static final int KNOWN = 500;
  private static final int NEW = RATE * Load.SECONDS / 10;

  private final Fleet fleet = Fleet.of(KNOWN + NEW, SandboxServer::fleet);
  private final FeederBuilder<Object> known = fleet.feeder(0, KNOWN).circular();

  private final HttpRequestActionBuilder redirect =
      http("redirect")
          .get("/v1/downloads/" + Load.KEY)
          .header("Authorization", "Bearer #{token}")
          .check(status().is(307), header("Location").exists());

  private final HttpRequestActionBuilder batch =
      http("batch")
          .post("/v1/links")
          .header("Authorization", "Bearer #{token}")
          .body(StringBody("{\"keys\":[\"%s\",\"factory/x.bin\"]}".formatted(Load.KEY)))
          .check(
              status().is(200),
              jmesPath("results[0].url").ofString().exists(),
              jmesPath("results[1].code").is("key_not_entitled"));

  private final HttpRequestActionBuilder describe =
      http("describe")
          .head("/v1/downloads/" + Load.KEY)
          .header("Authorization", "Bearer #{token}")
          .check(status().is(200), header("Content-Length").exists(), header("ETag").exists());

  private final ChainBuilder refused =
      uniformRandomSwitch()
          .on(
              exec(Load.refused(http("no token").get("/v1/links/fw/x"), 401, "token_missing")),
              exec(Load.refused(Load.ask("foreign key", "factory/x"), 403, "key_not_entitled")),
              exec(Load.refused(Load.ask("bad key", "fw/%2Fx"), 400, "key_invalid")),
              exec(Load.refused(Load.ask("bad life", "fw/x?ttl=1"), 400, "ttl_out_of_range")),
              exec(Load.refused(http("no route").get("/v2/links/fw/x"), 404, "route_unknown")));

  /** Sends each kind of request at its own share of the rate. */
  public SteadyPoll() {
    setUp(
            poll("known devices", known, exec(Load.link("known device", Load.KEY)), 0.5),
            poll(
                "new devices",
                fleet.feeder(KNOWN, KNOWN + NEW).queue(),
                exec(Load.link("new device", Load.KEY)),
                0.1),
            poll("redirects", known, exec(redirect), 0.15),
            poll("batches", known, exec(batch), 0.1),
            poll("questions", known, exec(describe), 0.1),
            poll("refusals", known, refused, 0.05))
        .protocols(Load.sharedConnections(fleet))
        .maxDuration(Load.LONGEST)
        .assertions(
            global().failedRequests().count().is(0L), global().requestsPerSec().gte(0.95 * RATE));
  }

  private static PopulationBuilder poll(
      String name, FeederBuilder<Object> devices, ChainBuilder request, double share) {
    return scenario(name)
        .feed(devices)
        .exec(request)
        .injectOpen(constantUsersPerSec(share * RATE).during(Load.SECONDS));
  }

  @Override
  public void after() {
    fleet.close();
  }
}
