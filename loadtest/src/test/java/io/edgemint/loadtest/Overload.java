package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.signing.SigningKeyPair;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import java.util.List;
import java.util.stream.IntStream;

/**
 * More is asked for than the gateway can sign: every device wants a link that nobody has asked for
 * before, with an RSA signature, which only one thread makes. Whoever gets none is told so at once,
 * in full form and with the time to wait; nobody gets anything else. Says how many got a link.
 *
 * <p>System properties: {@code rate} (requests per second, 2,000), {@code seconds}, {@code target}
 * and {@code tokens} (4, whose organisations may read {@code fw/}). Without a target a gateway is
 * started, alone in its process.
 */
public final class Overload extends Simulation {
  private static final int RATE = Load.rate(2_000);
  private static final int DEVICES = 4;
  private static final long REQUESTS = (long) RATE * Load.SECONDS;

  private static final String ONE_THREAD_AND_SHARES =
      """
      signing: {rsa_threads: 1, rsa_queue: 64}
      traffic: {device_requests: none, device_signatures: none, org_signatures: 400/s}
      """;

  private final Tally answers = new Tally();
  private final Fleet fleet = Fleet.of(DEVICES, Overload::start);

  private final ScenarioBuilder device =
      scenario("device")
          .feed(fleet.feeder().circular())
          .exec(Load.comeInTime())
          .exec(Load.linkOrWait("link", "fw/#{randomUuid()}.bin", answers));

  private static Fleet start(int devices) throws Exception {
    Platform platform = Platform.create(ONE_THREAD_AND_SHARES);
    List<String> ids = IntStream.range(0, devices).mapToObj("org-%d"::formatted).toList();
    SigningKeyPair key = Platform.key(KeyAlgorithm.RSA_2048);
    return platform
        .start(ids.stream().map(id -> platform.cloudFront(id, key)).toList(), ids)
        .warmedUp();
  }

  /** Asks too much, and takes links and well-formed refusals. */
  public Overload() {
    setUp(device.injectOpen(constantUsersPerSec(RATE).during(Load.SECONDS)))
        .protocols(Load.sharedConnections(fleet))
        .maxDuration(Load.LONGEST)
        .assertions(
            // Neither a request nor to come in time.
            global().failedRequests().count().is(0L),
            Load.allCame("link", REQUESTS),
            details("answered 200").allRequests().count().gt(0L),
            // Else nothing has been overloaded: ask at a higher rate.
            details("answered 200").allRequests().count().lt(REQUESTS));
  }

  @Override
  public void after() {
    System.out.printf("of %d requests a second it answered %s%n", RATE, answers);
    System.out.printf("goodput: %d links a second%n", answers.of(200) / Load.SECONDS);
    fleet.close();
  }
}
