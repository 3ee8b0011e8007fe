package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.doWhile;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.Org;
import io.edgemint.signing.SigningKeyPair;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A gateway has just been started, nobody has asked it for anything, and a device of each of its
 * organisations comes, half of them at once and the others within three seconds, each with a
 * connection of its own. Code that nothing has warmed up is slow, so it may send some away for a
 * while; whoever comes back when told gets a link. Says how often somebody had to wait.
 *
 * <p>System properties: {@code orgs} (1,000), {@code target} and {@code tokens} (a token of each),
 * {@code key}. Without a target a gateway is started, alone in its process.
 */
public final class ColdStart extends Simulation {
  private static final int ORGS = Integer.getInteger("orgs", 1_000);

  private final Tally answers = new Tally();
  private final Fleet fleet = Fleet.of(ORGS, ColdStart::start);

  private final ScenarioBuilder device =
      scenario("device")
          .feed(fleet.feeder().queue())
          .exec(
              doWhile(ColdStart::mustWait)
                  .on(
                      Load.linkOrWait("link", Load.KEY, answers),
                      doIf(ColdStart::mustWait)
                          .then(pause(it -> Duration.ofSeconds(it.getInt("wait"))))));

  private static boolean mustWait(Session session) {
    return session.getInt("status") != 200;
  }

  private static Fleet start(int devices) throws Exception {
    Platform platform = Platform.create("");
    List<String> ids = IntStream.range(0, devices).mapToObj("org-%05d"::formatted).toList();
    SigningKeyPair rsa = Platform.key(KeyAlgorithm.RSA_2048);
    List<Org> orgs =
        IntStream.range(0, devices)
            .mapToObj(
                i ->
                    switch (i % 4) {
                      case 0 -> platform.cloudFront(ids.get(i), rsa);
                      case 1 ->
                          platform.cloudFront(ids.get(i), Platform.key(KeyAlgorithm.ECDSA_P256));
                      default -> platform.keyPair(ids.get(i));
                    })
            .toList();
    return platform.start(orgs, ids);
  }

  /** Lets everybody come, and waits until everybody has a link. */
  public ColdStart() {
    setUp(device.injectOpen(atOnceUsers(ORGS / 2), rampUsers(ORGS - ORGS / 2).during(3)))
        .protocols(Load.connectionEach(fleet))
        .maxDuration(Load.LONGEST)
        .assertions(
            Load.noneFailed("link"), details("answered 200").allRequests().count().is((long) ORGS));
  }

  @Override
  public void after() {
    System.out.printf("%d devices came to a cold gateway; it answered %s%n", ORGS, answers);
    System.out.printf("told to come again: %d times%n", answers.refused());
    fleet.close();
  }
}
